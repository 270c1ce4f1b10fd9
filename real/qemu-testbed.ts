import { setTimeout as sleep } from "node:timers/promises";
import type { RollbackPlan, SnapshotPlan, StoragePlan } from "../models/scenario.ts";
import type { Policy, Testbed } from "../models/testbed.ts";
import type { RealCluster } from "./replay/real-cluster.ts";
import { awaiting } from "./replay/real-process.ts";
import type { RealRollback } from "./replay/real-rollback.ts";
import type { RealSnapshot } from "./replay/real-snapshot.ts";
import type { RealSnapshots } from "./replay/real-snapshots.ts";
import type { RealStore } from "./replay/real-store.ts";
import type { RunEvents } from "./replay/run-events.ts";

interface Parts {
  readonly events: RunEvents;
  readonly store: RealStore;
  readonly snapshots: RealSnapshots;
  readonly rollback: RealRollback;
}

/** Runs policies in real time: the verbs of {@link Testbed} over guests of QEMU on the hosts of an inventory. */
export class QemuTestbed implements Testbed {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get now(): number {
    return this.#parts.events.now;
  }

  *sleep(seconds: number): Policy {
    yield* awaiting((signal) => sleep(1000 * seconds, undefined, { signal }));
  }

  restorePoint(_cluster: RealCluster): RealSnapshot | undefined {
    return this.#parts.store.newestReadable?.point;
  }

  every(cluster: RealCluster, plan: SnapshotPlan | (() => SnapshotPlan), cycle: () => Policy): Policy {
    return this.#parts.snapshots.every(cluster, plan, cycle);
  }

  snapshot(cluster: RealCluster, plan: SnapshotPlan): Policy<RealSnapshot> {
    return this.#parts.snapshots.snapshot(cluster, plan);
  }

  replicate(snapshot: RealSnapshot, storage: StoragePlan): Policy {
    return this.#parts.snapshots.replicate(snapshot, storage);
  }

  plan(cluster: RealCluster, rollback: RollbackPlan): Policy<RealSnapshot | undefined> {
    return this.#parts.rollback.plan(cluster, rollback);
  }

  transfer(cluster: RealCluster, point: RealSnapshot, rollback: RollbackPlan): Policy {
    return this.#parts.rollback.transfer(cluster, point, rollback);
  }

  resume(cluster: RealCluster, rollback: RollbackPlan): Policy {
    return this.#parts.rollback.resume(cluster, rollback);
  }

  coldStart(cluster: RealCluster, rollback: RollbackPlan): Policy {
    return this.#parts.rollback.coldStart(cluster, rollback);
  }

  announce(cluster: RealCluster, rollback: RollbackPlan): Policy {
    return this.#parts.rollback.announce(cluster, rollback);
  }
}
