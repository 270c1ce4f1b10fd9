import type { Bar, Mark, TimelineData } from "./data.ts";

/** A run, and what stands above its lanes. */
export interface Headed {
  readonly heading: string;
  readonly data: TimelineData;
}

/** Runs below each other on one axis of time, which reaches over all of them; what is told of one says of which it is. */
export const below = (title: string, runs: readonly Headed[]): TimelineData => {
  let notes: readonly string[] = [];
  const lanes = runs.flatMap(({ heading, data }) => {
    const before = notes.length;
    notes = [...notes, ...data.notes.map((note) => `${heading}: ${note}`)];
    const own = data.lanes.map((lane) => ({
      ...lane,
      bars: lane.bars.map((bar): Bar => ({ ...bar, note: bar.note + before })),
      marks: lane.marks.map((mark): Mark => ({ ...mark, note: `${heading}: ${mark.note}` })),
    }));
    return [{ kind: "heading", name: heading, bars: [], marks: [] } as const, ...own];
  });
  return {
    title,
    from: Math.min(...runs.map(({ data }) => data.from)),
    to: Math.max(...runs.map(({ data }) => data.to)),
    lanes,
    notes,
  };
};
