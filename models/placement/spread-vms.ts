import { bestOf, oneByOne } from "./one-by-one.ts";
import type { PlacementProblem } from "./vm-room.ts";

/**
 * Each VM on the host with fewest VMs of the cluster, of these the one with most memory left: no other placement has
 * fewer pairs of VMs that share a host.
 *
 * @throws {NoRoomForVms}
 */
export const spreadVms = (problem: PlacementProblem): number[] => {
  const { hosts, vm, stay } = problem;
  const staying = new Int32Array(hosts.length);
  for (const host of stay) if (host !== undefined) staying[host]! += 1;
  return oneByOne(problem, (open, room) => {
    const memory = (host: number): number => hosts[host]!.freeMemory - (room.vms[host]! - staying[host]!) * vm.memory;
    return bestOf(
      open,
      (one, other) =>
        room.vms[one]! < room.vms[other]! || (room.vms[one] === room.vms[other] && memory(one) > memory(other)),
    );
  });
};
