import { type ClosedFormPoint, type CurvePoint, curveChart } from "../../results/charts/curve-chart.ts";
import type { PlotAxis } from "../../results/charts/plot-axis.ts";
import type { PointResult } from "../aggregate.ts";
import { printedUnit } from "../columns.ts";
import { CommandError } from "../commands/command-line.ts";
import { renewalForm } from "../interval-theory.ts";
import type { Scenario } from "../scenario.ts";
import { isPart } from "../search/goal.ts";
import { closedForms } from "../simulate.ts";
import { axesOf } from "../study/kept-points.ts";
import { type Facets, facetsOf } from "./facets.ts";
import {
  bounded,
  checkScale,
  columnsFor,
  type DrawnStudy,
  firstAxis,
  leftOut,
  type Plot,
  type PlotArguments,
  resultsOf,
  sweptAxis,
  titled,
  underTitle,
} from "./plot.ts";

const usual = ["availability", "workRatio"];

/** Columns against a swept key or another column, with what closed forms say of them. */
export const curvePlot = async (study: DrawnStudy, given: PlotArguments): Promise<Plot> => {
  const { plan } = study;
  const x =
    given.x ??
    firstAxis(
      plan,
      [given.series, given.panel].filter((axis) => axis !== undefined),
    );
  const isAxis = axesOf(plan).includes(x);
  const [ofX] = isAxis ? [] : columnsFor(study, "--x", [x]);
  const rows = columnsFor(study, "--y", given.y ?? usual);
  const results = await resultsOf(study, [...new Set([...rows, ...(ofX === undefined ? [] : [ofX]), "ttrMean"])]);
  const facets = isAxis ? facetsOf(plan, given, [x]) : scattered(plan, given);
  const points: CurvePoint[] = [];
  const forms: ClosedFormPoint[] = [];
  let missing = 0;
  for (const { index, panel, series } of facets.points) {
    const { metrics } = results[index]!;
    const across = ofX === undefined ? undefined : bounded(metrics[ofX], ofX);
    const at = isAxis ? placeOf(plan.points[index]!, x) : across?.mean;
    const theory = isAxis ? theoryOf(study.loaded?.points[index]?.scenario, results[index]!) : {};
    for (const row of rows) {
      const found = bounded(metrics[row], row);
      if (found === undefined || at === undefined) missing += 1;
      else
        points.push({
          panel,
          row,
          series,
          x: at,
          ...(across === undefined ? {} : { xLow: across.low, xHigh: across.high }),
          ...found,
        });
      const value = theory[row];
      if (value !== undefined && Number.isFinite(value) && at !== undefined)
        forms.push({ panel, row, series, x: at, value: value / printedUnit(row).factor });
    }
  }
  if (points.length === 0) throw new CommandError(`nothing has an interval here: ${leftOut(missing).join("")}`);
  for (const row of rows) {
    const means = points.flatMap((point) => (point.row === row ? [point.mean] : []));
    if (means.length > 0) checkScale(given.yScale, row, means);
  }
  const drawn = facets.points.map(({ index }) => index);
  const axis: PlotAxis = isAxis ? sweptAxis(plan, x, drawn, given.xScale) : columnAxis(ofX!, points, given.xScale);
  const spec = curveChart({
    title: `${rows.join(", ")} against ${isAxis ? x : ofX}`,
    subtitle: [plan.description || plan.study, ...underTitle(plan, forms.length === 0 ? "" : "dotted: closed form")],
    x: axis,
    rows: rows.map((row) => ({
      row,
      title: titled(row),
      scale: given.yScale ?? "linear",
      ...(isPart(row) ? { most: 1 } : {}),
    })),
    panels: facets.panels,
    series: facets.series,
    legend: facets.legend,
    points,
    closedForms: forms,
  });
  return { spec, numbers: { x, points, closedForms: forms }, remarks: leftOut(missing) };
};

/** Points of two columns: those of one series need not lie on a line, so one key is enough to tell series apart. */
const scattered = (plan: DrawnStudy["plan"], given: PlotArguments): Facets => {
  const series = given.series ?? axesOf(plan).find((axis) => axis !== given.panel);
  const others = axesOf(plan).filter((axis) => axis !== series && axis !== given.panel);
  return facetsOf(plan, { ...given, ...(series === undefined ? {} : { series }) }, others);
};

const placeOf = ({ values, labels }: DrawnStudy["plan"]["points"][number], axis: string): number | string => {
  const value = values[axis];
  return typeof value === "number" ? value : labels[axis]!;
};

/** Of the columns that one is known for: a textbook's, and useful work by renewal-reward. */
const theoryOf = (scenario: Scenario | undefined, { metrics }: PointResult): { readonly [column: string]: number } => {
  if (scenario === undefined) return {};
  const known = closedForms(scenario);
  if (scenario.model !== "cluster" || scenario.policy !== "protect") return known;
  const form = renewalForm(scenario, metrics["ttrMean"]?.mean ?? 0);
  return form === undefined ? known : { workRatio: form.workRatio, ...known };
};

const columnAxis = (column: string, points: readonly CurvePoint[], scale: "linear" | "log" = "linear"): PlotAxis => {
  const xs = points.flatMap(({ xLow, xHigh }) => [xLow!, xHigh!]);
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  if (scale === "log" && low <= 0) throw new CommandError(`--x-scale log: ${column} reaches ${low}`);
  const room = high > low ? 0.04 * (high - low) : Math.abs(high) * 0.05 || 1;
  const domain = scale === "log" ? ([low / 1.1, high * 1.1] as const) : ([low - room, high + room] as const);
  return { kind: "number", title: titled(column), scale, domain };
};
