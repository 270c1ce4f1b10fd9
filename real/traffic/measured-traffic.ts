import type { TrafficMatrix } from "../../models/cut/traffic.ts";
import type { TrafficCounter } from "./traffic-verbs.ts";

/** What one VM sent to another one each second: packets and bytes of IP. */
export interface MeasuredPair {
  readonly from: number;
  readonly to: number;
  readonly packetsPerSecond: number;
  readonly bytesPerSecond: number;
}

export interface MeasuredTraffic {
  /** When it was measured, in seconds of the run. */
  readonly since: number;
  readonly until: number;
  /** Those that sent anything, by sender and receiver. */
  readonly pairs: readonly MeasuredPair[];
}

/** All counters of all hosts at one time, in seconds of the run. A VM that has moved is counted on several. */
export interface TrafficSample {
  readonly at: number;
  readonly counters: readonly TrafficCounter[];
}

/**
 * What was sent over the last `window` seconds before `until`, or over as many of them as there are samples of; undefined
 * without two of them.
 *
 * @param samples in the order of their times
 */
export const measuredTraffic = (
  samples: readonly TrafficSample[],
  { until, window }: { readonly until: number; readonly window: number },
): MeasuredTraffic | undefined => {
  const last = samples.findLast(({ at }) => at <= until);
  if (last === undefined) return undefined;
  const first = samples.find(({ at }) => at >= last.at - window)!;
  if (first.at >= last.at) return undefined;
  const before = sums(first);
  const seconds = last.at - first.at;
  const pairs = [...sums(last)].flatMap(([key, { from, to, packets, bytes }]) => {
    const earlier = before.get(key);
    const sent = packets - (earlier?.packets ?? 0);
    if (sent === 0) return [];
    const bytesPerSecond = (bytes - (earlier?.bytes ?? 0)) / seconds;
    return [{ from, to, packetsPerSecond: sent / seconds, bytesPerSecond }];
  });
  pairs.sort((one, other) => one.from - other.from || one.to - other.to);
  return { since: first.at, until: last.at, pairs };
};

/** By pair, over all hosts. */
const sums = ({ counters }: TrafficSample): Map<string, TrafficCounter> => {
  const found = new Map<string, TrafficCounter>();
  for (const { from, to, packets, bytes } of counters) {
    const key = `${from} ${to}`;
    const other = found.get(key);
    found.set(key, { from, to, packets: packets + (other?.packets ?? 0), bytes: bytes + (other?.bytes ?? 0) });
  }
  return found;
};

/** The same for placement, which weighs pairs against each other: its unit is bytes instead of messages. */
export const matrixOf = ({ pairs }: MeasuredTraffic, vms: number): TrafficMatrix => ({
  kind: "pairs",
  vms,
  pairs: pairs.map(({ from, to, bytesPerSecond }) => ({ from, to, messagesPerSecond: bytesPerSecond })),
});
