import { requireSample, type Sample } from "./moments.ts";

/** The middle of at least one observation; of an even number the mean of both in the middle. */
export const median = (data: Sample): number => {
  requireSample("median", data, 1);
  const sorted = Float64Array.from(data).sort();
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

/**
 * Standard deviation of the normal law with the same median distance from `centre`: a few outliers do not change it.
 *
 * Source: P. Rousseeuw and C. Croux, J. American Statistical Association 88 (1993).
 */
export const medianDeviation = (data: Sample, centre: number): number =>
  1.4826 * median(Array.from(data, (one) => Math.abs(one - centre)));
