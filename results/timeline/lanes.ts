import type { Bar, BarKind, Lane } from "./data.ts";

const errands = ["capture", "replicate", "merge", "repair", "restore"];
const heights = { snapshots: 20, vm: 16, host: 26, heading: 24 };

/** Above the lanes, pixels. */
export const axisHeight = 26;

/** Bars of one kind on a lane, by their beginnings. */
export interface Row {
  readonly kind: BarKind;
  readonly top: number;
  readonly height: number;
  readonly bars: readonly Bar[];
  readonly longest: number;
}

/** A lane and where it is drawn, pixels from above. */
export interface Placed extends Lane {
  readonly top: number;
  readonly height: number;
  readonly rows: readonly Row[];
}

/** Lanes below each other. */
export const placed = (lanes: readonly Lane[]): Placed[] => {
  let top = axisHeight;
  return lanes.map((lane) => {
    const height = heights[lane.kind];
    const kinds = [...new Set(lane.bars.map(({ kind }) => kind))];
    const rows = kinds.map((kind): Row => {
      const bars = lane.bars.filter((bar) => bar.kind === kind);
      const longest = bars.reduce((most, { from, to }) => Math.max(most, to - from), 0);
      return { kind, bars, longest, ...rowOf(lane.kind, kind, top, height) };
    });
    // What lies below all else first: the colour of a host that is down, and of a restore point.
    const one = {
      ...lane,
      top,
      height,
      rows: rows.toSorted((a, b) => Number(b.kind === "down") - Number(a.kind === "down")),
    };
    top += height;
    return one;
  });
};

/** The bar that fills the lane, and flows in rows of their own, one for each errand. */
const rowOf = (lane: Lane["kind"], kind: BarKind, top: number, height: number): Pick<Row, "top" | "height"> => {
  const row = lane === "host" ? errands.indexOf(kind) : -1;
  if (row >= 0) return { top: top + 1 + row * 4.8, height: 4 };
  if (lane === "snapshots" && kind === "durable") return { top: top + height - 6, height: 3 };
  return { top: top + 2, height: height - 5 };
};

/** Bars that may be seen between two times. */
export function* between({ bars, longest }: Row, from: number, to: number): Generator<Bar> {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bars[middle]!.from < from - longest) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < bars.length && bars[i]!.from <= to; i++) if (bars[i]!.to >= from) yield bars[i]!;
}
