import { mean, requireSample, type Sample, variance } from "./moments.ts";
import { requireProbability } from "./statistics-error.ts";
import { studentQuantile } from "./student-t.ts";

/** A confidence interval around an estimate. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

export interface MeanInterval extends Interval {
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation of the observations, not of their mean. */
  readonly sd: number;
  readonly halfWidth: number;
  /** Half width over |mean|: ∞ around 0, unless the half width is 0 too. */
  readonly relative: number;
}

/**
 * Student's t interval for the mean of independent observations, such as one result of each replication.
 *
 * Source: A. Law, Simulation Modeling and Analysis, 5th ed., 4.5.
 */
export const meanInterval = (data: Sample, confidence = 0.95): MeanInterval => {
  requireSample("t interval", data, 2);
  requireProbability("confidence", confidence);
  const count = data.length;
  const centre = mean(data);
  const sd = Math.sqrt(variance(data));
  const halfWidth = (studentQuantile((1 + confidence) / 2, count - 1) * sd) / Math.sqrt(count);
  const relative = halfWidth === 0 ? 0 : halfWidth / Math.abs(centre);
  return { count, mean: centre, sd, halfWidth, relative, lower: centre - halfWidth, upper: centre + halfWidth };
};
