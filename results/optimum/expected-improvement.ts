import { normalCdf, normalDensity } from "../statistics/normal.ts";

/**
 * How much below `best − margin` a normal prediction is expected to come, counting nothing where it does not:
 * (best − margin − μ) Φ(z) + σ φ(z) with z = (best − margin − μ) / σ.
 *
 * Source: Jones, Schonlau & Welch, Efficient global optimization, J. Global Optimization 13, 1998, eq. 15.
 */
export const expectedImprovement = (
  { mean, variance }: { readonly mean: number; readonly variance: number },
  best: number,
  margin = 0,
): number => {
  const gain = best - margin - mean;
  const sigma = Math.sqrt(variance);
  if (sigma === 0) return Math.max(0, gain);
  const z = gain / sigma;
  return gain * normalCdf(z) + sigma * normalDensity(z);
};
