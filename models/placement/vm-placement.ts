import type { TrafficMatrix } from "../cut/traffic.ts";
import type { RollbackPlacement } from "../scenario.ts";
import type { SharedContent } from "./bytes-moved.ts";
import { firstFit } from "./first-fit.ts";
import type { PlacementWeights } from "./joint-cost.ts";
import { jointPlacement } from "./joint-placement.ts";
import { packVms } from "./pack-vms.ts";
import { randomVms } from "./random-vms.ts";
import { similarityAware } from "./similarity-aware.ts";
import { spreadVms } from "./spread-vms.ts";
import { trafficAware } from "./traffic-aware.ts";
import type { PlacementProblem } from "./vm-room.ts";

/** What some placements look at beside the hosts. */
export interface PlacementKnowledge {
  /** Between the VMs of the problem, in its order. */
  readonly traffic: TrafficMatrix;
  /** What is brought to the VMs of the problem, and which of its hosts hold it: nothing unless told. */
  readonly contents?: readonly SharedContent[];
  /** Alike unless told. */
  readonly weights?: PlacementWeights;
  /** A whole number in [0, n). */
  readonly pick: (n: number) => number;
}

/**
 * Places the VMs of one cluster; capacity and anti-affinity always hold.
 *
 * @returns the host of every VM of the cluster, that of a VM that stays being the one where it is
 * @throws {NoRoomForVms}
 */
export const placeVms = (
  placement: RollbackPlacement,
  problem: PlacementProblem,
  { traffic, contents = [], weights = { traffic: 1, bytes: 1 }, pick }: PlacementKnowledge,
): number[] => {
  switch (placement) {
    case "first-fit":
      return firstFit(problem);
    case "random":
      return randomVms(problem, pick);
    case "spread":
      return spreadVms(problem);
    case "pack":
      return packVms(problem);
    case "traffic-aware":
      return trafficAware(problem, traffic);
    case "similarity-aware":
      return similarityAware(problem, contents);
    case "joint":
      return jointPlacement(problem, traffic, contents, weights);
  }
};
