import type { OutageTrace } from "../../models/scenario.ts";
import { Dirt, dirt, TraceError } from "./dirt.ts";

/** One outage as a file tells it; `end` is infinite when the component never returned. */
export interface RawOutage {
  readonly component: string;
  readonly start: number;
  readonly end: number;
  /** `line 17`, `record 17` */
  readonly where: string;
}

/** What the file cannot know: how many machines were watched, and for how long (seconds). */
export interface Observation {
  readonly nodes?: number;
  readonly span?: number;
}

/** A trace, and what has to be said about it wherever it is used. */
export interface TraceReading {
  readonly trace: OutageTrace;
  readonly notes: readonly string[];
  readonly dirt: Dirt;
}

/**
 * Builds a trace from outages in any order. A start while the component is down is ignored and counted, zero-length
 * outages are kept and counted, what does not fit is counted.
 * @throws TraceError if nothing remains, or more components fail than were observed
 */
export const buildTrace = (
  name: string,
  outages: readonly RawOutage[],
  observed: Observation,
  found = new Dirt(),
): TraceReading => {
  if (outages.length === 0) throw new TraceError("no outage could be read from it");
  const last = outages.reduce((latest, { start, end }) => Math.max(latest, start, end === Infinity ? start : end), 0);
  const span = observed.span ?? last;
  if (!(span > 0)) throw new TraceError("all its events happen at time 0, so it says nothing about rates; give span");

  const byComponent = new Map<string, RawOutage[]>();
  outages.forEach((outage, index) => {
    if (index > 0 && outage.start < outages[index - 1]!.start) found.add(dirt.unsorted, outage.where);
    const known = byComponent.get(outage.component);
    if (outage.start > span) found.add(dirt.afterSpan, outage.where);
    else if (known === undefined) byComponent.set(outage.component, [outage]);
    else known.push(outage);
  });
  const nodes = observed.nodes ?? byComponent.size;
  if (nodes < byComponent.size)
    throw new TraceError(`${byComponent.size} components fail in it, but nodes is ${nodes}`);

  const byNode = [...byComponent.values()].map((own) => {
    const kept: { start: number; end: number }[] = [];
    for (const { start, end, where } of own.toSorted((a, b) => a.start - b.start)) {
      if (start < (kept.at(-1)?.end ?? 0)) {
        found.add(dirt.secondStart, where);
        continue;
      }
      if (end === start) found.add(dirt.zeroLength, where);
      if (end === Infinity) found.add(dirt.neverReturned, where);
      kept.push({ start, end });
    }
    return kept;
  });
  while (byNode.length < nodes) byNode.push([]);
  const count = byNode.reduce((sum, own) => sum + own.length, 0);
  const summary = `${count} outages of ${byComponent.size} among ${nodes} nodes in ${Number((span / 86_400).toPrecision(5))} days`;
  return { trace: { name, span, byNode }, notes: [summary, ...found.notes()], dirt: found };
};
