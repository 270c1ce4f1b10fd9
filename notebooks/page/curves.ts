import type { TopLevelSpec } from "vega-lite";
import { type ClosedFormPoint, type CurvePoint, curveChart } from "../../results/charts/curve-chart.ts";
import type { Scale } from "../../results/charts/plot-axis.ts";
import { duration, formatQuantity } from "../../scenarios/text/units.ts";
import type { SimulatedPoint } from "./simulation.ts";

/** One curve: a name, and the points of a simulation or of a published figure. */
export interface Series {
  readonly name: string;
  readonly points: readonly SimulatedPoint[];
}

export interface Curves {
  readonly title: string;
  /** The swept key on the axis; its values are seconds. */
  readonly over: string;
  readonly xTitle: string;
  readonly rows: readonly { readonly column: string; readonly title: string; readonly scale: Scale }[];
  readonly series: readonly Series[];
  readonly legend: string;
}

/** A time as people write it, with three digits. */
export const time = (seconds: number): string =>
  seconds > 0 && seconds < 1
    ? `${Number((1000 * seconds).toPrecision(3))}ms`
    : formatQuantity(duration, Number(seconds.toPrecision(3)));

/** Curves of simulated columns over a key that is a time, one panel below the other, with bands and closed forms. */
export const curves = ({ title, over, xTitle, rows, series, legend }: Curves): TopLevelSpec => {
  const points: CurvePoint[] = [];
  const closedForms: ClosedFormPoint[] = [];
  for (const { name, points: own } of series)
    for (const { values, metrics, closedForms: forms } of own)
      for (const { column } of rows) {
        const at = { panel: "", row: column, series: name, x: values[over] as number };
        const { mean = null, halfWidth = null } = metrics[column] ?? {};
        const half = halfWidth ?? 0;
        if (mean !== null) points.push({ ...at, mean, low: mean - half, high: mean + half });
        if (forms[column] !== undefined) closedForms.push({ ...at, value: forms[column]! });
      }
  const xs = [...new Set(points.map(({ x }) => x as number))].sort((a, b) => a - b);
  return curveChart({
    title,
    subtitle: [],
    x: {
      kind: "number",
      title: xTitle,
      scale: "log",
      domain: [xs[0]!, xs.at(-1)!],
      labels: xs.map((value) => ({ value, text: time(value) })),
    },
    rows: rows.map(({ column, title: name, scale }) => ({
      row: column,
      title: name,
      scale,
      ...(scale === "nines" ? { most: 1 } : {}),
    })),
    panels: [""],
    series: series.map(({ name }) => name),
    legend,
    points,
    closedForms,
  });
};
