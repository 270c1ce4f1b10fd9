import { binomialCdf } from "./binomial-law.ts";
import { normalCdf, normalDensity, normalQuantile } from "./normal.ts";
import { requireCount, requirePositive, requireProbability, StatisticsError } from "./statistics-error.ts";

/** How well a normal law foresaw one observation. */
export interface PredictionScore {
  /** Continuous ranked probability score, in the unit of the observation: smaller is better. */
  readonly rankedProbability: number;
  /** Width of the 95 % interval, and 40 times what the observation lies beyond it. */
  readonly interval: number;
  /** Probability of less than was observed: even between 0 and 1 over many observations if the law is right. */
  readonly transform: number;
  readonly isCovered: boolean;
}

/** Source: T. Gneiting and A. Raftery, J. American Statistical Association 102 (2007). */
export const predictionScore = (mean: number, sd: number, observed: number): PredictionScore => {
  requirePositive("standard deviation", sd);
  const z = (observed - mean) / sd;
  const half = normalQuantile(0.975) * sd;
  const beyond = Math.max(0, Math.abs(observed - mean) - half);
  return {
    rankedProbability: sd * (z * (2 * normalCdf(z) - 1) + 2 * normalDensity(z) - 1 / Math.sqrt(Math.PI)),
    interval: 2 * half + 40 * beyond,
    transform: normalCdf(z),
    isCovered: beyond === 0,
  };
};

/**
 * Whether intervals that should cover a part of the observations do: exact binomial tests. Two-sided p adds up whatever is
 * no more probable than what was seen.
 */
export const coverageTest = (
  covered: number,
  trials: number,
  nominal: number,
): { readonly p: number; readonly pLower: number } => {
  requireCount("trials", trials, 1);
  requireCount("covered", covered, 0);
  requireProbability("nominal coverage", nominal);
  if (covered > trials) throw new StatisticsError(`coverage: ${covered} of ${trials} trials`);
  const at = (k: number): number => binomialCdf(k, trials, nominal) - binomialCdf(k - 1, trials, nominal);
  const seen = at(covered);
  let p = 0;
  for (let k = 0; k <= trials; k++) {
    const one = at(k);
    // As R's binom.test: equal but for rounding counts.
    if (one <= seen * (1 + 1e-7)) p += one;
  }
  return { p: Math.min(1, p), pLower: binomialCdf(covered, trials, nominal) };
};
