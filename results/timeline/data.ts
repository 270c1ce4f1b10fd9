/** What a bar of a timeline stands for: a state of a VM, a stage of a snapshot, an errand of a flow, or a host that is down. */
export const barKinds = [
  "up",
  "pause",
  "detect",
  "noSpare",
  "plan",
  "transfer",
  "resume",
  "announce",
  "coldStart",
  "planned",
  "capturing",
  "copying",
  "durable",
  "down",
  "capture",
  "replicate",
  "merge",
  "repair",
  "restore",
] as const;
export type BarKind = (typeof barKinds)[number];

/** Seconds, and what it is of; the note is told by its place among all notes. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly kind: BarKind;
  readonly note: number;
}

/** Something that happens at an instant. */
export interface Mark {
  readonly at: number;
  readonly kind: "failure" | "return" | "found" | "chosen" | "done";
  readonly note: string;
}

export interface Lane {
  /** A heading has neither bars nor marks, and says of what the lanes below it are, up to the next. */
  readonly kind: "snapshots" | "vm" | "host" | "heading";
  readonly name: string;
  /** By their beginnings. */
  readonly bars: readonly Bar[];
  readonly marks: readonly Mark[];
}

/** One run, to be drawn: lanes from top to bottom. Plain data. */
export interface TimelineData {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly lanes: readonly Lane[];
  /** What bars say, each once. */
  readonly notes: readonly string[];
}

/** A run of an hour may have hundreds of thousands of bars: each is four numbers, times in microseconds. */
type PackedLane = Omit<Lane, "bars"> & { readonly bars: readonly number[] };
export type PackedTimeline = Omit<TimelineData, "lanes"> & { readonly lanes: readonly PackedLane[] };

export const packed = ({ lanes, ...rest }: TimelineData): PackedTimeline => ({
  ...rest,
  lanes: lanes.map(({ bars, ...lane }) => ({
    ...lane,
    bars: bars.flatMap(({ from, to, kind, note }) => [
      Math.round(1e6 * from),
      Math.round(1e6 * (to - from)),
      barKinds.indexOf(kind),
      note,
    ]),
  })),
});

export const unpacked = ({ lanes, ...rest }: PackedTimeline): TimelineData => ({
  ...rest,
  lanes: lanes.map(({ bars, ...lane }) => ({
    ...lane,
    bars: Array.from({ length: bars.length / 4 }, (_, i): Bar => {
      const [from, length, kind, note] = bars.slice(4 * i, 4 * i + 4) as [number, number, number, number];
      return { from: from / 1e6, to: (from + length) / 1e6, kind: barKinds[kind]!, note };
    }),
  })),
});
