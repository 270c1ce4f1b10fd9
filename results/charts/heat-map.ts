import type { TopLevelSpec } from "vega-lite";
import { type Heading, picture } from "./look.ts";

/** One square: an estimate under two conditions, and how it is printed with its interval. */
export interface HeatCell {
  readonly panel: string;
  readonly x: string;
  readonly y: string;
  readonly mean: number;
  readonly text: string;
}

export interface HeatMap extends Heading {
  readonly x: { readonly title: string; readonly words: readonly string[] };
  readonly y: { readonly title: string; readonly words: readonly string[] };
  readonly panels: readonly string[];
  readonly measure: string;
  readonly scale: "linear" | "log";
  readonly cells: readonly HeatCell[];
}

/** Estimates as colours that are read in grey, too, each with its figure and its interval. */
export const heatMap = (chart: HeatMap): TopLevelSpec => {
  const x = { field: "x", type: "ordinal", sort: [...chart.x.words], title: chart.x.title, axis: { labelAngle: 0 } };
  const y = { field: "y", type: "ordinal", sort: [...chart.y.words].reverse(), title: chart.y.title };
  const means = chart.cells.map(({ mean }) => mean);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const place =
    chart.scale === "log"
      ? (mean: number) => Math.log(mean / low) / Math.log(high / low)
      : (mean: number) => (mean - low) / (high - low);
  const colour = {
    field: "mean",
    type: "quantitative",
    title: chart.measure,
    scale: { type: chart.scale, scheme: "viridis", domain: [low, high], nice: false },
    legend: { orient: "right", titleLimit: 0, gradientLength: 140, format: "~g" },
  };
  const width = Math.max(240, chart.x.words.length * 88);
  const panels = chart.panels.map((panel) => ({
    title: { text: panel, anchor: "start", fontWeight: 600, fontSize: 12 },
    width,
    height: Math.max(80, chart.y.words.length * 44),
    data: {
      values: chart.cells
        .filter((cell) => cell.panel === panel)
        .map((cell) => ({
          ...cell,
          lines: cell.text.split(" ± ").map((part, i) => (i === 0 ? part : `± ${part}`)),
          isDark: high > low && place(cell.mean) < 0.55,
        })),
    },
    layer: [
      { mark: { type: "rect", stroke: "white" }, encoding: { x, y, color: colour } },
      {
        mark: { type: "text", fontSize: 10, lineHeight: 12, baseline: "middle", dy: -6 },
        encoding: {
          x,
          y,
          text: { field: "lines" },
          color: { condition: { test: "datum.isDark", value: "white" }, value: "black" },
        },
      },
    ],
  }));
  return picture(chart, { vconcat: panels, spacing: 22 });
};
