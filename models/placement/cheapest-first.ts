import type { NewCost } from "./placement-cost.ts";
import { homeless, type PlacementProblem, VmRoom } from "./vm-room.ts";

/**
 * Each VM on the host where it adds least, of these the one that runs most VMs of the cluster.
 * The VM to which its best host matters most comes first: the difference to its second best one.
 *
 * @returns the host of every VM of the cluster
 * @throws {NoRoomForVms}
 */
export const cheapestFirst = (problem: PlacementProblem, newCost: NewCost): number[] => {
  const room = new VmRoom(problem);
  const cost = newCost();
  const places = problem.stay.map((host) => host ?? -1);
  for (const [vm, host] of problem.stay.entries()) if (host !== undefined) cost.put(vm, host);
  const open = (): number[] => problem.hosts.flatMap(({ index }) => (room.has(index) ? [index] : []));
  const regret = (vm: number, hosts: readonly number[]): number => {
    let [least, second] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const host of hosts) {
      const here = cost.of(vm, host);
      if (here < least) [least, second] = [here, least];
      else if (here < second) second = here;
    }
    return second === Number.POSITIVE_INFINITY ? 0 : second - least;
  };
  const first = open();
  const order = homeless(problem).map((vm) => ({ vm, regret: regret(vm, first) }));
  order.sort((one, other) => other.regret - one.regret || one.vm - other.vm);
  for (const { vm } of order) {
    let [best, least] = [-1, Number.POSITIVE_INFINITY];
    for (const host of open()) {
      const here = cost.of(vm, host);
      if (here < least || (here === least && room.vms[host]! > room.vms[best]!)) [best, least] = [host, here];
    }
    cost.put(vm, best);
    room.take(best);
    places[vm] = best;
  }
  return places;
};
