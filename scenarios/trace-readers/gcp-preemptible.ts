import type { Observation, TraceReading } from "./build-trace.ts";
import type { Csv } from "./csv.ts";
import { Dirt, dirt, TraceError } from "./dirt.ts";

export const lifetimeColumns = ["vm", "preemptible", "lifetime_s"] as const;

const ordinary = "× VM that was not preemptible, skipped";
const defaultNodes = 50;

/**
 * Reads lifetimes of preemptible VMs as losses of VMs that are replaced at once: the lifetimes in the order of the file
 * follow each other on one time line, which is cut into `nodes` pieces of equal length.
 */
export const readLifetimes = (name: string, { header, rows, complete }: Csv, observed: Observation): TraceReading => {
  const found = new Dirt();
  const lifetime = header.indexOf("lifetime_s");
  const preemptible = header.indexOf("preemptible");
  const lives: number[] = [];
  for (const { line, fields } of rows) {
    const seconds = Number(fields[lifetime] || Number.NaN);
    if (fields.length !== header.length || !(seconds > 0 && seconds < Infinity))
      found.add(dirt.unparsable, `line ${line}`);
    else if (fields[preemptible]?.toLowerCase() !== "true") found.add(ordinary, `line ${line}`);
    else lives.push(seconds);
  }
  if (!complete) found.add(dirt.noFinalNewline, `line ${rows.at(-1)?.line ?? 1}`);
  if (lives.length === 0) throw new TraceError("no lifetime could be read from it");
  if (observed.span !== undefined)
    throw new TraceError("its time line is as long as its lifetimes together: leave span out");

  const nodes = observed.nodes ?? Math.min(defaultNodes, lives.length);
  const span = lives.reduce((sum, life) => sum + life, 0) / nodes;
  const byNode: { start: number; end: number }[][] = Array.from({ length: nodes }, () => []);
  let now = 0;
  for (const life of lives) {
    now += life;
    const node = Math.min(nodes - 1, Math.floor(now / span));
    const instant = Math.min(span, now - node * span);
    byNode[node]!.push({ start: instant, end: instant });
  }
  const days = Number((span / 86_400).toPrecision(4));
  const summary = `${lives.length} lifetimes end to end, cut into ${nodes} nodes of ${days} days; a VM that ends is replaced at once`;
  return { trace: { name, span, byNode }, notes: [summary, ...found.notes()], dirt: found };
};
