import type { TopLevelSpec } from "vega-lite";
import type { Columns } from "../../models/books/columns.ts";
import { type ClosedFormPoint, type CurvePoint, curveChart } from "../../results/charts/curve-chart.ts";
import { mostSeries, type PlotAxis } from "../../results/charts/plot-axis.ts";
import { meanInterval } from "../../results/statistics/mean-interval.ts";
import { align } from "../../scenarios/align.ts";
import { printedUnit } from "../../scenarios/columns.ts";
import { CommandError } from "../../scenarios/commands/command-line.ts";
import type { MeasuredRun } from "../study/measured-runs.ts";
import { meanColumns } from "../study/run-columns.ts";
import { type KeptInterval, type SweepPoint, searchedKey, settingOf } from "../study/sweep-study.ts";

/** What is drawn of a sweep. */
export interface SweepChart {
  /** A swept key. */
  readonly x?: string;
  /** Columns. */
  readonly y?: readonly string[];
  /** A swept key that has a panel for each value. */
  readonly panel?: string;
}

/** A point of a sweep as the simulator has it, and real machines, if they ran it. */
export interface SweptPoint extends SweepPoint {
  /** The same with numbers in base units. */
  readonly values: { readonly [axis: string]: unknown };
  readonly measured: MeasuredRun | undefined;
  readonly simulated: readonly Columns[];
}

/** All that is to be drawn. */
export interface Chart extends Required<SweepChart> {
  /** The swept keys whose values together make a series. */
  readonly series: readonly string[];
}

const usual = {
  shortest: ["intervalAchieved", "pauseMean", "durabilityLatencyMean", "restorePointAgeMean"],
  sweep: ["storedBytes", "sourceBytes", "rtoMean", "pUsable"],
};

/**
 * What is drawn when some of it was not said: against the first key, in one panel.
 *
 * @param searched the key whose shortest value is looked for
 * @throws CommandError for keys that are not swept, and more series than can be told apart
 */
export const checkedChart = (
  { x, y, panel }: SweepChart,
  points: readonly Pick<SweptPoint, "labels">[],
  searched: string | undefined,
): Chart => {
  const axes = Object.keys(points[0]!.labels);
  for (const [option, key] of Object.entries({ x, panel }))
    if (key !== undefined && !axes.includes(key))
      throw new CommandError(`--${option}: ${key} is not swept; there are ${axes.join(", ")}`);
  const along = x ?? searched ?? axes.find((axis) => axis !== panel)!;
  if (along === undefined || along === panel) throw new CommandError(`--panel: ${panel} is drawn along x already`);
  const chart = {
    x: along,
    y: y?.flatMap((list) => list.split(",")) ?? (searched === undefined ? usual.sweep : usual.shortest),
    panel: panel ?? "",
    series: axes.filter((axis) => axis !== along && axis !== panel && !areInStep(along, axis, points)),
  };
  const series = new Set(points.map(({ labels }) => seriesOf(labels, chart)));
  if (series.size > mostSeries)
    throw new CommandError(
      `${series.size} series cannot be told apart in one panel: give --panel one of ${axes.join(", ")}`,
    );
  return chart;
};

/** Whether two keys take their values together, as zipped ones do: each value of one comes with the same of the other. */
const areInStep = (one: string, other: string, points: readonly Pick<SweptPoint, "labels">[]): boolean => {
  const distinct = (labelled: (labels: SweepPoint["labels"]) => string): number =>
    new Set(points.map(({ labels }) => labelled(labels))).size;
  const values = distinct((labels) => labels[one]!);
  const pairs = distinct((labels) => JSON.stringify([labels[one], labels[other]]));
  return values > 1 && pairs === values && distinct((labels) => labels[other]!) === values;
};

const seriesOf = (labels: SweepPoint["labels"], { series }: Pick<Chart, "series">): string =>
  series.map((axis) => labels[axis]).join(", ");

const short = (value: number): string => (Number.isNaN(value) ? "–" : `${Number(value.toPrecision(4))}`);

const shown = (columns: Columns | undefined, column: string): number =>
  (columns?.[column] ?? Number.NaN) / printedUnit(column).factor;

const titled = (column: string): string => {
  const { unit } = printedUnit(column);
  return unit === "" ? column : `${column} [${unit}]`;
};

