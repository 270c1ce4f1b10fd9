import type { CopyHost, CopyRequest, PlaceCopies } from "./copy-placement.ts";
import { rackAware } from "./rack-aware.ts";

/**
 * Tiered Replication: one copy on the last `racks` racks, which share no failures with the others, and all others in
 * front of them. A single copy lies in front.
 *
 * Source: A. Cidon et al., Tiered Replication, USENIX ATC 2015.
 */
export const tieredPlacement = (
  hosts: readonly CopyHost[],
  racks: number,
  pick: (n: number) => number,
): PlaceCopies => {
  const first = Math.max(...hosts.map(({ rack }) => rack)) + 1 - racks;
  const isBackup = (index: number): boolean => hosts[index]!.rack >= first;
  // Hosts of the other tier count as down.
  const tier = (backup: boolean): CopyHost[] =>
    hosts.map(({ index, rack, up }) => ({ index, rack, up: up && isBackup(index) === backup }));
  return (request: CopyRequest) => {
    const backed = request.of < 2 || request.copies === 0 || request.holders.some(isBackup);
    const behind = backed ? [] : rackAware(tier(true), { ...request, copies: 1 }, pick);
    const front = request.copies - (backed ? 0 : 1);
    return [...rackAware(tier(false), { ...request, copies: front }, pick), ...behind];
  };
};
