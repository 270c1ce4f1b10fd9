import { type MeanInterval, meanInterval } from "./mean-interval.ts";
import { mean, requireSample, type Sample } from "./moments.ts";
import { requireCount } from "./statistics-error.ts";

export interface BatchMeans extends MeanInterval {
  readonly batchSize: number;
  /** Σ (difference of neighbours)² / Σ (deviation)²: near 2 where batch means are independent, below where they cling; NaN where they are all equal. */
  readonly vonNeumann: number;
  /** Lag-1 autocorrelation of the batch means; NaN where they are all equal. */
  readonly lag1: number;
}

/**
 * Interval for the mean of one long stationary run, from the means of `batches` consecutive batches of equal size.
 * Observations that do not fill them are dropped from the beginning, where warm-up would linger. Trust the width only
 * where `vonNeumann` is near 2.
 *
 * Source: Law, Simulation Modeling and Analysis, 9.5.3; G. Fishman, L. Yarberry, INFORMS J. Computing 9(3), 1997.
 */
export const batchMeans = (
  data: Sample,
  { batches = 20, confidence = 0.95 }: { readonly batches?: number; readonly confidence?: number } = {},
): BatchMeans => {
  requireCount("number of batches", batches, 2);
  requireSample("batch means", data, batches);
  const batchSize = Math.floor(data.length / batches);
  const start = data.length - batches * batchSize;
  const values = Array.from(data);
  const means = Float64Array.from({ length: batches }, (_, i) =>
    mean(values.slice(start + i * batchSize, start + (i + 1) * batchSize)),
  );
  const interval = meanInterval(means, confidence);
  let differences = 0;
  let products = 0;
  for (let i = 1; i < batches; i++) {
    const before = (means[i - 1] as number) - interval.mean;
    const after = (means[i] as number) - interval.mean;
    differences += (after - before) ** 2;
    products += before * after;
  }
  const squares = interval.sd ** 2 * (batches - 1);
  return { ...interval, batchSize, vonNeumann: differences / squares, lag1: products / squares };
};
