import { type Interval, meanInterval } from "./mean-interval.ts";
import type { Sample } from "./moments.ts";
import { requirePairs } from "./prediction-error.ts";
import { studentQuantile } from "./student-t.ts";

/** Between which bounds predictions differ from observations, with intervals of 95 %. */
export interface Agreement {
  readonly bias: number;
  readonly sd: number;
  readonly lower: number;
  readonly upper: number;
  readonly biasInterval: Interval;
  readonly lowerInterval: Interval;
  readonly upperInterval: Interval;
}

/** The part of a normal law between the limits is 95 %. */
const reach = 1.96;

/**
 * Limits of agreement of predicted less observed.
 *
 * Source: J. Bland and D. Altman, Lancet 1986; Statistical Methods in Medical Research 8 (1999), 2.1, for the intervals.
 */
export const limitsOfAgreement = (observed: Sample, predicted: Sample): Agreement => {
  requirePairs("limits of agreement", observed, predicted);
  const { count, mean, sd, lower, upper } = meanInterval(Array.from(observed, (real, i) => predicted[i]! - real));
  const error = sd * Math.sqrt(1 / count + reach ** 2 / (2 * (count - 1)));
  const half = studentQuantile(0.975, count - 1) * error;
  const around = (centre: number): Interval => ({ lower: centre - half, upper: centre + half });
  const [low, high] = [mean - reach * sd, mean + reach * sd];
  return {
    bias: mean,
    sd,
    lower: low,
    upper: high,
    biasInterval: { lower, upper },
    lowerInterval: around(low),
    upperInterval: around(high),
  };
};
