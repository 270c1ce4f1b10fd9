import type { TopLevelSpec } from "vega-lite";
import { curveChart } from "../../results/charts/curve-chart.ts";
import type { Scale } from "../../results/charts/plot-axis.ts";

/** Curves of numbers against numbers, without intervals; single points where an x has a half width of its own. */
export interface PlainCurves {
  readonly title: string;
  readonly x: { readonly title: string; readonly scale: "linear" | "log"; readonly ticks?: readonly number[] };
  readonly y: { readonly title: string; readonly scale: Scale };
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly { readonly x: number; readonly y: number; readonly xHalf?: number }[];
  }[];
  readonly legend: string;
}

export const plainCurves = ({ title, x, y, series, legend }: PlainCurves): TopLevelSpec => {
  // Single points stand clear of the edges.
  const room = series.some(({ points }) => points.some(({ xHalf }) => xHalf !== undefined)) ? 0.05 : 0;
  const xs = series.flatMap(({ points }) => points.map((point) => point.x));
  return curveChart({
    title,
    subtitle: [],
    x: {
      kind: "number",
      title: x.title,
      scale: x.scale,
      domain: [Math.min(...xs) - room, Math.max(...xs) + room],
      ...(x.ticks === undefined ? {} : { labels: x.ticks.map((value) => ({ value, text: String(value) })) }),
    },
    rows: [{ row: "", ...y }],
    panels: [""],
    series: series.map(({ name }) => name),
    legend,
    points: series.flatMap(({ name, points }) =>
      points.map((point) => ({
        panel: "",
        row: "",
        series: name,
        x: point.x,
        mean: point.y,
        low: point.y,
        high: point.y,
        ...(point.xHalf === undefined ? {} : { xLow: point.x - point.xHalf, xHigh: point.x + point.xHalf }),
      })),
    ),
    closedForms: [],
  });
};