/** The shortest intervals that are kept, on real machines and in the simulator. */
export const shortestTable = (
  real: readonly KeptInterval<SweepPoint>[],
  simulated: readonly KeptInterval<SweepPoint>[],
): string => {
  const named = (point: SweepPoint | undefined, otherwise: string): string => point?.labels[searchedKey] ?? otherwise;
  const cells = ({ shortest, missed }: KeptInterval<SweepPoint>): string[] => [
    named(shortest, "none"),
    named(missed, "none tried"),
  ];
  return `Shortest ${searchedKey} that is kept within 1 %, and the next shorter one, which is not\n${align([
    ["", "real", "missed", "simulated", "missed"],
    ...real.map((one, i) => [one.setting, ...cells(one), ...cells(simulated[i]!)]),
  ])}`;
};

/** What real machines ran, and what the simulator has for it. */
export const pointTable = (swept: readonly SweptPoint[], { y }: Chart): string =>
  align([
    ["", ...y.flatMap((column) => [titled(column), "simulated"]), "load"],
    ...swept.flatMap(({ labels, measured, simulated }) => {
      if (measured === undefined) return [];
      const said = meanColumns(simulated);
      const figures = y.flatMap((column) => [shown(measured.columns, column), shown(said, column)]);
      return [[settingOf(labels), ...figures.map(short), measured.load.toFixed(1)]];
    }),
  ]);

/** Measured points beside the simulator's curves; an axis of times or numbers is logarithmic where it spans much. */
export const sweepPicture = (swept: readonly SweptPoint[], chart: Chart, subtitle: readonly string[]): TopLevelSpec => {
  const placed = swept.map((point) => {
    const { labels, values } = point;
    const value = values[chart.x];
    return {
      ...point,
      x: typeof value === "number" ? value : labels[chart.x]!,
      panel: chart.panel === "" ? "" : labels[chart.panel]!,
      series: seriesOf(labels, chart),
    };
  });
  const points: CurvePoint[] = [];
  const measured: ClosedFormPoint[] = [];
  for (const { x, panel, series, simulated, measured: run } of placed)
    for (const row of chart.y) {
      const place = { panel, row, series, x };
      const values = simulated.map((columns) => shown(columns, row));
      if (values.every(Number.isFinite)) points.push({ ...place, ...bounds(values) });
      const value = shown(run?.columns, row);
      if (Number.isFinite(value)) measured.push({ ...place, value });
    }
  const distinct = (key: "panel" | "series"): string[] => [...new Set(placed.map((one) => one[key]))];
  return curveChart({
    title: "Real machines and the simulator",
    subtitle,
    x: axisOf(chart.x, placed),
    rows: chart.y.map((row) => ({
      row,
      title: titled(row),
      scale: isWide([...points, ...measured].flatMap((one) => (one.row === row ? [heightOf(one)] : [])))
        ? "log"
        : "linear",
    })),
    panels: distinct("panel"),
    series: distinct("series"),
    legend: chart.series.join(", "),
    points,
    closedForms: [],
    measured,
  });
};

const heightOf = (one: CurvePoint | ClosedFormPoint): number => ("value" in one ? one.value : one.mean);

const bounds = (values: readonly number[]): Pick<CurvePoint, "mean" | "low" | "high"> => {
  if (values.length < 2) return { mean: values[0]!, low: values[0]!, high: values[0]! };
  const { mean, lower, upper } = meanInterval(Float64Array.from(values));
  return { mean, low: lower, high: upper };
};

/** So many times as large as the smallest is the largest from which on a scale is logarithmic. */
const wide = 8;

const isWide = (values: readonly number[]): boolean =>
  values.length > 0 && Math.min(...values) > 0 && Math.max(...values) > wide * Math.min(...values);

const axisOf = (
  title: string,
  placed: readonly { readonly x: number | string; readonly labels: SweepPoint["labels"] }[],
): PlotAxis => {
  const numbers = placed.flatMap(({ x }) => (typeof x === "number" ? [x] : []));
  if (numbers.length < placed.length)
    return { kind: "word", title, words: [...new Set(placed.map(({ labels }) => labels[title]!))] };
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const labels = [...new Map(placed.map(({ x, labels }) => [x as number, labels[title]!]))];
  const named = { labels: labels.map(([value, text]) => ({ value, text })) };
  if (isWide(numbers)) return { kind: "number", title, scale: "log", domain: [low / 1.1, high * 1.1], ...named };
  const room = high > low ? 0.05 * (high - low) : Math.max(1e-9, 0.05 * Math.abs(high));
  return { kind: "number", title, scale: "linear", domain: [low - room, high + room], ...named };
};
