import { bestOf, oneByOne } from "./one-by-one.ts";
import type { PlacementProblem } from "./vm-room.ts";

/**
 * On the fewest hosts: those that run VMs of the cluster already are filled first, then those with room for most of the
 * VMs that are left. Among equals first the racks that the cluster is on, then the tightest fit, so that large gaps are
 * kept for others.
 *
 * @throws {NoRoomForVms}
 */
export const packVms = (problem: PlacementProblem): number[] =>
  oneByOne(problem, (open, room, left) => {
    const racks = new Set(problem.hosts.filter(({ index }) => room.vms[index]! > 0).map(({ rack }) => rack));
    const rank = (host: number): readonly number[] => {
      const slots = room.slots(host);
      const isOnRack = racks.has(problem.hosts[host]!.rack);
      return [room.vms[host]! > 0 ? 1 : 0, Math.min(slots, left), isOnRack ? 1 : 0, -slots];
    };
    const ranks = new Map(open.map((host) => [host, rank(host)]));
    return bestOf(open, (one, other) => isAbove(ranks.get(one)!, ranks.get(other)!));
  });

const isAbove = (one: readonly number[], other: readonly number[]): boolean => {
  const at = one.findIndex((value, i) => value !== other[i]);
  return at >= 0 && one[at]! > other[at]!;
};
