import { mean, requireSample, type Sample } from "./moments.ts";
import { requireCount } from "./statistics-error.ts";

export interface WarmUp {
  /** Batches to delete. */
  readonly batches: number;
  /** Observations to delete. */
  readonly observations: number;
  /** The MSER statistic at its minimum. */
  readonly statistic: number;
  /** Mean of the batches that are left. */
  readonly truncatedMean: number;
  /** Mean of all full batches. */
  readonly untruncatedMean: number;
  /** The minimum lies at the end of the search, half way: the run is too short to tell its warm-up. */
  readonly unsettled: boolean;
}

/** Means of consecutive batches; observations that do not fill the last one are left out. */
const batchedMeans = (data: Sample, size: number): Float64Array => {
  const means = new Float64Array(Math.floor(data.length / size));
  for (let i = 0; i < means.length; i++) {
    let sum = 0;
    for (let j = i * size; j < (i + 1) * size; j++) sum += data[j] as number;
    means[i] = sum / size;
  }
  return means;
};

/**
 * MSER-5: the warm-up to delete is the d ≤ k/2 of k batch means that minimises Σ (Z_j − Z̄_d)² / (k − d)² over the
 * batches after d, the squared standard error of what is left. The first minimum counts.
 *
 * Source: K. White, Simulation 69(6), 1997; White, Cobb, Spratt, WSC 2000.
 */
export const mser = (data: Sample, { batch = 5 }: { readonly batch?: number } = {}): WarmUp => {
  requireCount("batch size", batch, 1);
  requireSample("MSER", data, 2 * batch);
  const means = batchedMeans(data, batch);
  const last = Math.floor(means.length / 2);
  // Welford's recursion from the end gives the sum of squares of every tail in one pass.
  let tailMean = 0;
  let squares = 0;
  let best = { batches: 0, statistic: Infinity, truncatedMean: Number.NaN };
  for (let d = means.length - 1; d >= 0; d--) {
    const count = means.length - d;
    const z = means[d] as number;
    const step = z - tailMean;
    tailMean += step / count;
    squares += step * (z - tailMean);
    const statistic = squares / count ** 2;
    if (d <= last && statistic <= best.statistic) best = { batches: d, statistic, truncatedMean: tailMean };
  }
  return {
    ...best,
    observations: best.batches * batch,
    untruncatedMean: mean(means),
    unsettled: best.batches === last,
  };
};
