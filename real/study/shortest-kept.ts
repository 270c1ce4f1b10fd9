/** Where a search among rising intervals ended. */
export interface ShortestKept<Rung> {
  /** The shortest that is kept; undefined if even the longest is not. */
  readonly shortest: Rung | undefined;
  /** The one below it, which is not; undefined if even the first is kept. */
  readonly missed: Rung | undefined;
}

/**
 * Halves a ladder of rising intervals until the shortest that is kept stands next to one that is not: whoever keeps an interval
 * keeps each longer one. Asks of as few as possible, as each costs a run, and of the same ones again when it is begun anew.
 */
export const shortestKept = async <Rung>(
  ladder: readonly Rung[],
  isKept: (rung: Rung) => Promise<boolean>,
): Promise<ShortestKept<Rung>> => {
  // The first that is kept is at one of the places from low to high, the last of which is beyond the ladder.
  let [low, high] = [0, ladder.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await isKept(ladder[middle]!)) high = middle;
    else low = middle + 1;
  }
  return { shortest: ladder[low], missed: ladder[low - 1] };
};
