import type { TopLevelSpec } from "vega-lite";
import { type ValidationMark, validationChart } from "../../results/charts/validation-chart.ts";
import { align } from "../../scenarios/align.ts";
import type { Judgement } from "../study/judgement.ts";
import { type ValidatedPoint, validatedMetrics } from "../study/validation.ts";

/** How far the model is from one figure, and of which captures or runs it is. */
export interface JudgedFigure extends Judgement {
  readonly metric: string;
  readonly mode: string;
}

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

const head = [
  ...["", "captured by", "settings", "captures", "bias", "MAPE", "95 %", "goal", "", "ratio 90 %", "same ±15 %"],
  ...["KS", "p", "W1", "covered", "error ± 2u"],
] as const;

const row = (one: JudgedFigure): string[] => [
  one.metric,
  one.mode,
  `${one.points}`,
  `${one.captures}`,
  percent(one.error.geometricMeanRatio - 1),
  percent(one.error.meanAbsoluteRelative),
  `${percent(one.errorInterval.lower)} to ${percent(one.errorInterval.upper)}`,
  percent(one.goal),
  one.isMet ? "met" : "NOT met",
  `${one.equivalence.ratio.lower.toFixed(2)} to ${one.equivalence.ratio.upper.toFixed(2)}`,
  one.equivalence.isEquivalent ? "yes" : "no",
  one.distance.largest.toFixed(2),
  one.distance.p < 1e-4 ? "<0.0001" : one.distance.p.toFixed(4),
  one.distance.area.toFixed(3),
  `${percent(one.coverage)}${isUncovered(one) ? " (not 95)" : ""}`,
  `${percent(one.uncertainty.error)} ± ${percent(2 * one.uncertainty.uncertainty)}`,
];

/** More or fewer captures are within the interval of 95 % than chance would have. */
const isUncovered = ({ coverageP }: JudgedFigure): boolean => coverageP < 0.05;

const named = (some: readonly JudgedFigure[]): string =>
  some.map(({ metric, mode }) => `${metric} of ${mode}`).join(", ");

/** What was reached and what was not: a goal that is met by luck is told, and so is all that was not shown. */
export const verdictOf = (judged: readonly JudgedFigure[]): readonly string[] => {
  const missed = judged.filter(({ isMet }) => !isMet);
  const lucky = judged.filter(({ isMet, errorInterval, goal }) => isMet && errorInterval.upper > goal);
  const apart = judged.filter(({ uncertainty }) => !uncertainty.isWithinNoise);
  const unlike = judged.filter(({ equivalence }) => !equivalence.isEquivalent);
  const uncovered = judged.filter(isUncovered);
  const goals =
    missed.length === 0
      ? "All goals are met on settings that nothing was fitted to."
      : `NOT met: ${missed.map(({ metric, mode, error }) => `${metric} of ${mode} (${percent(error.meanAbsoluteRelative)})`).join(", ")}.`;
  return [
    goals,
    ...(lucky.length === 0 ? [] : [`Met, and by chance as far as the interval tells: ${named(lucky)}.`]),
    apart.length === 0
      ? "No error is more than noise would make of a right model."
      : `More than noise: ${named(apart)}: there the model is wrong by what the last column says.`,
    unlike.length === 0 ? "All are shown to be within 15 %." : `Not shown to be within 15 %: ${named(unlike)}.`,
    ...(uncovered.length === 0
      ? []
      : [`Single captures scatter otherwise than the calibration foresees: ${named(uncovered)}.`]),
  ];
};

/** The same in lines that a picture has room for. */
export const verdictLines = (judged: readonly JudgedFigure[]): string[] =>
  verdictOf(judged).flatMap((sentence) => {
    const lines = [""];
    for (const word of sentence.split(" ")) {
      const longer = `${lines.at(-1)} ${word}`.trimStart();
      if (longer.length <= lineLength) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  });

const lineLength = 120;

/** @param points that were held out */
export const validationReport = (judged: readonly JudgedFigure[], points: number): string =>
  [
    align([[...head], ...judged.map(row)]),
    "",
    `${points} held-out settings. ${verdictOf(judged).join(" ")}`,
    "bias: geometric mean of simulated / measured, less 1. MAPE: of medians of settings, its interval by bootstrap. KS and W1: single captures over what is simulated, against a normal law with the calibration's scatter. covered: captures within its 95 %.",
  ].join("\n");

/** @param x what stands along the picture */
export const validationPicture = (
  points: readonly ValidatedPoint[],
  subtitle: readonly string[],
  x: string,
): TopLevelSpec => {
  const label = { pause: "pause [s]", captureDuration: "duration [s]", captureBytes: "bytes [MB]" } as const;
  const scale = { pause: 1, captureDuration: 1, captureBytes: 1e-6 } as const;
  const measured: ValidationMark[] = [];
  const simulated: ValidationMark[] = [];
  for (const { measured: rows, simulated: said, mode, panel, x } of points)
    for (const metric of validatedMetrics) {
      const at = { metric: label[metric], panel, series: mode, x };
      for (const one of rows) measured.push({ ...at, y: one[metric] * scale[metric] });
      simulated.push({ ...at, y: said[metric] * scale[metric] });
    }
  return validationChart({
    title: "Captures of real guests (points) and what the calibrated model says (lines)",
    subtitle,
    x,
    measured,
    simulated,
  });
};
