import type { Interval } from "./mean-interval.ts";
import { mean, requireSample, type Sample, variance } from "./moments.ts";
import { requireProbability, StatisticsError } from "./statistics-error.ts";
import { studentCdf, studentQuantile } from "./student-t.ts";

export interface WelchComparison extends Interval {
  /** Mean of a minus mean of b. */
  readonly difference: number;
  readonly t: number;
  /** Welch–Satterthwaite degrees of freedom. */
  readonly df: number;
  /** Two-sided: how often equal means would look at least this different. */
  readonly p: number;
  readonly halfWidth: number;
}

/**
 * Compares the means of two independent samples whose variances may differ.
 *
 * Source: B. Welch, Biometrika 34, 1947; Law, Simulation Modeling and Analysis, 10.2.
 */
export const welch = (a: Sample, b: Sample, confidence = 0.95): WelchComparison => {
  requireSample("comparison", a, 2);
  requireSample("comparison", b, 2);
  requireProbability("confidence", confidence);
  const errorA = variance(a) / a.length;
  const errorB = variance(b) / b.length;
  const error = Math.sqrt(errorA + errorB);
  if (error === 0)
    throw new StatisticsError("comparison of two constants: neither sample varies, so no test is needed");
  const difference = mean(a) - mean(b);
  const t = difference / error;
  const df = (errorA + errorB) ** 2 / (errorA ** 2 / (a.length - 1) + errorB ** 2 / (b.length - 1));
  const halfWidth = studentQuantile((1 + confidence) / 2, df) * error;
  const p = 2 * studentCdf(-Math.abs(t), df);
  return { difference, t, df, p, halfWidth, lower: difference - halfWidth, upper: difference + halfWidth };
};
