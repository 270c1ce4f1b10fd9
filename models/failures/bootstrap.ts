import type { Outage, OutageTrace } from "./failure-spec.ts";

/** An outage taken from a trace; whether anything returns afterwards is for the caller to decide. */
export type SampledOutage = Omit<Outage, "permanent">;

/** The part of a random stream that the bootstrap draws from; the core's streams have this shape. */
export interface BootstrapStream {
  /** An integer from a to b, both included. */
  integer(a: number, b: number): number;
  /** Uniform in [a, b). */
  uniform(a: number, b: number): number;
}

/**
 * Outages of `hosts` hosts over [0, `horizon`) seconds, taken from a trace by block bootstrap.
 *
 * Nodes are drawn without replacement, and one common starting offset, so that nodes that failed together in the trace
 * fail together here. A host lives through its node's record from the offset to the end of the trace, then again and
 * again from its beginning. An outage that the offset or the end of the trace cuts is cut here too. When there are more
 * hosts than nodes, every node is used before one is used again, and each such round has an offset of its own.
 *
 * Sorted by start, then by host; `component` is the index of the host.
 * Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, section 8.6 (circular blocks of the whole record).
 */
export const bootstrapOutages = (
  trace: OutageTrace,
  hosts: number,
  horizon: number,
  stream: BootstrapStream,
): SampledOutage[] => {
  const { span, byNode } = trace;
  if (!(span > 0 && span < Infinity) || byNode.length === 0) {
    throw new RangeError(
      `trace ${trace.name}: ${byNode.length} nodes over ${span} s: a bootstrap needs nodes and time`,
    );
  }
  const outages: SampledOutage[] = [];
  for (let first = 0; first < hosts; first += byNode.length) {
    const offset = stream.uniform(0, span);
    const nodes = sampleNodes(byNode.length, Math.min(byNode.length, hosts - first), stream);
    nodes.forEach((node, index) => {
      for (const outage of replay(byNode[node]!, span, offset, horizon))
        outages.push({ component: first + index, ...outage });
    });
  }
  return outages.sort((a, b) => a.start - b.start || a.component - b.component);
};

/** The record of one node from `offset` on, wrapped around until `horizon`. */
function* replay(
  record: OutageTrace["byNode"][number],
  span: number,
  offset: number,
  horizon: number,
): Generator<{ readonly start: number; readonly end: number }> {
  if (record.length === 0) return;
  for (let origin = -offset; origin < horizon; origin += span) {
    for (const outage of record) {
      const start = Math.max(0, origin + outage.start);
      const end = Math.min(origin + span, origin + outage.end);
      if (origin + outage.start >= 0 ? start < horizon : end > 0) yield { start, end: Math.max(start, end) };
    }
  }
}

/** The first `count` of a random order of 0 … `total` - 1 (Fisher and Yates). */
const sampleNodes = (total: number, count: number, stream: BootstrapStream): number[] => {
  const order = Array.from({ length: total }, (_, node) => node);
  for (let i = 0; i < count; i++) {
    const j = stream.integer(i, total - 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order.slice(0, count);
};
