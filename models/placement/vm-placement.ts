import type { TrafficMatrix } from "../cut/traffic.ts";
import type { RollbackPlacement } from "../scenario.ts";
import { firstFit } from "./first-fit.ts";
import { packVms } from "./pack-vms.ts";
import { randomVms } from "./random-vms.ts";
import { spreadVms } from "./spread-vms.ts";
import { trafficAware } from "./traffic-aware.ts";
import type { PlacementProblem } from "./vm-room.ts";

/** What some placements look at beside the hosts. */
export interface PlacementKnowledge {
  /** Between the VMs of the problem, in its order. */
  readonly traffic: TrafficMatrix;
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
  { traffic, pick }: PlacementKnowledge,
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
  }
};
