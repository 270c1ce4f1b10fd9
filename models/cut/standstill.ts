import type { TrafficMatrix } from "./traffic.ts";

/** When each VM stood still for a cut, in seconds on any clock. */
export interface Pauses {
  readonly from: ArrayLike<number>;
  readonly to: ArrayLike<number>;
}

/**
 * The longest time for which a cut lets a connection stand still, over all pairs of VMs that talk: the pauses of its two
 * ends, together where they touch. With `rejects`, what a VM sends after its cut is not taken by one that is still before
 * its own, so nothing comes through between the two pauses either. Seconds, seen from outside; 0 if nobody talks.
 */
export const longestStandstill = ({ from, to }: Pauses, traffic: TrafficMatrix, rejects: boolean): number => {
  if (traffic.kind === "even") return traffic.messagesPerSecond > 0 ? overAll({ from, to }, rejects) : 0;
  let longest = 0;
  for (const { from: a, to: b } of traffic.pairs) {
    const [first, second] = from[a]! <= from[b]! ? [a, b] : [b, a];
    const joined = from[second]! <= to[first]! || rejects;
    const standstill = joined
      ? Math.max(to[first]!, to[second]!) - from[first]!
      : Math.max(to[first]! - from[first]!, to[second]! - from[second]!);
    longest = Math.max(longest, standstill);
  }
  return longest;
};

/** All pairs talk: VMs in the order of their pauses, each with the latest end among those that its pause touches. */
const overAll = ({ from, to }: Pauses, rejects: boolean): number => {
  let [begin, firstEnd, lastBegin, end] = [from[0]!, to[0]!, from[0]!, to[0]!];
  for (let i = 1; i < from.length; i++) {
    begin = Math.min(begin, from[i]!);
    lastBegin = Math.max(lastBegin, from[i]!);
    firstEnd = Math.min(firstEnd, to[i]!);
    end = Math.max(end, to[i]!);
  }
  if (rejects || lastBegin <= firstEnd) return end - begin;
  // What an earlier VM has reached may be more than this one touches; it is less than what the earlier one has counted.
  const order = Array.from(from, (_, i) => i).sort((a, b) => from[a]! - from[b]!);
  let longest = 0;
  let reach = 0;
  let latest = Number.NEGATIVE_INFINITY;
  for (const i of order) {
    while (reach < order.length && from[order[reach]!]! <= to[i]!) {
      latest = Math.max(latest, to[order[reach]!]!);
      reach += 1;
    }
    longest = Math.max(longest, latest - from[i]!);
  }
  return longest;
};
