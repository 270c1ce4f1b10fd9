import type { Bar, TimelineData } from "./data.ts";
import { between, type Placed } from "./lanes.ts";
import { gutter, type Scale } from "./paint.ts";
import { clock } from "./time.ts";

/** What lies under a point: the mark, or the narrowest bar. */
export const under = (
  data: TimelineData,
  lanes: readonly Placed[],
  x: Scale,
  px: number,
  py: number,
): string | undefined => {
  const lane = lanes.find(({ top, height }) => py >= top && py < top + height);
  if (lane === undefined || px < gutter) return undefined;
  const mark = lane.marks.find(({ at }) => Math.abs(x(at) - px) < 5);
  if (mark !== undefined) return `${clock(mark.at)}: ${mark.note}`;
  let best: Bar | undefined;
  for (const row of lane.rows) {
    if (py < row.top - 1 || py > row.top + row.height + 1) continue;
    for (const bar of between(row, x.invert(px - 1), x.invert(px + 1)))
      if (best === undefined || bar.to - bar.from < best.to - best.from) best = bar;
  }
  return (
    best &&
    `${data.notes[best.note]}, for ${Number((best.to - best.from).toPrecision(6))} s from ${clock(best.from)} to ${clock(best.to)}`
  );
};

/** What is so at one moment, under each heading: states of VMs, hosts that are down, and flows. */
export const stateAt = (lanes: readonly Placed[], now: number): string => {
  const headings = lanes.filter(({ kind }) => kind === "heading");
  const told = headings.map((heading, i) => {
    const next = headings[i + 1];
    const own = lanes.slice(lanes.indexOf(heading) + 1, next === undefined ? undefined : lanes.indexOf(next));
    return `${heading.name}: ${countsAt(own, now)}`;
  });
  return told.length === 0 ? countsAt(lanes, now) : told.join(" | ");
};

const countsAt = (lanes: readonly Placed[], now: number): string => {
  const counts = new Map<string, number>();
  const add = (what: string): void => {
    counts.set(what, (counts.get(what) ?? 0) + 1);
  };
  for (const lane of lanes)
    for (const row of lane.rows)
      for (const { from, to, kind } of between(row, now, now)) {
        if (from > now || to <= now) continue;
        if (lane.kind === "vm") add(`VMs: ${kind}`);
        else if (lane.kind === "host") add(kind === "down" ? "hosts down" : `hosts in a ${kind}`);
        else if (kind !== "durable") add(`snapshots: ${kind}`);
      }
  return [...counts].map(([what, count]) => `${count} ${what}`).join(" · ");
};
