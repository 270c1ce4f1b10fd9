import type { TopLevelSpec } from "vega-lite";
import { chartConfig, chartTitle, timeLabel } from "./look.ts";

/** A trend: simulated, or what somebody else measured, of which few points are known. */
export interface TrendLine {
  readonly name: string;
  readonly colour: string;
  readonly measured: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface TrendChart {
  readonly title: string;
  readonly subtitle: readonly string[];
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
      x: {
        field: "x",
        type: "quantitative" as const,
        title: chart.x,
        scale: { type: "log" as const, domain: [Math.min(...xs), Math.max(...xs)], nice: false },
        axis: { values: [1, 2, 5, 10, 20, 30, 60], labelExpr: timeLabel },
      },
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
  const spec = {
    ...chartTitle(chart.title, chart.subtitle),
    hconcat: panels,
    spacing: 30,
    padding: 16,
    config: chartConfig,
  };
  // The library's type asks for the whole union of specifications at each nested literal.
  return spec as unknown as TopLevelSpec;
};
