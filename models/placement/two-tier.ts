import { eachNeighbour, type TrafficGraph } from "./traffic-graph.ts";
import { homeless, type PlacementProblem, VmRoom } from "./vm-room.ts";

/** A rack or a host, as far as VMs fit on it. */
interface Bin {
  readonly capacity: number;
  /** VMs that are there already. */
  readonly staying: readonly number[];
}

/**
 * Partitions the VMs by their traffic onto racks and those of a rack onto its hosts. In both tiers groups are grown
 * largest first: a group takes the VM that exchanges most with it until it is full.
 *
 * Source: the two tiers of X. Meng et al., INFOCOM 2010; their min-k-cut is replaced by greedy growth.
 * @returns the host of every VM of the cluster
 * @throws {NoRoomForVms}
 */
export const twoTier = (problem: PlacementProblem, graph: TrafficGraph): number[] => {
  const room = new VmRoom(problem);
  const { hosts, stay } = problem;
  const racks = [...new Set(hosts.map(({ rack }) => rack))].map((rack) => hosts.filter((host) => host.rack === rack));
  const stayingOn = (index: number): number[] => stay.flatMap((host, vm) => (host === index ? [vm] : []));
  const binOf = (index: number): Bin => ({ capacity: room.slots(index), staying: stayingOn(index) });
  const places = stay.map((host) => host ?? -1);
  const rackBins = racks.map((own) => {
    const bins = own.map(({ index }) => binOf(index));
    const capacity = bins.reduce((sum, bin) => sum + bin.capacity, 0);
    return {
      capacity: problem.antiAffinity === "rack" ? Math.min(capacity, 1) : capacity,
      staying: bins.flatMap(({ staying }) => staying),
    };
  });
  for (const [rack, members] of grown(graph, homeless(problem), rackBins).entries()) {
    const own = racks[rack]!;
    const bins = own.map(({ index }) => binOf(index));
    for (const [i, group] of grown(graph, members, bins).entries()) for (const vm of group) places[vm] = own[i]!.index;
  }
  return places;
};

/** The VMs of each bin: those with VMs that stay are filled first, then the largest. */
const grown = (graph: TrafficGraph, vms: readonly number[], bins: readonly Bin[]): number[][] => {
  const groups: number[][] = bins.map(() => []);
  const left = new Set(vms);
  const order = [...bins.keys()].sort(
    (one, other) =>
      Math.sign(bins[other]!.staying.length) - Math.sign(bins[one]!.staying.length) ||
      bins[other]!.capacity - bins[one]!.capacity ||
      one - other,
  );
  for (const at of order) {
    const exchange = new Float64Array(graph.vms);
    const join = (vm: number): void =>
      eachNeighbour(graph, vm, (other, rate) => {
        exchange[other]! += rate;
      });
    for (const vm of bins[at]!.staying) join(vm);
    while (groups[at]!.length < bins[at]!.capacity && left.size > 0) {
      let best = -1;
      for (const vm of left) if (best < 0 || exchange[vm]! > exchange[best]!) best = vm;
      left.delete(best);
      groups[at]!.push(best);
      join(best);
    }
  }
  return groups;
};
