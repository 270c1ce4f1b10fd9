import type { TopLevelSpec } from "vega-lite";
import { type Heading, picture, timeAxis } from "./look.ts";

/** A trend: simulated, or what somebody else measured, of which few points are known. */
export interface TrendLine {
  readonly name: string;
  readonly colour: string;
  readonly measured: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface TrendChart extends Heading {
  readonly x: string;
  readonly panels: readonly { readonly y: string; readonly lines: readonly TrendLine[] }[];
}

/** Fractions against a time on a logarithmic axis; what others measured is drawn as points with a thin dotted line. */
export const trendChart = (chart: TrendChart): TopLevelSpec => {
  const xs = chart.panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([x]) => x)));
  const lines = new Map(chart.panels.flatMap((panel) => panel.lines.map(({ name, colour }) => [name, colour])));
  const panels = chart.panels.map((panel) => {
    const values = panel.lines.flatMap(({ name, measured, points }) =>
      points.map(([x, y]) => ({ name, measured, x, y })),
    );
    const encoding = {
      x: timeAxis({ field: "x", title: chart.x, xs }, { values: [1, 2, 5, 10, 20, 30, 60] }),
      y: { field: "y", type: "quantitative" as const, title: panel.y, axis: { format: "%" } },
      color: {
        field: "name",
        type: "nominal" as const,
        title: null,
        scale: { domain: [...lines.keys()], range: [...lines.values()] },
        legend: {
          orient: "top" as const,
          columns: 3,
          labelLimit: 0,
          symbolType: "stroke" as const,
          symbolStrokeWidth: 3,
        },
      },
    };
    const of = (measured: boolean) => ({ values: values.filter((one) => one.measured === measured) });
    return {
      width: 400,
      height: 260,
      layer: [
        { data: of(false), mark: { type: "line" as const, strokeWidth: 2.5 }, encoding },
        { data: of(true), mark: { type: "line" as const, strokeWidth: 1.2, strokeDash: [2, 3] }, encoding },
        { data: of(true), mark: { type: "point" as const, filled: true, size: 90, opacity: 1 }, encoding },
      ],
    };
  });
  return picture(chart, { hconcat: panels, spacing: 30 });
};
