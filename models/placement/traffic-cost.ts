import type { PlacementCost } from "./placement-cost.ts";
import { eachNeighbour, rateOf, type TrafficGraph } from "./traffic-graph.ts";
import type { VmHost } from "./vm-room.ts";

/** Links between two hosts: none on one host, two network cards in a rack, two uplinks more between racks. */
export const distance = (one: Pick<VmHost, "index" | "rack">, other: Pick<VmHost, "index" | "rack">): number =>
  one.index === other.index ? 0 : one.rack === other.rack ? 2 : farthest;

/** Links between hosts of different racks. */
export const farthest = 4;

/**
 * Σ traffic × distance over all pairs of VMs: messages per second times links. A distance is 4, less 2 in one rack, less
 * 2 more on one host, so what each VM exchanges with each host and rack tells the cost of every place of it at once.
 */
export const trafficCost = (graph: TrafficGraph, hosts: readonly VmHost[]): PlacementCost => {
  const racks = hosts.reduce((most, { rack }) => Math.max(most, rack + 1), 0);
  const rackOf = Int32Array.from(hosts, ({ rack }) => rack);
  const withHost = new Float64Array(graph.vms * hosts.length);
  const withRack = new Float64Array(graph.vms * racks);
  const withAll = new Float64Array(graph.vms);
  let total = 0;
  const of = (vm: number, host: number): number =>
    farthest * withAll[vm]! - 2 * withRack[vm * racks + rackOf[host]!]! - 2 * withHost[vm * hosts.length + host]!;
  const count = (vm: number, host: number, sign: 1 | -1): void => {
    total += sign * of(vm, host);
    eachNeighbour(graph, vm, (other, rate) => {
      withHost[other * hosts.length + host]! += sign * rate;
      withRack[other * racks + rackOf[host]!]! += sign * rate;
      withAll[other]! += sign * rate;
    });
  };
  return {
    get total() {
      return total;
    },
    of,
    // Their own traffic crosses as many links after as before, but is missed on the host that the other one leaves.
    exchange: (vm, from, other, host) =>
      of(vm, from) +
      of(other, host) -
      of(vm, host) -
      of(other, from) -
      rateOf(graph, vm, other) * distance(hosts[from]!, hosts[host]!),
    put: (vm, host) => count(vm, host, 1),
    take: (vm, host) => count(vm, host, -1),
  };
};
