import { StatisticsError } from "../statistics/statistics-error.ts";
import { cholesky, solveLower, solveUpper } from "./cholesky.ts";

/** What was seen at one place: a mean over replications, and the variance of that mean. */
export interface Observation {
  readonly at: number;
  readonly mean: number;
  readonly variance: number;
}

/** A smooth curve around a constant: two values at a distance d are correlated by exp(-d² / (2 length²)). */
export interface Kernel {
  readonly centre: number;
  readonly length: number;
  /** Of the curve around its centre. */
  readonly variance: number;
}

export interface Prediction {
  readonly mean: number;
  /** Of the curve itself, without the noise of an observation. */
  readonly variance: number;
}

export interface GaussianProcess {
  readonly kernel: Kernel;
  readonly logLikelihood: number;
  predict(at: number): Prediction;
  /** How much each observation weighs in the mean predicted at a place: centre + Σ weight (mean − centre). */
  weights(at: number): Float64Array;
}

/**
 * Stochastic kriging on a line: a Gaussian process through noisy means, each with a noise variance of its own.
 *
 * Source: Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006, algorithm 2.1; Ankenman, Nelson & Staum,
 * Stochastic kriging for simulation metamodeling, Operations Research 58, 2010.
 * @throws StatisticsError when two places are the same and neither is noisy
 */
export const gaussianProcess = (seen: readonly Observation[], kernel: Kernel): GaussianProcess => {
  if (seen.length === 0) throw new StatisticsError("a Gaussian process needs at least one observation");
  const covariance = (one: number, other: number): number =>
    kernel.variance * Math.exp(-((one - other) ** 2) / (2 * kernel.length ** 2));
  const lower = cholesky(
    seen.map((one, i) =>
      Float64Array.from(seen, (other, j) => covariance(one.at, other.at) + (i === j ? one.variance : 0)),
    ),
  );
  const residuals = seen.map(({ mean }) => mean - kernel.centre);
  const fitted = solveUpper(lower, solveLower(lower, residuals));
  const dot = (one: ArrayLike<number>, other: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < one.length; i++) sum += (one[i] as number) * (other[i] as number);
    return sum;
  };
  const towards = (at: number): number[] => seen.map((one) => covariance(at, one.at));
  const logDeterminant = 2 * lower.reduce((sum, row, i) => sum + Math.log(row[i]!), 0);
  return {
    kernel,
    logLikelihood: -(dot(residuals, fitted) + logDeterminant + seen.length * Math.log(2 * Math.PI)) / 2,
    weights: (at) => solveUpper(lower, solveLower(lower, towards(at))),
    predict: (at) => {
      const to = towards(at);
      const explained = solveLower(lower, to);
      return {
        mean: kernel.centre + dot(to, fitted),
        variance: Math.max(0, kernel.variance - dot(explained, explained)),
      };
    },
  };
};

/**
 * The process of largest likelihood on a grid of lengths (a twentieth of the range to twice the range) and variances (a
 * hundredth of the spread of the means to a hundred times it), around the mean of the means.
 *
 * @throws StatisticsError when there are fewer than three observations, or all lie at one place
 */
export const fitGaussianProcess = (seen: readonly Observation[]): GaussianProcess => {
  if (seen.length < 3) throw new StatisticsError(`a fit through ${seen.length} observations: it takes at least three`);
  const places = seen.map(({ at }) => at);
  const range = Math.max(...places) - Math.min(...places);
  if (!(range > 0)) throw new StatisticsError("a fit through one place: give observations at different places");
  const centre = seen.reduce((sum, { mean }) => sum + mean, 0) / seen.length;
  const spread = seen.reduce((sum, { mean }) => sum + (mean - centre) ** 2, 0) / (seen.length - 1);
  const noise = seen.reduce((sum, { variance }) => sum + variance, 0) / seen.length;
  // A curve that is flat to rounding still needs a variance for its matrix to be regular.
  const scale = Math.max(spread, noise, 1e-18 * centre ** 2, Number.MIN_VALUE * 1e20);
  // Without noise, neighbours on a smooth curve make the matrix singular to rounding.
  const jitter = 1e-10 * scale;
  const steadied = seen.map((one) => ({ ...one, variance: one.variance + jitter }));
  let best: GaussianProcess | undefined;
  for (const length of grid(range / 20, 2 * range, 25)) {
    for (const variance of grid(scale / 100, scale * 100, 17)) {
      const process = gaussianProcess(steadied, { centre, length, variance });
      if (best === undefined || process.logLikelihood > best.logLikelihood) best = process;
    }
  }
  return best!;
};

const grid = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => low * (high / low) ** (i / (count - 1)));
