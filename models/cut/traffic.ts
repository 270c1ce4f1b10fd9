/** Messages that one VM sends to another one of its cluster, each second that it runs. VMs are counted from 0. */
export interface TrafficPair {
  readonly from: number;
  readonly to: number;
  readonly messagesPerSecond: number;
}

/** Who talks to whom in a cluster of `vms` VMs, and how much. Immutable plain data. */
export type TrafficMatrix =
  /** Every VM sends as much to every other one; `messagesPerSecond` is the rate of one pair in one direction. */
  | { readonly kind: "even"; readonly vms: number; readonly messagesPerSecond: number }
  /** Only these pairs talk: no pair stands twice, no VM sends to itself, every rate is above 0. */
  | { readonly kind: "pairs"; readonly vms: number; readonly pairs: readonly TrafficPair[] };

export const trafficPatterns = ["none", "uniform", "ring", "star"] as const;
export type TrafficPattern = (typeof trafficPatterns)[number];

/**
 * The matrix of a pattern in which a VM sends `messagesPerSecond` in all:
 * - `uniform`: evenly to all others;
 * - `ring`: to the VM after it, the last one to the first;
 * - `star`: to VM 0, which sends as much back to each.
 */
export const trafficOf = (pattern: TrafficPattern, vms: number, messagesPerSecond: number): TrafficMatrix => {
  if (pattern === "none" || vms === 1 || messagesPerSecond === 0) return { kind: "pairs", vms, pairs: [] };
  switch (pattern) {
    case "uniform":
      return { kind: "even", vms, messagesPerSecond: messagesPerSecond / (vms - 1) };
    case "ring": {
      const pairs = Array.from({ length: vms }, (_, from) => ({ from, to: (from + 1) % vms, messagesPerSecond }));
      return { kind: "pairs", vms, pairs };
    }
    case "star": {
      const leaves = Array.from({ length: vms - 1 }, (_, i) => i + 1);
      const pairs = leaves.flatMap((leaf) => [
        { from: leaf, to: 0, messagesPerSecond },
        { from: 0, to: leaf, messagesPerSecond },
      ]);
      return { kind: "pairs", vms, pairs };
    }
  }
};

/** The traffic among some of the VMs, which are counted anew in the order in which they are given, none of them twice. */
export const trafficAmong = (traffic: TrafficMatrix, vms: readonly number[]): TrafficMatrix => {
  if (traffic.kind === "even") return { ...traffic, vms: vms.length };
  const numbers = new Map(vms.map((vm, number) => [vm, number]));
  const pairs = traffic.pairs.flatMap(({ from, to, messagesPerSecond }) => {
    const [sender, receiver] = [numbers.get(from), numbers.get(to)];
    return sender === undefined || receiver === undefined ? [] : [{ from: sender, to: receiver, messagesPerSecond }];
  });
  return { kind: "pairs", vms: vms.length, pairs };
};

/** Messages per second from one VM to another one. */
export const messagesBetween = (traffic: TrafficMatrix, from: number, to: number): number => {
  if (traffic.kind === "even") return traffic.messagesPerSecond;
  return traffic.pairs.find((pair) => pair.from === from && pair.to === to)?.messagesPerSecond ?? 0;
};

/** Whether any VM sends anything. */
export const anyTraffic = (traffic: TrafficMatrix): boolean =>
  traffic.kind === "even" ? traffic.messagesPerSecond > 0 : traffic.pairs.length > 0;

/** The pairs of a matrix by their sender; undefined if every VM sends as much to every other. */
export const bySender = (traffic: TrafficMatrix): readonly (readonly TrafficPair[])[] | undefined => {
  if (traffic.kind === "even") return undefined;
  const senders: TrafficPair[][] = Array.from({ length: traffic.vms }, () => []);
  for (const pair of traffic.pairs) senders[pair.from]!.push(pair);
  return senders;
};
