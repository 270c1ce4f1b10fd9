import type { TopLevelSpec } from "vega-lite";
import { type Heading, picture } from "./look.ts";

/** One square of a map: whether a goal is met under two conditions, and what is in the way otherwise. */
export interface MapCell {
  readonly map: string;
  readonly x: string;
  readonly y: string;
  /** One of the verdicts of the map. */
  readonly verdict: string;
  /** Printed in the square. */
  readonly text: string;
}

export interface FeasibilityMap extends Heading {
  readonly x: { readonly title: string; readonly values: readonly string[] };
  readonly y: { readonly title: string; readonly values: readonly string[] };
  readonly maps: readonly string[];
  readonly verdicts: readonly { readonly name: string; readonly colour: string }[];
  readonly cells: readonly MapCell[];
  /** Maps beside each other. */
  readonly columns: number;
}

/** Maps of verdicts over two conditions, with what is printed in each square. */
export const feasibilityMap = (chart: FeasibilityMap): TopLevelSpec => {
  const x = {
    field: "x",
    type: "ordinal",
    sort: [...chart.x.values],
    title: chart.x.title,
    axis: { labelAngle: 0 },
  } as const;
  const y = { field: "y", type: "ordinal", sort: [...chart.y.values], title: chart.y.title } as const;
  const colour = {
    field: "verdict",
    type: "nominal" as const,
    title: null,
    scale: { domain: chart.verdicts.map(({ name }) => name), range: chart.verdicts.map((one) => one.colour) },
    legend: { orient: "top" as const, labelLimit: 0, columns: 4 },
  };
  const rows = Array.from({ length: Math.ceil(chart.maps.length / chart.columns) }, (_, row) => ({
    spacing: 28,
    hconcat: chart.maps.slice(row * chart.columns, (row + 1) * chart.columns).map((map) => ({
      title: { text: map, anchor: "start" as const, fontWeight: 600, fontSize: 12 },
      width: 300,
      height: 110,
      data: { values: chart.cells.filter((cell) => cell.map === map) },
      layer: [
        { mark: { type: "rect" as const, stroke: "white" }, encoding: { x, y, color: colour } },
        { mark: { type: "text" as const, fontSize: 10 }, encoding: { x, y, text: { field: "text" } } },
      ],
    })),
  }));
  return picture(chart, { vconcat: rows, spacing: 22 });
};
