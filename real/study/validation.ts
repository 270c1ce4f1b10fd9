import { TestbedError } from "../testbed-error.ts";
import { type Judgement, judgement } from "./judgement.ts";
import { durationOf, type MeasuredCapture } from "./measured-capture.ts";

export const validatedMetrics = ["pause", "captureDuration", "captureBytes"] as const;
export type ValidatedMetric = (typeof validatedMetrics)[number];

/** Mean absolute relative errors that the model is to keep to. */
export const goals: { readonly [metric in ValidatedMetric]: number } = {
  pause: 0.3,
  captureDuration: 0.15,
  captureBytes: 0.15,
};
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

export interface MetricValidation extends Judgement {
  readonly metric: ValidatedMetric;
  readonly mode: MeasuredCapture["mode"] | "all";
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
  const seen = own.map(({ simulated, measured }) => ({
    simulated: simulated[metric],
    measured: measured.map((row) => row[metric]),
  }));
  return { metric, mode, ...judgement(`${metric} ${mode}`, seen, { scatter, goal: goals[metric] }) };
};
