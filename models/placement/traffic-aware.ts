import type { TrafficMatrix } from "../cut/traffic.ts";
import { bestStart } from "./best-start.ts";
import { cheapestFirst } from "./cheapest-first.ts";
import { placementTraffic } from "./placement-traffic.ts";
import type { PlacementProblem } from "./vm-room.ts";

/**
 * Little Σ traffic × distance: the better of two tiers and of cheapest hosts first, each after a local search. A quadratic
 * assignment problem, so the least is not promised.
 *
 * @param traffic between the VMs of the problem, in its order
 * @returns the host of every VM of the cluster
 * @throws {NoRoomForVms}
 */
export const trafficAware = (problem: PlacementProblem, traffic: TrafficMatrix): number[] => {
  const { newCost, start } = placementTraffic(problem, traffic);
  return bestStart(problem, newCost, [start(), cheapestFirst(problem, newCost)]);
};
