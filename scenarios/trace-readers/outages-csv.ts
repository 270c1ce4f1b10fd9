import { duration, parseQuantity } from "../text/units.ts";
import { buildTrace, type Observation, type RawOutage, type TraceReading } from "./build-trace.ts";
import type { Csv } from "./csv.ts";
import { Dirt, dirt } from "./dirt.ts";

export const outageColumns = ["component", "start", "end"] as const;

/**
 * Reads `component,start,end`: any name, then times since the start of the observation in seconds or with a unit
 * (`3d`); an empty end means that the component never returned. Lines may be in any order.
 */
export const readOutages = (name: string, { header, rows, complete }: Csv, observed: Observation): TraceReading => {
  const found = new Dirt();
  const [component, start, end] = outageColumns.map((column) => header.indexOf(column)) as [number, number, number];
  const outages: RawOutage[] = [];
  for (const { line, fields } of rows) {
    const where = `line ${line}`;
    const from = time(fields[start]);
    const to = fields[end] === "" ? Infinity : time(fields[end]);
    const who = fields[component];
    if (fields.length !== header.length || !who || from === undefined || to === undefined)
      found.add(dirt.unparsable, where);
    else if (to < from) found.add(dirt.backwards, where);
    else outages.push({ component: who, start: from, end: to, where });
  }
  if (!complete) found.add(dirt.noFinalNewline, `line ${rows.at(-1)?.line ?? 1}`);
  return buildTrace(name, outages, observed, found);
};

/** Seconds, or nothing if the text is no time from 0 on. */
const time = (text: string | undefined): number | undefined => {
  if (text === undefined || text === "") return undefined;
  const bare = Number(text);
  if (Number.isFinite(bare)) return bare >= 0 ? bare : undefined;
  const parsed = parseQuantity(duration, text);
  return parsed.ok && parsed.value >= 0 ? parsed.value : undefined;
};
