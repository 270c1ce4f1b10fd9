import { type Equivalence, equivalence } from "../../results/statistics/equivalence.ts";
import { type Agreement, limitsOfAgreement } from "../../results/statistics/limits-of-agreement.ts";
import type { Interval } from "../../results/statistics/mean-interval.ts";
import { median, medianDeviation } from "../../results/statistics/median.ts";
import { normalQuantile } from "../../results/statistics/normal.ts";
import { type PredictionError, predictionError } from "../../results/statistics/prediction-error.ts";
import { coverageTest, predictionScore } from "../../results/statistics/prediction-score.ts";
import { distanceOf, type SampleDistance } from "../../results/statistics/two-samples.ts";
import { type ValidationError, validationError } from "../../results/statistics/validation-uncertainty.ts";
import { errorInterval } from "./error-interval.ts";

/** Factor within which medians count as the same. */
const margin = 1.15;

/** What was measured of one figure in one setting, again and again, and what the model says of it. */
export interface Seen {
  readonly measured: readonly number[];
  readonly simulated: number;
}

/** How far a model is from what was measured in settings that it was not fitted to. */
export interface Judgement {
  readonly points: number;
  readonly captures: number;
  /** Of medians by point. */
  readonly error: PredictionError;
  /** Of the mean absolute relative error, 95 %. */
  readonly errorInterval: Interval;
  readonly agreement: Agreement;
  readonly equivalence: Equivalence;
  /** Of measured / simulated, from what a normal law with the calibration's scatter foresees. */
  readonly distance: SampleDistance;
  readonly covered: number;
  readonly coverage: number;
  readonly coverageP: number;
  /** Mean ranked score over the mean simulated value. */
  readonly score: number;
  readonly uncertainty: ValidationError;
  readonly goal: number;
  readonly isMet: boolean;
}

/**
 * Judges predictions of one figure.
 *
 * @param name decides what the interval of the error draws
 * @param own of two settings at least, each with something that was measured; nothing of it is 0
 * @param scatter standard deviation of one measurement around its prediction, as a part of it
 * @param goal for the mean absolute relative error
 */
export const judgement = (
  name: string,
  own: readonly Seen[],
  { scatter, goal }: { readonly scatter: number; readonly goal: number },
): Judgement => {
  const said = own.map(({ simulated }) => simulated);
  const seen = own.map(({ measured }) => measured);
  // Machines are held up by what else they do, which is no part of the model.
  const centres = seen.map(median);
  const error = predictionError(centres, said);
  const ratios = seen.flatMap((values, i) => values.map((one) => one / said[i]!));
  const foreseen = Array.from({ length: 199 }, (_, k) => 1 + scatter * normalQuantile((k + 1) / 200));
  const scores = seen.flatMap((values, i) => values.map((one) => predictionScore(said[i]!, scatter * said[i]!, one)));
  const covered = scores.filter(({ isCovered }) => isCovered).length;
  const coverage = covered / scores.length;
  const centre = median(ratios);
  const deviation = medianDeviation(ratios, centre);
  return {
    points: own.length,
    captures: ratios.length,
    error,
    errorInterval: errorInterval(
      centres.map((real, i) => Math.abs(said[i]! - real) / real),
      name,
    ),
    agreement: limitsOfAgreement(centres, said),
    equivalence: equivalence(centres, said, margin),
    distance: distanceOf(ratios, foreseen),
    covered,
    coverage,
    coverageP: coverageTest(covered, scores.length, 0.95).p,
    score: scores.reduce((sum, { rankedProbability }) => sum + rankedProbability, 0) / scores.length / meanOf(said),
    uncertainty: validationError(1, centre, {
      numerical: 0,
      input: (medianError * scatter) / Math.sqrt(ratios.length),
      data: (medianError * deviation) / Math.sqrt(ratios.length),
    }),
    goal,
    isMet: error.meanAbsoluteRelative <= goal,
  };
};

/** Standard error of a median of a normal law over that of a mean. */
const medianError = Math.sqrt(Math.PI / 2);

const meanOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
