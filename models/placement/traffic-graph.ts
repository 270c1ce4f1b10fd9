import type { TrafficMatrix } from "../cut/traffic.ts";

/**
 * Messages per second between two VMs, both directions together: the neighbours of VM v and their rates stand at
 * `offsets[v]` to `offsets[v + 1]`, by rising number.
 */
export interface TrafficGraph {
  readonly vms: number;
  readonly offsets: Int32Array;
  readonly neighbours: Int32Array;
  readonly rates: Float64Array;
  /** Of all pairs together. */
  readonly total: number;
}

/** Calls `visit` for each neighbour of a VM. */
export const eachNeighbour = (
  { offsets, neighbours, rates }: TrafficGraph,
  vm: number,
  visit: (other: number, rate: number) => void,
): void => {
  for (let at = offsets[vm]!; at < offsets[vm + 1]!; at++) visit(neighbours[at]!, rates[at]!);
};

export const trafficGraph = ({ vms, pairs }: Extract<TrafficMatrix, { kind: "pairs" }>): TrafficGraph => {
  const rows = Array.from({ length: vms }, () => new Map<number, number>());
  const add = (from: number, to: number, rate: number): void => {
    rows[from]!.set(to, (rows[from]!.get(to) ?? 0) + rate);
  };
  let total = 0;
  for (const { from, to, messagesPerSecond } of pairs) {
    add(from, to, messagesPerSecond);
    add(to, from, messagesPerSecond);
    total += messagesPerSecond;
  }
  const offsets = new Int32Array(vms + 1);
  for (const [vm, row] of rows.entries()) offsets[vm + 1] = offsets[vm]! + row.size;
  const entries = rows.flatMap((row) => [...row].sort(([one], [other]) => one - other));
  return {
    vms,
    offsets,
    neighbours: Int32Array.from(entries, ([other]) => other),
    rates: Float64Array.from(entries, ([, rate]) => rate),
    total,
  };
};

/** Messages per second between two VMs. */
export const rateOf = ({ offsets, neighbours, rates }: TrafficGraph, vm: number, other: number): number => {
  let [low, high] = [offsets[vm]!, offsets[vm + 1]!];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (neighbours[middle]! < other) low = middle + 1;
    else high = middle;
  }
  return low < offsets[vm + 1]! && neighbours[low] === other ? rates[low]! : 0;
};
