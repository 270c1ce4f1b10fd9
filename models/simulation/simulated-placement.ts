import type { Stream } from "../../sim/index.ts";
import { trafficAmong } from "../cut/traffic.ts";
import type { SharedContent } from "../placement/bytes-moved.ts";
import { placeVms } from "../placement/vm-placement.ts";
import { NoRoomForVms, type VmHost } from "../placement/vm-room.ts";
import type { ClusterScenario, RollbackPlacement, RollbackPlan } from "../scenario.ts";

/** A VM of a cluster, and its host if it has one. */
interface VmInPlace {
  readonly index: number;
  readonly host: { readonly index: number } | undefined;
}

/** Places VMs as the scenario says, at the start and in rollbacks. */
export class SimulatedPlacement {
  readonly #scenario: ClusterScenario;
  readonly #chance: Stream;

  /** @param chance of its own, so that placements at random change no other draw */
  constructor(scenario: ClusterScenario, chance: Stream) {
    this.#scenario = scenario;
    this.#chance = chance;
  }

  /** The host of each of these VMs of one cluster when it starts; undefined when not all find room. */
  place(hosts: readonly VmHost[], vms: readonly VmInPlace[]): number[] | undefined {
    return this.#choose(this.#scenario.cluster.placement, hosts, vms, [], 0);
  }

  /** The same in a rollback, which brings them contents and leaves room for spares. */
  replace(
    hosts: readonly VmHost[],
    vms: readonly VmInPlace[],
    { placement, spares }: RollbackPlan,
    contents: readonly SharedContent[] = [],
  ): number[] | undefined {
    return this.#choose(placement, hosts, vms, contents, spares);
  }

  #choose(
    placement: RollbackPlacement,
    hosts: readonly VmHost[],
    vms: readonly VmInPlace[],
    contents: readonly SharedContent[],
    spares: number,
  ): number[] | undefined {
    const { cluster, rollback } = this.#scenario;
    const { vm, antiAffinity } = cluster;
    const stay = vms.map(({ host }) => host?.index);
    try {
      return placeVms(
        placement,
        { hosts, vm, antiAffinity, stay, spares },
        {
          traffic: trafficAmong(
            cluster.traffic,
            vms.map(({ index }) => index),
          ),
          contents,
          weights: rollback.placementWeights,
          pick: (n) => this.#chance.integer(0, n - 1),
        },
      );
    } catch (error) {
      if (error instanceof NoRoomForVms) return undefined;
      throw error;
    }
  }
}
