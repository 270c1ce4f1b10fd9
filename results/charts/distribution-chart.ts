import type { TopLevelSpec } from "vega-lite";
import { type Heading, picture, timeLabel } from "./look.ts";
import { coloured, seriesLook } from "./plot-axis.ts";

/** The part of the observations of a series that are at most `x`, with its 95 % interval. */
export interface DistributionPoint {
  readonly panel: string;
  readonly series: string;
  readonly x: number;
  readonly part: number;
  readonly low: number;
  readonly high: number;
}

export interface DistributionChart extends Heading {
  /** Seconds, on a logarithmic axis. */
  readonly x: string;
  readonly y: string;
  readonly panels: readonly string[];
  readonly series: readonly string[];
  readonly legend: string;
  readonly points: readonly DistributionPoint[];
}

const usual = [0.01, 0.1, 1, 10, 60, 600, 3600, 36000, 86400, 864000];

/** The usual times; where not even two of them lie, five from end to end. */
const ticksOf = (low: number, high: number): number[] => {
  const within = usual.filter((tick) => tick >= low && tick <= high);
  if (within.length >= 2) return within;
  const even = Array.from({ length: 5 }, (_, i) => Number((low * (high / low) ** (i / 4)).toPrecision(3)));
  return [...new Set(even)];
};

/** Distribution functions of times with bands of confidence. */
export const distributionChart = (chart: DistributionChart): TopLevelSpec => {
  const xs = chart.points.map(({ x }) => x);
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  const x = {
    field: "x",
    type: "quantitative" as const,
    title: chart.x,
    scale: { type: "log" as const, domain: [low, high], nice: false },
    axis: { values: ticksOf(low, high), labelExpr: timeLabel, labelOverlap: true },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative" as const,
    title: chart.y,
    scale: { domain: [0, 1] },
    axis: { format: ".0%" },
  });
  const look = seriesLook(chart.series, chart.legend, true);
  const step = { interpolate: "step-after" as const, clip: true };
  return picture(chart, {
    spacing: 26,
    hconcat: chart.panels.map((panel) => {
      const data = { values: chart.points.filter((point) => point.panel === panel) };
      return {
        title: { text: panel, anchor: "start" as const, fontWeight: 600, fontSize: 12 },
        width: 460,
        height: 280,
        data,
        layer: [
          ...coloured(chart.series).map(({ name, colour }) => ({
            transform: [{ filter: { field: "series", equal: name } }],
            mark: { type: "area" as const, opacity: 0.18, color: colour, ...step },
            encoding: { x, y: y("low"), y2: { field: "high" } },
          })),
          { mark: { type: "line" as const, strokeWidth: 2, ...step }, encoding: { x, y: y("part"), ...look } },
        ],
      };
    }),
  });
};
