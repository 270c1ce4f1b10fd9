import type { TopLevelSpec } from "vega-lite";
import { type Heading, okabeIto, picture, timeAxis } from "./look.ts";

/** One point of a curve: a figure of one policy at one interval. */
export interface IntervalPoint {
  /** Name of the panel's column, such as the source of failures. */
  readonly panel: string;
  readonly policy: string;
  readonly measure: "availabilityNet" | "workRatio" | "availability";
  /** Seconds. */
  readonly interval: number;
  readonly mean: number;
  readonly halfWidth: number;
}

export interface ClosedFormPoint {
  readonly panel: string;
  readonly policy: string;
  readonly interval: number;
  readonly value: number;
}

export interface OptimumMark {
  readonly panel: string;
  readonly policy: string;
  readonly measure: "availabilityNet" | "workRatio";
  readonly interval: number;
  readonly value: number;
}

export interface IntervalChart extends Heading {
  readonly panels: readonly string[];
  readonly policies: readonly string[];
  readonly points: readonly IntervalPoint[];
  readonly closedForms: readonly ClosedFormPoint[];
  readonly optima: readonly OptimumMark[];
}

const colours = [okabeIto.blue, okabeIto.vermilion, okabeIto.green, okabeIto.purple];

/** Losses are drawn, as nines need it, on a logarithmic axis that is labelled with what is left. */
const percentLeft =
  "format(100 * (1 - datum.value), datum.value < 0.00002 ? '.3f' : datum.value < 0.0002 ? '.2f' : datum.value < 0.002 ? '.1f' : '.0f') + ' %'";
const measures = [
  { measure: "workRatio", meaning: "useful work" },
  { measure: "availabilityNet", meaning: "availability with lost work counted as down" },
] as const;

/** Availability and useful work against the snapshot interval: bands of confidence, closed forms, optima. */
export const intervalChart = (chart: IntervalChart): TopLevelSpec => {
  const losses = [...chart.points.map(({ mean }) => 1 - mean), ...chart.closedForms.map(({ value }) => 1 - value)];
  const domain: [number, number] = [Math.max(1e-6, Math.min(...losses) / 1.5), Math.min(1, Math.max(...losses) * 1.5)];
  const x = timeAxis(
    { field: "interval", title: "snapshot interval", xs: chart.points.map(({ interval }) => interval) },
    { values: [5, 10, 30, 60, 300, 1800, 7200, 28800, 86400], labelOverlap: false },
  );
  const y = (field: string, title: string) => ({
    field,
    type: "quantitative" as const,
    title,
    scale: { type: "log" as const, domain, reverse: true, clamp: true, nice: false },
    axis: { values: [1e-5, 1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.3], labelExpr: percentLeft },
  });
  const colour = {
    field: "policy",
    type: "nominal" as const,
    title: null,
    scale: { domain: [...chart.policies], range: colours.slice(0, chart.policies.length) },
    legend: {
      orient: "top" as const,
      labelLimit: 0,
      titleLimit: 0,
      symbolType: "stroke" as const,
      symbolStrokeWidth: 3,
      symbolOpacity: 1,
    },
  };
  const rows = measures.map(({ measure, meaning }) => ({
    hconcat: chart.panels.map((panel) => {
      const of = (kind: IntervalPoint["measure"]) =>
        chart.points
          .filter((point) => point.panel === panel && point.measure === kind)
          .map((point) => ({
            ...point,
            loss: 1 - point.mean,
            low: Math.max(domain[0], 1 - point.mean - point.halfWidth),
            high: Math.min(domain[1], 1 - point.mean + point.halfWidth),
          }));
      const forms = chart.closedForms
        .filter((point) => point.panel === panel)
        .map((one) => ({ ...one, loss: 1 - one.value }));
      const marks = chart.optima
        .filter((mark) => mark.panel === panel && mark.measure === measure)
        .map((mark) => ({ ...mark, loss: 1 - mark.value }));
      return {
        title: { text: `${panel}: ${meaning}`, anchor: "start" as const, fontWeight: 600, fontSize: 13 },
        width: 430,
        height: 250,
        layer: [
          {
            data: { values: of("availability") },
            mark: { type: "line" as const, strokeWidth: 1, opacity: 0.45, clip: true },
            encoding: { x, y: y("loss", measure), color: colour },
          },
          {
            data: { values: of(measure) },
            mark: { type: "area" as const, opacity: 0.2, clip: true },
            encoding: { x, y: y("low", measure), y2: { field: "high" }, color: colour },
          },
          {
            data: { values: of(measure) },
            mark: { type: "line" as const, strokeWidth: 2.5, clip: true },
            encoding: { x, y: y("loss", measure), color: colour },
          },
          ...(measure === "workRatio"
            ? [
                {
                  data: { values: forms },
                  mark: { type: "line" as const, strokeDash: [2, 3], strokeWidth: 1.5, color: "#222", clip: true },
                  encoding: { x, y: y("loss", measure), detail: { field: "policy", type: "nominal" as const } },
                },
              ]
            : []),
          {
            data: { values: marks },
            mark: { type: "point" as const, filled: true, size: 90, stroke: "white", strokeWidth: 1.5, opacity: 1 },
            encoding: { x, y: y("loss", measure), color: colour },
          },
        ],
      };
    }),
    spacing: 30,
  }));
  return picture(chart, { vconcat: rows, spacing: 26 });
};
