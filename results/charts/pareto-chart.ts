import type { TopLevelSpec } from "vega-lite";
import { type Heading, picture } from "./look.ts";
import { drawn, type Scale, seriesLook, yChannel } from "./plot-axis.ts";

/** A system by two of its figures, each with its 95 % interval. */
export interface ParetoPoint {
  readonly panel: string;
  readonly series: string;
  readonly label: string;
  readonly x: number;
  readonly xLow: number;
  readonly xHigh: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** No other system is better in one figure and as good in the other. */
  readonly onFront: boolean;
}

export interface ParetoChart extends Heading {
  readonly x: { readonly title: string; readonly scale: "linear" | "log" };
  readonly y: { readonly title: string; readonly scale: Scale; readonly most?: number };
  readonly panels: readonly string[];
  readonly series: readonly string[];
  readonly legend: string;
  readonly points: readonly ParetoPoint[];
}

/** Systems by two figures: those of the front are full and joined, those that another one beats are pale. */
export const paretoChart = (chart: ParetoChart): TopLevelSpec => {
  const xs = chart.points
    .flatMap(({ xLow, xHigh }) => [xLow, xHigh])
    .filter((x) => chart.x.scale === "linear" || x > 0);
  const room = 0.04 * (Math.max(...xs) - Math.min(...xs));
  const domain =
    chart.x.scale === "log"
      ? [Math.min(...xs) / 1.1, Math.max(...xs) * 1.1]
      : [Math.min(...xs) - room, Math.max(...xs) + room];
  const x = (field: string) => ({
    field,
    type: "quantitative" as const,
    title: chart.x.title,
    scale: { type: chart.x.scale, domain, nice: false },
    axis: { labelOverlap: true },
  });
  const y = yChannel({
    ...chart.y,
    means: chart.points.map(({ mean }) => mean),
    values: chart.points.flatMap(({ low, high }) => [low, high]),
  });
  const look = seriesLook(chart.series, chart.legend, false);
  return picture(chart, {
    spacing: 26,
    hconcat: chart.panels.map((panel) => {
      const own = chart.points.filter((point) => point.panel === panel).map((point) => drawn(chart.y.scale, point));
      const pale = { condition: { test: "datum.onFront", value: 1 }, value: 0.35 };
      return {
        title: { text: panel, anchor: "start" as const, fontWeight: 600, fontSize: 12 },
        width: 460,
        height: 320,
        data: { values: own },
        layer: [
          {
            data: { values: own.filter(({ onFront }) => onFront) },
            mark: { type: "line" as const, color: "#777", strokeWidth: 1, strokeDash: [4, 3] },
            encoding: { x: x("x"), y: y("mean"), order: { field: "x", type: "quantitative" as const } },
          },
          {
            mark: { type: "rule" as const, strokeWidth: 1.2 },
            encoding: { x: x("x"), y: y("low"), y2: { field: "high" }, color: look.color, opacity: pale },
          },
          {
            mark: { type: "rule" as const, strokeWidth: 1.2 },
            encoding: { x: x("xLow"), x2: { field: "xHigh" }, y: y("mean"), color: look.color, opacity: pale },
          },
          {
            mark: { type: "point" as const, filled: true, size: 80 },
            encoding: {
              x: x("x"),
              y: y("mean"),
              ...look,
              opacity: pale,
              tooltip: [{ field: "label" }, { field: "x" }, { field: "mean" }],
            },
          },
          {
            data: {
              values: apart(
                own.filter(({ onFront }) => onFront),
                domain,
                chart.x.scale,
              ),
            },
            mark: { type: "text" as const, align: "left" as const, dx: 7, dy: -6, fontSize: 10, color: "#333" },
            encoding: { x: x("x"), y: y("mean"), text: { field: "label" } },
          },
        ],
      };
    }),
  });
};

/** Those whose labels do not stand on each other; what the others are, the pointer tells. */
const apart = (points: readonly ParetoPoint[], domain: readonly number[], scale: "linear" | "log"): ParetoPoint[] => {
  const place = scale === "log" ? Math.log : (x: number) => x;
  const width = place(domain[1]!) - place(domain[0]!);
  const means = points.map(({ mean }) => mean);
  const height = Math.max(...means) - Math.min(...means) || 1;
  const kept: ParetoPoint[] = [];
  for (const point of points.toSorted((a, b) => a.x - b.x)) {
    const isFree = kept.every(
      (other) =>
        Math.abs(point.mean - other.mean) > 0.06 * height ||
        Math.abs(place(point.x) - place(other.x)) > (0.014 * other.label.length + 0.03) * width,
    );
    if (isFree) kept.push(point);
  }
  return kept;
};
