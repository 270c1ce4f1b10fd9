import { trafficAmong } from "../../models/cut/traffic.ts";
import { type PlacementKnowledge, placeVms } from "../../models/placement/vm-placement.ts";
import { NoRoomForVms } from "../../models/placement/vm-room.ts";
import type { ClusterScenario, RollbackPlan } from "../../models/scenario.ts";
import type { RealCluster } from "./real-cluster.ts";
import type { RealHost } from "./real-host.ts";

/** What a rollback knows of VMs that are to be placed. */
export type KnownOfVms = Pick<PlacementKnowledge, "traffic" | "contents">;

interface PlacementParts {
  readonly scenario: ClusterScenario;
  readonly hosts: readonly RealHost[];
  /** A whole number in [0, n). */
  readonly pick: (n: number) => number;
}

/** Gives VMs their hosts as the scenario says, at the start and in rollbacks. */
export class RealPlacement {
  readonly #parts: PlacementParts;

  constructor(parts: PlacementParts) {
    this.#parts = parts;
  }

  /** Gives every VM its first host: nothing has been measured by then. @throws {NoRoomForVms} */
  begin(cluster: RealCluster): void {
    const { cluster: spec, rollback } = this.#parts.scenario;
    this.#give(cluster, { ...rollback, placement: spec.placement, spares: 0 }, { traffic: spec.traffic });
  }

  /**
   * Gives every VM that has lost its host another one.
   *
   * @param known traffic between all VMs of the cluster, and what is brought to them, numbered as they are there
   * @returns false when there is no room
   */
  replace(cluster: RealCluster, plan: RollbackPlan, known: KnownOfVms): boolean {
    const { vm: size } = this.#parts.scenario.cluster;
    for (const vm of cluster.vms)
      if (vm.host?.up === false) {
        vm.host.freeMemory += size.memory;
        vm.host.freeCores += size.cores;
        vm.host = undefined;
      }
    if (cluster.vms.every(({ host }) => host !== undefined)) return true;
    try {
      this.#give(cluster, plan, known);
      return true;
    } catch (error) {
      if (error instanceof NoRoomForVms) return false;
      throw error;
    }
  }

  #give(
    cluster: RealCluster,
    { placement, spares, placementWeights: weights }: RollbackPlan,
    { traffic, contents = [] }: KnownOfVms,
  ): void {
    const { scenario, hosts, pick } = this.#parts;
    const { vm: size, antiAffinity } = scenario.cluster;
    const stay = cluster.vms.map(({ host }) => host?.index);
    const among = trafficAmong(
      traffic,
      cluster.vms.map(({ index }) => index),
    );
    const chosen = placeVms(
      placement,
      { hosts, vm: size, antiAffinity, stay, spares },
      { traffic: among, contents, weights, pick },
    );
    for (const [i, vm] of cluster.vms.entries()) {
      if (vm.host !== undefined) continue;
      const host = hosts[chosen[i]!]!;
      host.freeMemory -= size.memory;
      host.freeCores -= size.cores;
      vm.host = host;
    }
  }
}
