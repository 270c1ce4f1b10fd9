/** Two figures of a system, and which of them are better when they are higher. */
export interface Rated {
  readonly x: number;
  readonly y: number;
}

/**
 * For each system whether it is on the front: no other is better in one figure and at least as good in the other.
 * Judged by the figures themselves, not by their intervals.
 */
export const paretoFront = (
  systems: readonly Rated[],
  { higherX, higherY }: { readonly higherX: boolean; readonly higherY: boolean },
): boolean[] => {
  const cost = ({ x, y }: Rated) => ({ x: higherX ? -x : x, y: higherY ? -y : y });
  const costs = systems.map(cost);
  const order = costs.map((_, i) => i).sort((a, b) => costs[a]!.x - costs[b]!.x || costs[a]!.y - costs[b]!.y);
  const front = systems.map(() => false);
  let [best, at] = [Number.POSITIVE_INFINITY, Number.NaN];
  for (const i of order) {
    const { x, y } = costs[i]!;
    // Equal systems beat each other in nothing.
    if (y < best || (y === best && x === at)) front[i] = true;
    if (y < best) [best, at] = [y, x];
  }
  return front;
};
