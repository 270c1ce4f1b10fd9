import type { RollbackPlan, SnapshotPlan, StoragePlan } from "./scenario.ts";
import { pass } from "./simulation/drive.ts";
import type { SimulatedCluster } from "./simulation/simulated-cluster.ts";
import type { SimulatedDomain } from "./simulation/simulated-domain.ts";
import { SimulatedRollback } from "./simulation/simulated-rollback.ts";
import type { SimulatedSnapshot } from "./simulation/simulated-snapshot.ts";
import { SimulatedSnapshots } from "./simulation/simulated-snapshots.ts";
import type { Policy, Testbed } from "./testbed.ts";

/** Runs policies in virtual time: the verbs of {@link Testbed} over the cost models of model.md. */
export class SimulatedTestbed implements Testbed {
  readonly #domain: SimulatedDomain;
  readonly #snapshots: SimulatedSnapshots;
  readonly #rollback: SimulatedRollback;

  constructor(domain: SimulatedDomain) {
    this.#domain = domain;
    this.#snapshots = new SimulatedSnapshots(domain);
    this.#rollback = new SimulatedRollback(domain);
  }

  get now(): number {
    return this.#domain.clock.now;
  }

  sleep(seconds: number): Policy {
    return pass(seconds);
  }

  restorePoint(cluster: SimulatedCluster): SimulatedSnapshot | undefined {
    return this.#domain.store.chain(cluster).newestReadable()?.point;
  }

  every(cluster: SimulatedCluster, plan: SnapshotPlan | (() => SnapshotPlan), cycle: () => Policy): Policy {
    return this.#snapshots.every(cluster, plan, cycle);
  }

  snapshot(cluster: SimulatedCluster, plan: SnapshotPlan): Policy<SimulatedSnapshot> {
    return this.#snapshots.snapshot(cluster, plan);
  }

  replicate(snapshot: SimulatedSnapshot, storage: StoragePlan): Policy {
    return this.#snapshots.replicate(snapshot, storage);
  }

  plan(cluster: SimulatedCluster, rollback: RollbackPlan): Policy<SimulatedSnapshot | undefined> {
    return this.#rollback.plan(cluster, rollback);
  }

  transfer(cluster: SimulatedCluster, point: SimulatedSnapshot, rollback: RollbackPlan): Policy {
    return this.#rollback.transfer(cluster, point, rollback);
  }

  resume(cluster: SimulatedCluster, rollback: RollbackPlan): Policy {
    return this.#rollback.resume(cluster, rollback);
  }

  coldStart(cluster: SimulatedCluster, rollback: RollbackPlan): Policy {
    return this.#rollback.coldStart(cluster, rollback);
  }

  announce(cluster: SimulatedCluster, rollback: RollbackPlan): Policy {
    return this.#rollback.announce(cluster, rollback);
  }
}
