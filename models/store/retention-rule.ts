/** Restore points by age: all of them for a while, then one in each `every` seconds for so long, coarser and coarser. */
export interface RetentionRule {
  /** Seconds for which every restore point is kept. */
  readonly keepAll: number;
  readonly older: readonly Grain[];
}

export interface Grain {
  readonly every: number;
  readonly for: number;
}

/** Rounding of a time that is a multiple of a grain. */
const rounding = 1e-9;

/**
 * Which restore points are kept. Ages are counted from the newest, which always is. Of a grain the first of each bucket
 * stays; buckets of a coarser grain are whole buckets of the finer one before it, so what stays in one grain can stay in
 * the next, and what was let go would never have been wanted later.
 *
 * @param cuts times of the cuts, rising
 */
export const kept = (cuts: readonly number[], { keepAll, older }: RetentionRule): boolean[] => {
  const newest = cuts.at(-1) ?? 0;
  const grainOf = (age: number): Grain | undefined => {
    let end = keepAll;
    for (const grain of older) {
      end += grain.for;
      if (age <= end * (1 + rounding)) return grain;
    }
    return undefined;
  };
  const bucket = (at: number, every: number): number => Math.floor(at / every + rounding);
  return cuts.map((at, i) => {
    const age = newest - at;
    if (age <= keepAll * (1 + rounding)) return true;
    const grain = grainOf(age);
    if (grain === undefined) return false;
    return i === 0 || bucket(cuts[i - 1]!, grain.every) !== bucket(at, grain.every);
  });
};
