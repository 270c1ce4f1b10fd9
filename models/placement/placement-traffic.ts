import type { TrafficMatrix } from "../cut/traffic.ts";
import { evenTrafficCost } from "./even-traffic-cost.ts";
import { packVms } from "./pack-vms.ts";
import type { NewCost } from "./placement-cost.ts";
import { trafficCost } from "./traffic-cost.ts";
import { trafficGraph } from "./traffic-graph.ts";
import { twoTier } from "./two-tier.ts";
import type { PlacementProblem } from "./vm-room.ts";

/** Traffic as placement sees it. */
export interface PlacementTraffic {
  /** Messages per second of all pairs together. */
  readonly total: number;
  /** Σ traffic × distance, in messages per second times links. */
  readonly newCost: NewCost;
  /** A placement to begin a search with. @throws {NoRoomForVms} */
  readonly start: () => number[];
}

/** When all VMs talk alike, their two tiers are to fill large racks and hosts, and no graph of all pairs is needed. */
export const placementTraffic = (problem: PlacementProblem, traffic: TrafficMatrix): PlacementTraffic => {
  if (traffic.kind === "even") {
    const rate = 2 * traffic.messagesPerSecond;
    return {
      total: (traffic.vms * (traffic.vms - 1) * rate) / 2,
      newCost: () => evenTrafficCost(rate, problem.hosts),
      start: () => packVms(problem),
    };
  }
  const graph = trafficGraph(traffic);
  return {
    total: graph.total,
    newCost: () => trafficCost(graph, problem.hosts),
    start: () => twoTier(problem, graph),
  };
};
