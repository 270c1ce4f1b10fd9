import type { SimulatedCluster } from "../simulation/simulated-cluster.ts";
import type { SimulatedDomain } from "../simulation/simulated-domain.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import type { Machines } from "./machines.ts";

/** A guest that goes on with wrong data, or was restored from some, before anybody knows. */
export interface Corruption {
  readonly vm: SimulatedVm;
  /** Every cut from here on has it, on the simulation's clock. */
  readonly since: number;
}

/** While a VM that was found corrupt cannot be rolled back yet, it is looked at again after so many seconds. */
const again = 1;

/**
 * Corrupted guests. Until the corruption is found, every snapshot that is cut of the cluster has it; when it is, those
 * snapshots are of no use, and the cluster is rolled back to the newest one before it – if one was kept so long.
 */
export class Corruptions {
  readonly #domain: SimulatedDomain;
  readonly #machines: Machines;

  constructor(domain: SimulatedDomain, machines: Machines) {
    this.#domain = domain;
    this.#machines = machines;
  }

  /**
   * Something in the guest goes wrong, or was wrong in what it was restored from.
   *
   * @param latency until it is found, seconds
   * @param since first cut that has it
   */
  begin(cluster: SimulatedCluster, vm: SimulatedVm, latency: number, since = this.#domain.sim.now): void {
    const { clock, ledger, tell } = this.#domain;
    if (cluster.corruption !== undefined) return;
    const corruption = { vm, since };
    cluster.corruption = corruption;
    ledger.add("corruptions", 1);
    tell?.({ kind: "corruption", cluster: cluster.name, vm: vm.name, state: "begins" });
    clock.at(clock.now + latency, () => this.#find(cluster, corruption));
  }

  #find(cluster: SimulatedCluster, corruption: Corruption): void {
    const { clock, fastForward, store, tell } = this.#domain;
    // A rollback may have undone it meanwhile.
    if (cluster.corruption !== corruption) return;
    fastForward?.disturb();
    const { vm } = corruption;
    const runs = (vm.state === "up" || vm.state === "pause") && !vm.cutOff && cluster.restore === undefined;
    if (!runs) {
      clock.at(clock.now + again, () => this.#find(cluster, corruption));
      return;
    }
    tell?.({ kind: "corruption", cluster: cluster.name, vm: vm.name, state: "found" });
    cluster.corruption = undefined;
    store.chains.condemn(cluster, corruption.since);
    this.#machines.fence(cluster, vm);
  }
}
