import { okabeIto } from "./look.ts";

/** `nines` draws what is lost of a fraction on a logarithmic scale, and labels it with what is left. */
export type Scale = "linear" | "log" | "nines";

/** What a chart is drawn against: words in their order, or numbers. */
export type PlotAxis =
  | { readonly kind: "word"; readonly title: string; readonly words: readonly string[] }
  | {
      readonly kind: "number";
      readonly title: string;
      readonly scale: "linear" | "log";
      readonly domain: readonly [number, number];
      /** Where labels stand, and what they say; without them the scale chooses. */
      readonly labels?: readonly { readonly value: number; readonly text: string }[];
    };

export const xChannel = (axis: PlotAxis, field: string) => {
  if (axis.kind === "word") {
    const labels = { labelAngle: axis.words.some((word) => word.length > 12) ? -30 : 0, labelLimit: 0 };
    return { field, type: "nominal" as const, title: axis.title, sort: [...axis.words], axis: labels };
  }
  const marks =
    axis.labels === undefined
      ? { labelOverlap: true }
      : {
          values: axis.labels.map(({ value }) => value),
          labelExpr: `${JSON.stringify(Object.fromEntries(axis.labels.map(({ value, text }) => [value, text])))}[datum.value]`,
          labelOverlap: true,
        };
  return {
    field,
    type: "quantitative" as const,
    title: axis.title,
    scale: { type: axis.scale, domain: [...axis.domain], nice: false },
    axis: marks,
  };
};

const percentLeft =
  "format(100 * (1 - datum.value), datum.value < 0.00002 ? '.4f' : datum.value < 0.0002 ? '.3f' : datum.value < 0.002 ? '.2f' : datum.value < 0.02 ? '.1f' : '.0f') + ' %'";

/** Values as a scale draws them: with `nines` what is missing from 1. */
export const drawn = <T extends { readonly mean: number; readonly low: number; readonly high: number }>(
  scale: Scale,
  point: T,
): T => (scale === "nines" ? { ...point, mean: 1 - point.mean, low: 1 - point.high, high: 1 - point.low } : point);

const nines = Array.from({ length: 10 }, (_, k) => [1, 2, 5].map((one) => one * 10 ** -k)).flat();

/** The y of any of several fields that hold the same quantity: estimates at `means`, and bounds and forms at `values`. */
export const yChannel = ({
  title,
  scale,
  means,
  values,
  most = Number.POSITIVE_INFINITY,
}: {
  readonly title: string;
  readonly scale: Scale;
  readonly means: readonly number[];
  readonly values: readonly number[];
  /** No axis goes beyond it, even where an interval does. */
  readonly most?: number;
}): ((field: string) => object) => {
  const seen = values.filter((value) => Number.isFinite(value));
  // An interval that comes near 0 must not stretch a logarithmic scale: it ends at the edge.
  const lowest = (of: (mean: number) => number): number => Math.min(...means.map(of).filter((value) => value > 0)) / 3;
  const range = {
    linear: padded(Math.min(...seen), Math.max(...seen), most),
    log: [
      Math.max(
        lowest((mean) => mean),
        Math.min(...seen.filter((value) => value > 0)) / 1.2,
      ),
      Math.max(...seen) * 1.2,
    ] as const,
    nines: [
      Math.max(
        lowest((mean) => 1 - mean),
        Math.min(...seen.map((value) => 1 - value)) / 1.3,
      ),
      Math.min(1, 1.3 * Math.max(...seen.map((value) => 1 - value))),
    ] as const,
  }[scale];
  const log = { type: "log" as const, domain: [...range], clamp: true, nice: false };
  return (field) => {
    const base = { field, type: "quantitative" as const, title };
    if (scale === "linear")
      return { ...base, scale: { domain: [...range], nice: range[1] < most, clamp: true }, axis: { tickCount: 6 } };
    if (scale === "log") return { ...base, scale: log, axis: { tickCount: 5, labelOverlap: true } };
    return {
      ...base,
      scale: { ...log, reverse: true },
      axis: {
        values: nines.filter((loss) => loss >= range[0] && loss <= range[1]),
        labelExpr: percentLeft,
        labelOverlap: true,
      },
    };
  };
};

const padded = (low: number, high: number, most: number): readonly [number, number] => {
  const room = high > low ? 0.04 * (high - low) : Math.max(1e-9, 0.05 * Math.abs(high));
  return [low >= 0 ? Math.max(0, low - room) : low - room, Math.min(most, high + room)];
};

const colours = [
  okabeIto.blue,
  okabeIto.vermilion,
  okabeIto.green,
  okabeIto.purple,
  okabeIto.orange,
  okabeIto.sky,
  okabeIto.black,
];
const dashes = [
  [1, 0],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [4, 4],
  [12, 4],
  [1, 3],
];
const shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "stroke"];

/** Each series with its colour. */
export const coloured = (series: readonly string[]): { readonly name: string; readonly colour: string }[] =>
  series.map((name, i) => ({ name, colour: colours[i]! }));

/** Series that can be told apart without colours, too. */
export const mostSeries = colours.length;

/** Colour, dash and shape of series; one legend for all three, and none for a single series. */
export const seriesLook = (series: readonly string[], title: string, isLine: boolean) => {
  const legend =
    series.length < 2
      ? null
      : {
          orient: "top" as const,
          columns: Math.max(1, Math.min(4, Math.floor(60 / Math.max(...series.map(({ length }) => length))))),
          symbolOpacity: 1,
          labelLimit: 0,
          titleLimit: 0,
          ...(isLine ? { symbolType: "stroke" as const, symbolStrokeWidth: 3, symbolSize: 700 } : {}),
        };
  const channel = (range: readonly unknown[]) => ({
    field: "series",
    type: "nominal" as const,
    title: series.length < 2 ? null : title,
    scale: { domain: [...series], range: range.slice(0, series.length) },
    legend,
  });
  return {
    color: channel(colours),
    ...(isLine ? { strokeDash: channel(dashes) } : { shape: channel(shapes) }),
  };
};
