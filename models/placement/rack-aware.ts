import type { CopyHost, CopyRequest } from "./copy-placement.ts";

/**
 * Hosts for new copies of a chunk: each on the rack that holds fewest copies of it so far, chosen evenly among the hosts
 * there; never two copies on one host, none on the capturing host. Fewer than `copies` when there are not enough hosts.
 *
 * @param holders hosts that hold a copy already
 * @param pick a whole number in [0, n)
 */
export const rackAware = (
  hosts: readonly CopyHost[],
  request: Omit<CopyRequest, "of">,
  pick: (n: number) => number,
): number[] => {
  const chosen: number[] = [];
  const perRack = new Map<number, number>();
  for (const holder of request.holders) count(perRack, hosts[holder]!.rack);
  while (chosen.length < request.copies) {
    let fewest = Number.POSITIVE_INFINITY;
    let best: CopyHost[] = [];
    for (const host of hosts) {
      if (!host.up || host.index === request.capturing) continue;
      if (request.holders.includes(host.index) || chosen.includes(host.index)) continue;
      const held = perRack.get(host.rack) ?? 0;
      if (held < fewest) {
        fewest = held;
        best = [];
      }
      if (held === fewest) best.push(host);
    }
    if (best.length === 0) break;
    const host = best[pick(best.length)]!;
    chosen.push(host.index);
    count(perRack, host.rack);
  }
  return chosen;
};

const count = (perRack: Map<number, number>, rack: number): void => {
  perRack.set(rack, (perRack.get(rack) ?? 0) + 1);
};
