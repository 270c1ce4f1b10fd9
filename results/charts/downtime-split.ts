import type { TopLevelSpec } from "vega-lite";
import { type Heading, okabeIto, picture } from "./look.ts";

/** The part of the time that was lost to one cause. */
export interface DowntimePart {
  readonly panel: string;
  readonly x: string;
  readonly cause: string;
  readonly mean: number;
}

/** All that was lost at one x, with its 95 % interval. */
export interface DowntimeTotal {
  readonly panel: string;
  readonly x: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface DowntimeSplit extends Heading {
  readonly x: { readonly title: string; readonly words: readonly string[] };
  readonly panels: readonly string[];
  readonly causes: readonly string[];
  readonly parts: readonly DowntimePart[];
  readonly totals: readonly DowntimeTotal[];
}

const { blue, vermilion, green, purple, orange, sky } = okabeIto;
const colours = [
  blue,
  vermilion,
  green,
  purple,
  orange,
  sky,
  "#F0E442",
  okabeIto.black,
  "#999999",
  "#661100",
  "#44AA99",
];

/** Bars of lost time by cause, the interval of the whole on each. */
export const downtimeSplit = (chart: DowntimeSplit): TopLevelSpec => {
  const axis = { labelAngle: chart.x.words.some((word) => word.length > 8) ? -30 : 0, labelLimit: 0 };
  const x = { field: "x", type: "ordinal" as const, title: chart.x.title, sort: [...chart.x.words], axis };
  const title = "part of the time that is lost";
  const most = Math.max(...chart.totals.map(({ high }) => high));
  const scale = { domain: [0, most], nice: true };
  return picture(chart, {
    spacing: 26,
    hconcat: chart.panels.map((panel) => ({
      title: { text: panel, anchor: "start" as const, fontWeight: 600, fontSize: 12 },
      width: Math.max(200, 46 * chart.x.words.length),
      height: 260,
      layer: [
        {
          data: { values: chart.parts.filter((part) => part.panel === panel) },
          transform: [{ calculate: `indexof(${JSON.stringify(chart.causes)}, datum.cause)`, as: "place" }],
          mark: { type: "bar" as const, stroke: "white", strokeWidth: 0.6 },
          encoding: {
            x,
            y: { field: "mean", type: "quantitative" as const, title, scale, stack: "zero", axis: { format: "~%" } },
            color: {
              field: "cause",
              type: "nominal" as const,
              title: null,
              scale: { domain: [...chart.causes], range: colours.slice(0, chart.causes.length) },
              legend: { orient: "right" as const, labelLimit: 0 },
            },
            order: { field: "place" },
          },
        },
        {
          data: { values: chart.totals.filter((total) => total.panel === panel) },
          mark: { type: "errorbar" as const, ticks: true, color: "#222" },
          encoding: {
            x,
            y: { field: "low", type: "quantitative" as const, title, scale },
            y2: { field: "high" },
          },
        },
      ],
    })),
  });
};
