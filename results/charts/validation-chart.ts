import type { TopLevelSpec } from "vega-lite";
import { type Heading, okabeIto, picture } from "./look.ts";

export interface ValidationMark {
  /** What is drawn in a row, with its unit. */
  readonly metric: string;
  readonly panel: string;
  readonly series: string;
  readonly x: number;
  readonly y: number;
}

export interface ValidationChart extends Heading {
  readonly x: string;
  /** Each a point; where several lie at one place they are drawn over each other. */
  readonly measured: readonly ValidationMark[];
  /** Each a dash, joined by a line. */
  readonly simulated: readonly ValidationMark[];
}

/** What was measured, as points, over what was simulated, as lines: a row for each metric, a column for each panel. Both axes tell parts: y is
 * logarithmic. */
export const validationChart = (chart: ValidationChart): TopLevelSpec => {
  const all = [...chart.measured, ...chart.simulated];
  const distinct = (key: "metric" | "panel" | "series"): string[] => [...new Set(all.map((one) => one[key]))];
  const series = distinct("series").sort();
  const places = [...new Set(all.map(({ x }) => x))].sort((one, other) => one - other);
  const color = {
    field: "series",
    type: "nominal" as const,
    title: null,
    scale: { domain: series, range: [okabeIto.blue, okabeIto.vermilion, okabeIto.green, okabeIto.purple] },
    legend: { orient: "top" as const },
  };
  const rows = distinct("metric").map((metric) => ({
    hconcat: distinct("panel").map((panel) => {
      const own = (marks: readonly ValidationMark[]) => ({
        values: marks.filter((one) => one.metric === metric && one.panel === panel),
      });
      const encoding = {
        x: {
          field: "x",
          type: "quantitative" as const,
          title: chart.x,
          scale: { zero: false, padding: 24 },
          axis: { values: places, format: ".6~g" },
        },
        y: {
          field: "y",
          type: "quantitative" as const,
          title: metric,
          scale: { type: "log" as const, nice: false, padding: 12 },
        },
        color,
      };
      return {
        title: { text: panel, fontSize: 12, fontWeight: 400 },
        width: 230,
        height: 170,
        layer: [
          { data: own(chart.simulated), mark: { type: "line" as const, strokeWidth: 2.5 }, encoding },
          {
            data: own(chart.simulated),
            mark: { type: "tick" as const, orient: "horizontal" as const, thickness: 2.5, size: 36 },
            encoding,
          },
          {
            data: own(chart.measured),
            mark: { type: "point" as const, filled: true, size: 18, opacity: 0.5 },
            encoding,
          },
        ],
      };
    }),
    spacing: 24,
  }));
  return picture(chart, { vconcat: rows, spacing: 20 });
};
