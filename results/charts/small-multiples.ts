import type { TopLevelSpec } from "vega-lite";
import { type Heading, picture, timeAxis, timeLabel } from "./look.ts";

/** One point of one curve in one panel. */
export interface PanelPoint {
  readonly column: string;
  readonly row: string;
  readonly series: string;
  readonly x: number;
  readonly mean: number;
  readonly halfWidth: number;
}

/** A quantity that has a row of panels. */
export interface PanelRow {
  readonly row: string;
  readonly title: string;
  readonly unit: "seconds" | "percent";
  /** Draws the line on which the quantity equals x. */
  readonly diagonal?: boolean;
}

export interface Series {
  readonly name: string;
  readonly colour: string;
  /** Lengths of stroke and gap; a full line has none. */
  readonly dash: readonly number[];
}

export interface SmallMultiples extends Heading {
  readonly x: string;
  readonly columns: readonly string[];
  readonly rows: readonly PanelRow[];
  readonly series: readonly Series[];
  readonly points: readonly PanelPoint[];
}

/** Curves on logarithmic axes, a row of panels for each quantity and a column for each setting; bands of confidence. */
export const smallMultiples = (chart: SmallMultiples): TopLevelSpec => {
  const xs = chart.points.map(({ x }) => x);
  const x = timeAxis(
    { field: "x", title: chart.x, xs },
    { values: [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600], labelOverlap: true },
  );
  const names = chart.series.map(({ name }) => name);
  const colour = {
    field: "series",
    type: "nominal" as const,
    title: null,
    scale: { domain: names, range: chart.series.map((one) => one.colour) },
    legend: {
      orient: "top" as const,
      columns: 4,
      labelLimit: 0,
      titleLimit: 0,
      symbolType: "stroke" as const,
      symbolStrokeWidth: 3,
      symbolSize: 900,
    },
  };
  const dash = {
    field: "series",
    type: "nominal" as const,
    scale: { domain: names, range: chart.series.map((one) => [...one.dash]) },
    // One legend for both: its strokes show colour and dash.
    legend: colour.legend,
    title: null,
  };
  const rows = chart.rows.map(({ row, title, unit, diagonal }) => {
    const own = chart.points.filter((point) => point.row === row && point.mean > 0);
    const domain = [
      Math.min(...own.map(({ mean }) => mean)) / 1.3,
      Math.max(...own.map(({ mean }) => mean)) * 1.3,
    ] as const;
    const y = (field: string) => ({
      field,
      type: "quantitative" as const,
      title,
      scale: { type: "log" as const, domain: [...domain], clamp: true, nice: false },
      axis: {
        values: ticks[unit].filter((value) => value >= domain[0] && value <= domain[1]),
        labelExpr: labels[unit],
        labelOverlap: false,
        minExtent: 56,
      },
    });
    return {
      spacing: 26,
      hconcat: chart.columns.map((column) => {
        const values = own
          .filter((point) => point.column === column)
          .map((point) => ({
            ...point,
            low: Math.max(domain[0], point.mean - point.halfWidth),
            high: point.mean + point.halfWidth,
          }));
        const line = (field: string) => ({ x, y: y(field), stroke: colour, strokeDash: dash });
        return {
          title: { text: column, anchor: "start" as const, fontWeight: 600, fontSize: 12 },
          width: 300,
          height: 190,
          layer: [
            ...(diagonal === true
              ? [
                  {
                    data: { values: [...new Set(xs)].map((value) => ({ x: value, mean: value })) },
                    mark: { type: "line" as const, color: "#999", strokeWidth: 1, clip: true },
                    encoding: { x, y: y("mean") },
                  },
                ]
              : []),
            // Coloured one by one: an encoding would take part in the legend.
            ...chart.series.map(({ name, colour }) => ({
              data: { values: values.filter(({ series }) => series === name) },
              mark: { type: "area" as const, opacity: 0.18, clip: true, color: colour },
              encoding: { x, y: y("low"), y2: { field: "high" } },
            })),
            { data: { values }, mark: { type: "line" as const, strokeWidth: 2.2, clip: true }, encoding: line("mean") },
          ],
        };
      }),
    };
  });
  return picture(chart, { vconcat: rows, spacing: 22 });
};

const ticks = {
  seconds: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 180, 600, 1800, 3600, 10800],
  percent: [1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1],
};

const labels = {
  seconds: `datum.value < 1 ? format(1000 * datum.value, '~r') + ' ms' : ${timeLabel}`,
  percent: "format(100 * datum.value, '~r') + ' %'",
};
