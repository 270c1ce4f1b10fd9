import { binomialCdf } from "./binomial-law.ts";
import type { Interval } from "./mean-interval.ts";
import { requireSample, type Sample } from "./moments.ts";
import { requireCount, requireProbability, StatisticsError } from "./statistics-error.ts";

/**
 * Probability that the `p` quantile of a continuous law lies between the order statistics of ranks `lower` and
 * `upper` (1 is the smallest) of `count` independent draws, whatever the law.
 *
 * Source: H. David, H. Nagaraja, Order Statistics, 3rd ed., 7.1.
 */
export const rankCoverage = (count: number, p: number, lower: number, upper: number): number => {
  requireCount("sample size", count, 1);
  requireProbability("the quantile's probability", p);
  requireCount("lower rank", lower, 0);
  requireCount("upper rank", upper, lower + 1);
  if (upper > count + 1)
    throw new StatisticsError(`upper rank ${upper} of ${count} observations: give at most ${count + 1}`);
  return binomialCdf(upper - 1, count, p) - binomialCdf(lower - 1, count, p);
};

export interface QuantileInterval extends Interval {
  /** 0 where the sample is too small for a lower bound, which is −∞ then. */
  readonly lowerRank: number;
  /** One more than the sample size where it is too small for an upper bound, which is ∞ then. */
  readonly upperRank: number;
  /** Exact coverage, at least the confidence asked for. */
  readonly coverage: number;
}

/** First rank for which `reached` holds; it has to stay true from there on. */
const firstRank = (from: number, to: number, reached: (rank: number) => boolean): number => {
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (reached(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
};

/** Distribution-free interval for the `p` quantile, from order statistics that leave at most half the risk on each side. */
export const quantileInterval = (data: Sample, p: number, confidence = 0.95): QuantileInterval => {
  requireSample("quantile interval", data, 1);
  requireProbability("the quantile's probability", p);
  const risk = (1 - requireProbability("confidence", confidence)) / 2;
  const count = data.length;
  // Below rank l lie fewer than l draws with probability P(B ≤ l − 1); above rank u at least u with P(B ≥ u).
  const lowerRank = firstRank(1, count + 1, (rank) => binomialCdf(rank - 1, count, p) > risk) - 1;
  const upperRank = firstRank(1, count + 1, (rank) => 1 - binomialCdf(rank - 1, count, p) <= risk);
  const sorted = Float64Array.from(data).sort();
  return {
    lowerRank,
    upperRank,
    coverage: rankCoverage(count, p, lowerRank, upperRank),
    lower: lowerRank === 0 ? -Infinity : (sorted[lowerRank - 1] as number),
    upper: upperRank === count + 1 ? Infinity : (sorted[upperRank - 1] as number),
  };
};
