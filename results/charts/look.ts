import { fontFamily } from "./render.ts";

/** What all our charts look like. */
export const chartConfig = {
  font: fontFamily,
  axis: { labelFontSize: 11, titleFontSize: 12, titleFontWeight: 400, gridColor: "#e6e6e6", labelFlush: false },
  legend: { labelFontSize: 12 },
  title: { subtitleFontSize: 12, subtitleColor: "#555" },
  view: { stroke: "#ccc" },
} as const;

/** Title and subtitle over the whole picture. */
export const chartTitle = (text: string, subtitle: readonly string[]) => ({
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  title: {
    text,
    subtitle: [...subtitle],
    anchor: "start" as const,
    fontSize: 17,
    subtitlePadding: 6,
    offset: 14,
  },
});

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
  "datum.value < 60 ? datum.value + ' s' : datum.value < 3600 ? datum.value / 60 + ' min' : datum.value < 86400 ? datum.value / 3600 + ' h' : datum.value / 86400 + ' d'";
