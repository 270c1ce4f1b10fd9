import type { TrafficMatrix } from "../cut/traffic.ts";
import { bestStart } from "./best-start.ts";
import { bytesApart, bytesMoved, type SharedContent } from "./bytes-moved.ts";
import { cheapestFirst } from "./cheapest-first.ts";
import { jointCost, type PlacementWeights } from "./joint-cost.ts";
import { packVms } from "./pack-vms.ts";
import type { NewCost } from "./placement-cost.ts";
import { placementTraffic } from "./placement-traffic.ts";
import { farthest } from "./traffic-cost.ts";
import type { PlacementProblem } from "./vm-room.ts";

/**
 * The cost of a joint placement: traffic × distance as a part of all traffic between racks, and bytes moved as a part of
 * what unicast would move, by their weights.
 */
export const newJointCost =
  (
    problem: PlacementProblem,
    traffic: TrafficMatrix,
    contents: readonly SharedContent[],
    weights: PlacementWeights,
  ): NewCost =>
  () => {
    const { total, newCost } = placementTraffic(problem, traffic);
    const { hosts, stay } = problem;
    const part = (weight: number, most: number): number => (most > 0 ? weight / most : 0);
    return jointCost([
      { cost: newCost(), weight: part(weights.traffic, farthest * total) },
      { cost: bytesMoved(contents, stay.length, hosts.length), weight: part(weights.bytes, bytesApart(contents)) },
    ]);
  };

/**
 * Little traffic over links and few bytes moved at once: the best of two tiers, cheapest hosts first and few hosts, each
 * after a local search; the least is not promised.
 *
 * @returns the host of every VM of the cluster
 * @throws {NoRoomForVms}
 * @throws {RangeError} if a weight is negative or none is above 0
 */
export const jointPlacement = (
  problem: PlacementProblem,
  traffic: TrafficMatrix,
  contents: readonly SharedContent[],
  weights: PlacementWeights,
): number[] => {
  const sum = weights.traffic + weights.bytes;
  if (!(weights.traffic >= 0 && weights.bytes >= 0 && sum > 0 && sum < Number.POSITIVE_INFINITY)) {
    throw new RangeError(
      `placement weights: traffic ${weights.traffic} and bytes ${weights.bytes} must be finite, not negative, and not both 0`,
    );
  }
  const newCost = newJointCost(problem, traffic, contents, weights);
  const starts = [placementTraffic(problem, traffic).start(), cheapestFirst(problem, newCost), packVms(problem)];
  return bestStart(problem, newCost, starts);
};
