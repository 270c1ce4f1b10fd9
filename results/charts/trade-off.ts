import type { TopLevelSpec } from "vega-lite";
import { type Heading, picture } from "./look.ts";

/** One system in one panel: what it saves, and how often it comes back how well; half widths of 95 % intervals. */
export interface TradeOffPoint {
  readonly column: string;
  readonly row: string;
  readonly system: string;
  readonly saving: number;
  readonly savingHalf: number;
  readonly usable: number;
  readonly usableHalf: number;
  readonly intact: number;
  readonly intactHalf: number;
}

export interface TradeOff extends Heading {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly systems: readonly { readonly name: string; readonly colour: string }[];
  readonly points: readonly TradeOffPoint[];
  /** A saving that is claimed somewhere, as a line. */
  readonly claim: number;
}

/** A panel for each setting: saving to the right, P(usable) as a disc and P(intact) as a ring, with their intervals. */
export const tradeOff = (chart: TradeOff): TopLevelSpec => {
  const least = Math.min(...chart.points.map(({ intact, intactHalf }) => intact - intactHalf));
  const low = Math.max(0, Math.floor(least * 20) / 20);
  const domain = [Math.min(low, 0.95), 1 + (1 - Math.min(low, 0.95)) * 0.06];
  const x = {
    field: "saving",
    type: "quantitative" as const,
    title: "space saved",
    scale: { domain: [-0.05, 0.95], nice: false },
    axis: { format: ".0%", values: [0, 0.2, 0.4, 0.6, 0.8] },
  };
  const y = (field: string, title: string | null) => ({
    field,
    type: "quantitative" as const,
    title,
    scale: { domain, nice: false, clamp: true },
    axis: { format: ".0%", tickCount: 4, minExtent: 40 },
  });
  const colour = {
    field: "system",
    type: "nominal" as const,
    title: null,
    scale: { domain: chart.systems.map(({ name }) => name), range: chart.systems.map((one) => one.colour) },
    legend: { orient: "top" as const, columns: 5, labelLimit: 0, titleLimit: 0, symbolType: "circle", symbolSize: 120 },
  };
  const panels = chart.rows.map((row) => ({
    spacing: 24,
    hconcat: chart.columns.map((column, i) => {
      const values = chart.points
        .filter((point) => point.row === row && point.column === column)
        .map((point) => ({
          ...point,
          savingLow: point.saving - point.savingHalf,
          savingHigh: point.saving + point.savingHalf,
          usableLow: point.usable - point.usableHalf,
          usableHigh: Math.min(1, point.usable + point.usableHalf),
          intactLow: Math.max(domain[0]!, point.intact - point.intactHalf),
          intactHigh: Math.min(1, point.intact + point.intactHalf),
        }));
      const title = i === 0 ? `P, ${row}` : null;
      const rule = (from: string, to: string) => ({
        mark: { type: "rule" as const, strokeWidth: 1.4, opacity: 0.7 },
        encoding: { x, y: y(from, title), y2: { field: to }, color: colour },
      });
      return {
        title: { text: row === chart.rows[0] ? column : "", anchor: "start" as const, fontWeight: 600, fontSize: 12 },
        width: 265,
        height: 120,
        layer: [
          {
            data: { values: [{ saving: chart.claim }] },
            mark: { type: "rule" as const, color: "#999", strokeDash: [3, 3] },
            encoding: { x },
          },
          { data: { values }, ...rule("intactLow", "intactHigh") },
          { data: { values }, ...rule("usableLow", "usableHigh") },
          {
            data: { values },
            mark: { type: "point" as const, filled: false, size: 150, strokeWidth: 2 },
            encoding: { x, y: y("intact", title), color: colour },
          },
          {
            data: { values },
            mark: { type: "point" as const, filled: true, size: 70, opacity: 1 },
            encoding: { x, y: y("usable", title), color: colour },
          },
        ],
      };
    }),
  }));
  return picture(chart, { vconcat: panels, spacing: 14 });
};
