/** A job that is never snapshotted and starts from nothing after each failure. All times in seconds. */
export interface Restart {
  readonly mtbf: number;
  readonly work: number;
  /** Failure-free time between a failure and the new start. */
  readonly detect: number;
}

/** Mean and variance (seconds, seconds squared) of the time until such a job is finished. */
export interface RestartMoments {
  readonly mean: number;
  readonly variance: number;
}

/**
 * The number of failures K is geometric with success e^(-λW), and T = W + Σ_{i≤K} (X_i + D) with X exponential below W:
 * E = W + E[K](E[X] + D), Var = E[K] Var X + Var K (E[X] + D)² (Kulkarni, Nicola and Trivedi, 1987).
 */
export const restartMoments = ({ mtbf, work, detect }: Restart): RestartMoments => {
  const load = work / mtbf;
  const failures = Math.expm1(load);
  const { mean, variance } = truncatedExponential(load);
  const each = mtbf * mean + detect;
  return {
    mean: work + failures * each,
    variance: failures * mtbf * mtbf * variance + failures * (failures + 1) * each * each,
  };
};

/** Mean and variance of a unit exponential given that it is below `bound`. */
const truncatedExponential = (bound: number): RestartMoments => {
  // Next to 0 the closed form is a difference of nearly equal numbers; its series is not.
  if (bound < 0.05) {
    const b2 = bound * bound;
    return {
      mean: bound / 2 - (b2 / 12) * (1 - (b2 / 60) * (1 - b2 / 42)),
      variance: (b2 / 12) * (1 - (b2 / 20) * (1 - (b2 * 5) / 126)),
    };
  }
  const odds = bound / Math.expm1(bound);
  return { mean: 1 - odds, variance: 1 - odds * (bound + odds) };
};
