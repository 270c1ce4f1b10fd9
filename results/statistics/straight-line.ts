import type { Interval } from "./mean-interval.ts";
import { mean, type Sample } from "./moments.ts";
import { requirePairs } from "./prediction-error.ts";
import { StatisticsError } from "./statistics-error.ts";
import { studentQuantile } from "./student-t.ts";

/** A value and its 95 % interval. */
export interface Fitted extends Interval {
  readonly value: number;
}

/** y = intercept + slope x, by least squares. */
export interface StraightLine {
  readonly intercept: Fitted;
  readonly slope: Fitted;
  /** Standard deviation of y around the line. */
  readonly residual: number;
  /** Within which one more observation at x is with 95 %. */
  predict(x: number): Fitted;
}

/**
 * Source: A. Law, Simulation Modeling and Analysis, and any text on linear regression; intervals are Student's.
 *
 * @throws StatisticsError unless there are three points with different x
 */
export const straightLine = (xs: Sample, ys: Sample): StraightLine => {
  requirePairs("straight line", xs, ys);
  const n = xs.length;
  const [x0, y0] = [mean(xs), mean(ys)];
  const spread = Array.from(xs, (x) => (x - x0) ** 2).reduce((sum, one) => sum + one, 0);
  if (n < 3 || !(spread > 1e-12 * x0 ** 2 * n))
    throw new StatisticsError("straight line: it takes three points, and more than one place");
  const slope = Array.from(xs, (x, i) => (x - x0) * (ys[i]! - y0)).reduce((sum, one) => sum + one, 0) / spread;
  const intercept = y0 - slope * x0;
  const squares = Array.from(xs, (x, i) => (ys[i]! - intercept - slope * x) ** 2).reduce((sum, one) => sum + one, 0);
  const residual = Math.sqrt(squares / (n - 2));
  const t = studentQuantile(0.975, n - 2);
  const fitted = (value: number, error: number): Fitted => ({
    value,
    lower: value - t * error,
    upper: value + t * error,
  });
  const errorAt = (x: number): number => residual * Math.sqrt(1 / n + (x - x0) ** 2 / spread);
  return {
    intercept: fitted(intercept, errorAt(0)),
    slope: fitted(slope, residual / Math.sqrt(spread)),
    residual,
    predict: (x) => fitted(intercept + slope * x, Math.hypot(residual, errorAt(x))),
  };
};
