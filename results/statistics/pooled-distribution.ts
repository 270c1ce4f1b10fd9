import { wilsonInterval } from "./binomial-interval.ts";
import type { Interval } from "./mean-interval.ts";
import { jackknifeRatio } from "./ratio-interval.ts";
import { StatisticsError } from "./statistics-error.ts";

/** What one run observed: how often, and values at evenly spaced levels in rising order. */
export interface RunDistribution {
  readonly count: number;
  readonly values: readonly number[];
}

export interface PooledPart extends Interval {
  readonly x: number;
  /** Estimated P(observation ≤ x). */
  readonly part: number;
}

/**
 * The distribution function of observations over independent runs at each of `xs`, with pointwise intervals. It is the ratio
 * of how many are at most x to how many there are, run by run (see {@link jackknifeRatio}), so observations of one run may
 * depend on each other. Few runs may agree by chance, so an interval is never narrower than Wilson's for as many independent
 * observations. Runs without observations are left out.
 *
 * @throws StatisticsError with fewer than two runs that observed anything
 */
export const pooledDistribution = (
  runs: readonly RunDistribution[],
  xs: readonly number[],
  confidence = 0.95,
): PooledPart[] => {
  const seen = runs.filter(({ count }) => count > 0);
  if (seen.length < 2)
    throw new StatisticsError(`distribution of ${seen.length} runs: an interval needs two that observed anything`);
  const counts = seen.map(({ count }) => count);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const trials = Math.max(1, Math.round(total));
  return xs.map((x) => {
    const below = seen.map(({ count, values }) => (count * rank(values, x)) / values.length);
    // The pooled part itself rises with x; the jackknife gives its spread.
    const part = below.reduce((sum, one) => sum + one, 0) / total;
    const { halfWidth } = jackknifeRatio(below, counts, confidence);
    const least = wilsonInterval(Math.round(part * trials), trials, confidence);
    return {
      x,
      part,
      lower: Math.max(0, Math.min(part - halfWidth, least.lower)),
      upper: Math.min(1, Math.max(part + halfWidth, least.upper)),
    };
  });
};

/** How many of the rising `values` are at most `x`. */
const rank = (values: readonly number[], x: number): number => {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
};
