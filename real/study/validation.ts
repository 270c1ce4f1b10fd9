import { type Equivalence, equivalence } from "../../results/statistics/equivalence.ts";
import { type Agreement, limitsOfAgreement } from "../../results/statistics/limits-of-agreement.ts";
import type { Interval } from "../../results/statistics/mean-interval.ts";
import { median, medianDeviation } from "../../results/statistics/median.ts";
import { normalQuantile } from "../../results/statistics/normal.ts";
import { type PredictionError, predictionError } from "../../results/statistics/prediction-error.ts";
import { coverageTest, predictionScore } from "../../results/statistics/prediction-score.ts";
import { distanceOf, type SampleDistance } from "../../results/statistics/two-samples.ts";
import { type ValidationError, validationError } from "../../results/statistics/validation-uncertainty.ts";
import { TestbedError } from "../testbed-error.ts";
import { errorInterval } from "./error-interval.ts";
import { durationOf, type MeasuredCapture } from "./measured-capture.ts";

export const validatedMetrics = ["pause", "captureDuration", "captureBytes"] as const;
export type ValidatedMetric = (typeof validatedMetrics)[number];

/** Mean absolute relative errors that the model is to keep to. */
export const goals: { readonly [metric in ValidatedMetric]: number } = {
  pause: 0.3,
  captureDuration: 0.15,
  captureBytes: 0.15,
};
/** Factor within which medians count as the same. */
const margin = 1.15;

/** Seconds, seconds and bytes of one capture. */
export type Figures = { readonly [metric in ValidatedMetric]: number };

/** What was measured and simulated in one setting. */
export interface ValidatedPoint {
  readonly setting: string;
  readonly mode: MeasuredCapture["mode"];
  /** Where it is in a picture. */
  readonly panel: string;
  readonly x: number;
  readonly measured: readonly Figures[];
  readonly simulated: Figures;
}

export const figuresOf = (row: MeasuredCapture): Figures => ({
  pause: row.pause,
  captureDuration: durationOf(row),
  captureBytes: row.captureBytes,
});

export interface MetricValidation {
  readonly metric: ValidatedMetric;
  readonly mode: MeasuredCapture["mode"] | "all";
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
 * Judges the model by points that it was not fitted to.
 *
 * @param scatter standard deviation of one capture around its prediction, as a part of it
 * @throws TestbedError with fewer than two points
 */
export const judge = (
  metric: ValidatedMetric,
  mode: MetricValidation["mode"],
  points: readonly ValidatedPoint[],
  scatter: number,
): MetricValidation => {
  const own = points.filter((point) => mode === "all" || point.mode === mode);
  if (own.length < 2)
    throw new TestbedError(`${metric} of ${mode}: ${own.length} held-out settings; it takes two at least`);
  const said = own.map(({ simulated }) => simulated[metric]);
  const seen = own.map(({ measured }) => measured.map((row) => row[metric]));
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
    metric,
    mode,
    points: own.length,
    captures: ratios.length,
    error,
    errorInterval: errorInterval(
      centres.map((real, i) => Math.abs(said[i]! - real) / real),
      `${metric} ${mode}`,
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
    goal: goals[metric],
    isMet: error.meanAbsoluteRelative <= goals[metric],
  };
};

/** Standard error of a median of a normal law over that of a mean. */
const medianError = Math.sqrt(Math.PI / 2);

const meanOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
