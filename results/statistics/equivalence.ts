import { type Interval, meanInterval } from "./mean-interval.ts";
import type { Sample } from "./moments.ts";
import { requirePairs } from "./prediction-error.ts";
import { StatisticsError } from "./statistics-error.ts";
import { studentCdf } from "./student-t.ts";

export interface Equivalence {
  /** The larger of both one-sided p-values. */
  readonly p: number;
  readonly pLower: number;
  readonly pUpper: number;
  /** 90 %, of the geometric mean of predicted / observed. */
  readonly ratio: Interval;
  /** At 5 %: the interval lies within the margin. */
  readonly isEquivalent: boolean;
}

/**
 * Whether predictions are the same as observations but for a factor within the margin: two one-sided t tests on the logarithms
 * of their ratios. A difference that is not significant would be no proof of that.
 *
 * Source: D. Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15 (1987); A. Robinson and R. Froese, Ecological Modelling
 * 176 (2004), for models.
 *
 * @param margin a factor above 1, chosen before the data were seen
 * @throws StatisticsError for pairs that are not all above 0
 */
export const equivalence = (observed: Sample, predicted: Sample, margin: number): Equivalence => {
  requirePairs("equivalence", observed, predicted);
  if (!(margin > 1)) throw new StatisticsError(`equivalence: a margin of ${margin}: give a factor above 1`);
  const logs = Array.from(observed, (real, i) => Math.log(predicted[i]! / real));
  if (!logs.every(Number.isFinite)) throw new StatisticsError("equivalence: values must be above 0 to have a ratio");
  const { count, mean, sd, lower, upper } = meanInterval(logs, 0.9);
  const error = sd / Math.sqrt(count);
  const theta = Math.log(margin);
  const ratio = { lower: Math.exp(lower), upper: Math.exp(upper) };
  if (error === 0) {
    const isEquivalent = Math.abs(mean) < theta;
    const [pLower, pUpper] = [mean > -theta ? 0 : 1, mean < theta ? 0 : 1];
    return { p: Math.max(pLower, pUpper), pLower, pUpper, ratio, isEquivalent };
  }
  const pLower = studentCdf(-(mean + theta) / error, count - 1);
  const pUpper = studentCdf((mean - theta) / error, count - 1);
  const p = Math.max(pLower, pUpper);
  return { p, pLower, pUpper, ratio, isEquivalent: p < 0.05 };
};
