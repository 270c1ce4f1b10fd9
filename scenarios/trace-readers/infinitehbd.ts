import { buildTrace, type Observation, type RawOutage, type TraceReading } from "./build-trace.ts";
import { Dirt, dirt, TraceError } from "./dirt.ts";

const day = 86_400;

interface FaultEvent {
  readonly node: string;
  /** Seconds. */
  readonly time: number;
  readonly starts: boolean;
  readonly where: string;
}

/**
 * Reads the JSON array of the InfiniteHBD trace: `node_id`, `event_time` in days, `event_type` fault_start or fault_end.
 * Events are paired by node in the order of time; a second start while the node is down is ignored and counted.
 */
export const readInfiniteHbd = (name: string, text: string, observed: Observation): TraceReading => {
  const found = new Dirt();
  const events = readEvents(text, found);
  const down = new Map<string, FaultEvent>();
  const outages: RawOutage[] = [];
  for (const event of events) {
    const since = down.get(event.node);
    if (event.starts && since !== undefined) found.add(dirt.secondStart, event.where);
    else if (event.starts) down.set(event.node, event);
    else if (since === undefined) found.add(dirt.endWithoutStart, event.where);
    else {
      down.delete(event.node);
      outages.push({ component: event.node, start: since.time, end: event.time, where: since.where });
    }
  }
  for (const { node, time, where } of down.values())
    outages.push({ component: node, start: time, end: Infinity, where });
  outages.sort((a, b) => a.start - b.start);
  const span = observed.span ?? events.at(-1)?.time ?? 0;
  return buildTrace(name, outages, { ...observed, span }, found);
};

const readEvents = (text: string, found: Dirt): FaultEvent[] => {
  const events: FaultEvent[] = [];
  let latest = -Infinity;
  for (const [index, record] of parse(text).entries()) {
    const where = `record ${index + 1}`;
    const event = readEvent(record, where);
    if (event === undefined) {
      found.add(dirt.unparsable, where);
      continue;
    }
    if (event.time < latest) found.add(dirt.unsorted, where);
    latest = Math.max(latest, event.time);
    events.push(event);
  }
  return events.sort((a, b) => a.time - b.time);
};

const readEvent = (record: unknown, where: string): FaultEvent | undefined => {
  if (typeof record !== "object" || record === null) return undefined;
  const { node_id, event_time, event_type } = record as { readonly [key: string]: unknown };
  if (typeof node_id !== "string" || typeof event_time !== "number" || !(event_time >= 0)) return undefined;
  if (event_type !== "fault_start" && event_type !== "fault_end") return undefined;
  return { node: node_id, time: event_time * day, starts: event_type === "fault_start", where };
};

const parse = (text: string): unknown[] => {
  const { data, message } = tryJson(text);
  if (message !== undefined) {
    const offset = offsetOf(text, message);
    const line = text.slice(0, offset).trimEnd().split("\n").length;
    const cut = offset >= text.trimEnd().length;
    const what = cut ? "the file is truncated: its JSON does not end" : `this is not JSON (${message.split("\n")[0]})`;
    throw new TraceError(`line ${line}: ${what}`);
  }
  if (!Array.isArray(data)) {
    throw new TraceError("line 1: expected a JSON array of events with node_id, event_time and event_type");
  }
  return data;
};

const tryJson = (text: string): { readonly data?: unknown; readonly message?: string } => {
  try {
    return { data: JSON.parse(text) };
  } catch (error) {
    return { message: (error as Error).message };
  }
};

const unexpected = /^Unexpected (non-whitespace|token)/;

/** Where JSON goes wrong: the engine tells it, except for unexpected characters, of which the first is searched. */
const offsetOf = (text: string, message: string): number => {
  const told = /position (\d+)/.exec(message)?.[1];
  if (told !== undefined) return Number(told);
  if (!unexpected.test(message)) return text.length;
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (unexpected.test(tryJson(text.slice(0, middle)).message ?? "")) bad = middle;
    else good = middle;
  }
  return good;
};
