import type { TopLevelSpec } from "vega-lite";
import { type Heading, picture } from "./look.ts";
import { coloured, drawn, type PlotAxis, type Scale, seriesLook, xChannel, yChannel } from "./plot-axis.ts";

/** One estimate: of a row (what is measured) in a panel, of one series, at an x; bounds of its 95 % interval. */
export interface CurvePoint {
  readonly panel: string;
  readonly row: string;
  readonly series: string;
  readonly x: number | string;
  /** Where x is an estimate itself. */
  readonly xLow?: number;
  readonly xHigh?: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export type ClosedFormPoint = Pick<CurvePoint, "panel" | "row" | "series" | "x"> & { readonly value: number };

export interface CurveChart extends Heading {
  readonly x: PlotAxis;
  readonly rows: readonly {
    readonly row: string;
    readonly title: string;
    readonly scale: Scale;
    readonly most?: number;
  }[];
  readonly panels: readonly string[];
  readonly series: readonly string[];
  /** What the series are, over the legend. */
  readonly legend: string;
  readonly points: readonly CurvePoint[];
  readonly closedForms: readonly ClosedFormPoint[];
  /** What real machines did at some of the places. */
  readonly measured?: readonly ClosedFormPoint[];
}

/**
 * Estimates against anything, a row of panels for each quantity: lines with bands of confidence over a key of numbers, points
 * with bars over words and over another estimate; closed forms dotted, measurements as large rings.
 */
export const curveChart = (chart: CurveChart): TopLevelSpec => {
  const isLine = chart.x.kind === "number" && chart.points.every(({ xLow }) => xLow === undefined);
  const x = xChannel(chart.x, "x");
  const look = seriesLook(chart.series, chart.legend, isLine);
  const rows = chart.rows.map(({ row, title, scale, most }) => {
    const own = chart.points.filter((point) => point.row === row);
    const forms = chart.closedForms.filter((point) => point.row === row);
    const measured = (chart.measured ?? []).filter((point) => point.row === row);
    const known = [...forms, ...measured].map(({ value }) => value);
    const values = [...own.flatMap(({ low, high }) => [low, high]), ...known];
    const y = yChannel({
      title,
      scale,
      means: own.map(({ mean }) => mean),
      values,
      ...(most === undefined ? {} : { most }),
    });
    return {
      spacing: 26,
      hconcat: chart.panels.map((panel) => {
        const data = { values: own.filter((point) => point.panel === panel).map((point) => drawn(scale, point)) };
        const inPanel = (points: readonly ClosedFormPoint[]) => ({
          values: points
            .filter((point) => point.panel === panel)
            .map((point) => ({ ...point, value: scale === "nines" ? 1 - point.value : point.value })),
        });
        const closed = inPanel(forms);
        const mean = { x, y: y("mean"), ...look };
        return {
          title: { text: panel, anchor: "start" as const, fontWeight: 600, fontSize: 12 },
          width: chart.panels.length > 2 ? 300 : 430,
          height: 230,
          layer: [
            ...(isLine
              ? [
                  // Coloured one by one: an encoding would make the legend pale.
                  ...coloured(chart.series).map(({ name, colour }) => ({
                    data: { values: data.values.filter(({ series }) => series === name) },
                    mark: { type: "area" as const, opacity: 0.18, clip: true, color: colour },
                    encoding: { x, y: y("low"), y2: { field: "high" } },
                  })),
                  { data, mark: { type: "line" as const, strokeWidth: 2, clip: true }, encoding: mean },
                  {
                    data: closed,
                    mark: { type: "line" as const, strokeDash: [2, 3], strokeWidth: 1.5, color: "#222", clip: true },
                    encoding: { x, y: y("value"), detail: { field: "series", type: "nominal" as const } },
                  },
                ]
              : [
                  {
                    data,
                    mark: { type: "rule" as const, strokeWidth: 1.4 },
                    encoding: { x, y: y("low"), y2: { field: "high" }, color: look.color, ...beside(chart) },
                  },
                  ...(chart.points.some(({ xLow }) => xLow !== undefined)
                    ? [
                        {
                          data,
                          mark: { type: "rule" as const, strokeWidth: 1.4 },
                          encoding: {
                            x: { ...x, field: "xLow" },
                            x2: { field: "xHigh" },
                            y: y("mean"),
                            color: look.color,
                          },
                        },
                      ]
                    : []),
                  {
                    data: closed,
                    mark: { type: "tick" as const, color: "#222", thickness: 1.5, size: 18 },
                    encoding: { x, y: y("value"), ...beside(chart) },
                  },
                ]),
            {
              data,
              mark: { type: "point" as const, filled: true, size: 46, opacity: 1, clip: true },
              encoding: { ...mean, strokeDash: undefined, ...(isLine ? {} : beside(chart)), tooltip: tips },
            },
            ...(measured.length === 0
              ? []
              : [
                  {
                    data: inPanel(measured),
                    mark: { type: "point" as const, filled: false, size: 170, strokeWidth: 2.2, opacity: 1 },
                    encoding: { x, y: y("value"), color: look.color, ...(isLine ? {} : beside(chart)) },
                  },
                ]),
          ],
        };
      }),
    };
  });
  return picture(chart, { vconcat: rows, spacing: 22 });
};

const tips = ["series", "x", "mean", "low", "high"].map((field) => ({ field }));

/** Series of the same word stand beside each other. */
const beside = ({ x, series }: CurveChart) =>
  x.kind === "word" && series.length > 1
    ? { xOffset: { field: "series", type: "nominal" as const, sort: [...series] } }
    : {};
