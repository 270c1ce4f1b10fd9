import type { SnapshotPlan, StoragePlan } from "../scenario.ts";
import type { Cluster, Policy, Testbed } from "../testbed.ts";

/** Snapshots the cluster at the plan's interval and makes each snapshot durable. Ends only by an interrupt. */
export function* periodic(bed: Testbed, cluster: Cluster, plan: SnapshotPlan, storage: StoragePlan): Policy {
  yield* bed.every(cluster, plan, function* () {
    const snapshot = yield* bed.snapshot(cluster, plan);
    yield* bed.replicate(snapshot, storage);
  });
}
