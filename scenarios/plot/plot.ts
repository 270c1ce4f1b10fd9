import type { TopLevelSpec } from "vega-lite";
import type { PlotAxis, Scale } from "../../results/charts/plot-axis.ts";
import type { Estimate, PointResult } from "../aggregate.ts";
import { chooseColumns, printedUnit, UnknownColumnError } from "../columns.ts";
import { CommandError } from "../commands/command-line.ts";
import type { LoadedScenario } from "../load.ts";
import { isPart } from "../search/goal.ts";
import { axesOf } from "../study/kept-points.ts";
import type { StudyFolder } from "../study/study-folder.ts";
import type { StudyPlan } from "../study/study-plan.ts";
import { storedColumns, storedResults } from "../study/study-results.ts";
import type { FacetArguments } from "./facets.ts";

export const plotKinds = ["curve", "heat", "pareto", "cdf", "downtime"] as const;
export type PlotKind = (typeof plotKinds)[number];

export interface PlotArguments extends FacetArguments {
  readonly x?: string;
  readonly y?: readonly string[];
  readonly xScale?: "linear" | "log";
  readonly yScale?: Scale;
}

/** The study that is drawn; its scenario only while it still is what was planned, for closed forms. */
export interface DrawnStudy {
  readonly folder: StudyFolder;
  readonly plan: StudyPlan;
  readonly loaded: LoadedScenario | undefined;
}

/** A chart and the figures in it. */
export interface Plot {
  readonly spec: TopLevelSpec;
  readonly numbers: object;
  /** What is not to be seen in it, such as points without an interval. */
  readonly remarks: readonly string[];
}

/** The columns that words mean, of those that the study has. @throws CommandError */
export const columnsFor = ({ folder }: DrawnStudy, option: string, patterns: readonly string[]): readonly string[] => {
  const all = storedColumns(folder);
  if (all.length === 0) throw new CommandError(`no run of ${folder.path} is done`);
  try {
    return chooseColumns(
      all,
      patterns.flatMap((list) => list.split(",")),
    );
  } catch (error) {
    throw error instanceof UnknownColumnError ? new CommandError(`${option}: ${error.message}`) : error;
  }
};

export const resultsOf = ({ folder, plan, loaded }: DrawnStudy, columns: readonly string[]): Promise<PointResult[]> =>
  storedResults(
    folder,
    plan,
    columns,
    loaded?.points.map(({ scenario }) => scenario),
  );

/** An estimate in the unit in which it is printed; undefined without an interval. */
export const bounded = (
  estimate: Estimate | undefined,
  column: string,
): { readonly mean: number; readonly low: number; readonly high: number } | undefined => {
  if (estimate === undefined || estimate.mean === null || estimate.halfWidth === null) return undefined;
  const { factor } = printedUnit(column);
  const [mean, half] = [estimate.mean / factor, estimate.halfWidth / factor];
  return { mean, low: mean - half, high: mean + half };
};

export const titled = (column: string): string => {
  const { unit } = printedUnit(column);
  return unit === "" ? column : `${column} [${unit}]`;
};

/** The first swept key of numbers, or of anything. @throws CommandError without a sweep */
export const firstAxis = (plan: StudyPlan, besides: readonly string[] = []): string => {
  const axes = axesOf(plan).filter((axis) => !besides.includes(axis));
  const found = axes.find((axis) => isNumeric(plan, axis)) ?? axes[0];
  if (found === undefined) throw new CommandError(`${plan.study} sweeps too few keys to draw anything against them`);
  return found;
};

export const isNumeric = ({ points }: StudyPlan, axis: string): boolean =>
  points.every(({ values }) => typeof values[axis] === "number");

/** A swept key as the axis of a chart: numbers with the labels that the scenario gave them, or words in its order. */
export const sweptAxis = (
  plan: StudyPlan,
  axis: string,
  indexes: readonly number[],
  scale?: "linear" | "log",
): PlotAxis => {
  const points = indexes.map((i) => plan.points[i]!);
  if (!isNumeric(plan, axis))
    return { kind: "word", title: axis, words: [...new Set(points.map(({ labels }) => labels[axis]!))] };
  const labels = new Map(points.map((point) => [point.values[axis] as number, point.labels[axis]!]));
  const values = [...labels.keys()].sort((a, b) => a - b);
  const [low, high] = [values[0]!, values.at(-1)!];
  if (scale === "log" && low <= 0) throw new CommandError(`--x-scale log: ${axis} is ${low} at its lowest`);
  return {
    kind: "number",
    title: axis,
    scale: scale ?? (low > 0 && high >= 10 * low ? "log" : "linear"),
    domain: [low, high],
    labels: values.map((value) => ({ value, text: labels.get(value)! })),
  };
};

/** @throws CommandError where a scale cannot draw what a column holds */
export const checkScale = (scale: Scale | undefined, column: string, means: readonly number[]): void => {
  if (scale === "nines" && !isPart(column))
    throw new CommandError(`--y-scale nines: ${column} is no part of 1, of which nines could be left`);
  const drawn = scale === "nines" ? means.map((mean) => 1 - mean) : means;
  if (scale !== undefined && scale !== "linear" && !drawn.some((value) => value > 0))
    throw new CommandError(`--y-scale ${scale}: of ${column} there is nothing above 0 to draw`);
};

/** Said of points that are left out because a figure without an interval is not drawn. */
export const leftOut = (count: number): string[] =>
  count === 0
    ? []
    : [`${count} estimate${count === 1 ? " has" : "s have"} no interval and ${count === 1 ? "is" : "are"} not drawn`];

/** What stands under the title of a chart of a study. */
export const underTitle = (plan: StudyPlan, more = ""): readonly string[] => [
  `${plan.stopping === undefined ? "" : `${plan.stopping.floor} to `}${plan.replications} replications of each point, seed ${plan.seed}; 95 % confidence${more === "" ? "" : `; ${more}`}`,
];
