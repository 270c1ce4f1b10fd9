import { requirePositive, StatisticsError } from "../statistics/statistics-error.ts";

export interface GoldenSection {
  /** Middle of the last bracket. */
  readonly at: number;
  /** The last bracket: it holds the minimum of a function with one dip. */
  readonly low: number;
  readonly high: number;
  readonly evaluations: number;
}

/**
 * Golden-section search for the minimum of a function with one dip between `low` and `high`, until the bracket is no
 * wider than `tolerance`: asks for the function by yielding where, and is sent its value. Each step but the first costs
 * one evaluation, 2 + ⌈ln((high − low) / tolerance) / ln φ⌉ in all. On a simulator this is sound only under common
 * random numbers, which make its curve smooth.
 *
 * Source: J. Kiefer, Sequential minimax search for a maximum, Proc. AMS 4, 1953.
 */
export function* goldenSection(low: number, high: number, tolerance: number): Generator<number, GoldenSection, number> {
  requirePositive("tolerance of the golden section", tolerance);
  if (!(low < high)) throw new StatisticsError(`golden section from ${low} to ${high}: give a range that rises`);
  const part = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let left = b - part * (b - a);
  let right = a + part * (b - a);
  let atLeft = yield left;
  let atRight = yield right;
  let evaluations = 2;
  while (b - a > tolerance) {
    evaluations += 1;
    if (atLeft <= atRight) {
      [b, right, atRight] = [right, left, atLeft];
      left = b - part * (b - a);
      atLeft = yield left;
    } else {
      [a, left, atLeft] = [left, right, atRight];
      right = a + part * (b - a);
      atRight = yield right;
    }
  }
  return { at: (a + b) / 2, low: a, high: b, evaluations };
}
