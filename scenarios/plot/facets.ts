import { mostSeries } from "../../results/charts/plot-axis.ts";
import { CommandError } from "../commands/command-line.ts";
import { axesOf, keptPoints, requireAxis } from "../study/kept-points.ts";
import type { StudyPlan } from "../study/study-plan.ts";

/** How the points of a study are laid out in a chart. */
export interface FacetArguments {
  /** The key that tells the series apart [all that are left]. */
  readonly series?: string;
  /** The key that has a panel for each of its values. */
  readonly panel?: string;
  /** Only points with these values, such as `snapshot.interval=30s`. */
  readonly at: readonly string[];
}

/** A point of the plan in its place. */
export interface FacetPoint {
  /** Index in the plan. */
  readonly index: number;
  readonly panel: string;
  readonly series: string;
}

export interface Facets {
  readonly points: readonly FacetPoint[];
  readonly panels: readonly string[];
  readonly series: readonly string[];
  /** What the series are. */
  readonly legend: string;
}

/**
 * Lays the points of a plan out in panels and series; `taken` are the keys that the axes of the chart show.
 *
 * @throws CommandError if points would lie on each other, or there are too many series to tell apart
 */
export const facetsOf = (plan: StudyPlan, given: FacetArguments, taken: readonly string[]): Facets => {
  const kept = keptPoints(plan, given.at);
  const varying = axesOf(plan).filter((axis) => new Set(kept.map((i) => plan.points[i]!.labels[axis])).size > 1);
  for (const axis of [given.series, given.panel]) if (axis !== undefined) requireAxis(plan, axis);
  const left = varying.filter((axis) => !taken.includes(axis) && axis !== given.panel);
  const series = given.series === undefined ? left : [given.series];
  const hidden = left.filter((axis) => !series.includes(axis));
  if (hidden.length > 0)
    throw new CommandError(
      `${hidden.join(", ")} ${hidden.length === 1 ? "changes" : "change"}, too: give it a --panel, leave --series out, or draw one value with --at ${hidden[0]}=${plan.points[kept[0]!]!.labels[hidden[0]!]}`,
    );
  const points = kept.map((index) => {
    const { labels } = plan.points[index]!;
    return {
      index,
      panel: given.panel === undefined ? "" : `${given.panel} = ${labels[given.panel]}`,
      series: series.map((axis) => labels[axis]).join(", "),
    };
  });
  const names = [...new Set(points.map((point) => point.series))];
  if (names.length > mostSeries)
    throw new CommandError(
      `${names.length} series (${series.join(" × ")}) cannot be told apart, ${mostSeries} can: give one key a --panel, or draw fewer with --at`,
    );
  const panels = [...new Set(points.map(({ panel }) => panel))];
  if (panels.length > mostPanels)
    throw new CommandError(`${panels.length} panels do not fit into one picture: draw fewer with --at`);
  return { points, panels, series: names, legend: series.map(lastWord).join(", ") };
};

const mostPanels = 12;

export const lastWord = (axis: string): string => axis.slice(axis.lastIndexOf(".") + 1);
