import type { TopLevelSpec } from "vega-lite";

/** The only font of our pictures: what is drawn does not depend on the machine. */
export const fontFamily = "Inter";

/** What all our charts look like. */
const chartConfig = {
  font: fontFamily,
  axis: { labelFontSize: 11, titleFontSize: 12, titleFontWeight: 400, gridColor: "#e6e6e6", labelFlush: false },
  legend: { labelFontSize: 12 },
  title: { subtitleFontSize: 12, subtitleColor: "#555" },
  view: { stroke: "#ccc" },
} as const;

/** What stands over a whole picture. */
export interface Heading {
  readonly title: string;
  readonly subtitle: readonly string[];
}

/** The whole picture: its heading over parts that stand beside or below each other. */
export const picture = (
  { title, subtitle }: Heading,
  parts: { readonly spacing: number } & ({ readonly hconcat: unknown[] } | { readonly vconcat: unknown[] }),
): TopLevelSpec => {
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, subtitle: [...subtitle], anchor: "start", fontSize: 17, subtitlePadding: 6, offset: 14 },
    ...parts,
    padding: 16,
    config: chartConfig,
  };
  // The library's type asks for the whole union of specifications at each nested literal.
  return spec as unknown as TopLevelSpec;
};

/** A logarithmic axis of seconds that just holds `xs`, with its marks. */
export const timeAxis = (
  { field, title, xs }: { readonly field: string; readonly title: string; readonly xs: readonly number[] },
  marks: { readonly values: number[]; readonly labelOverlap?: boolean },
) =>
  ({
    field,
    type: "quantitative",
    title,
    scale: { type: "log", domain: [Math.min(...xs), Math.max(...xs)], nice: false },
    axis: { ...marks, labelExpr: timeLabel },
  }) as const;

/** The colours of Okabe and Ito: told apart by colour-blind eyes, and most of them in grey by their lightness. */
export const okabeIto = {
  blue: "#0072B2",
  vermilion: "#D55E00",
  green: "#009E73",
  purple: "#CC79A7",
  orange: "#E69F00",
  sky: "#56B4E9",
  black: "#222222",
} as const;

/** Labels of an axis in seconds, from below a second to days, as a Vega expression. */
export const timeLabel =
  "datum.value < 60 ? format(datum.value, '.3~r') + ' s' : datum.value < 3600 ? format(datum.value / 60, '.3~r') + ' min' : datum.value < 86400 ? format(datum.value / 3600, '.3~r') + ' h' : format(datum.value / 86400, '.4~r') + ' d'";
