import type { RollbackPlan, SnapshotPlan, StoragePlan } from "../scenario.ts";
import type { Cluster, Policy, Testbed } from "../testbed.ts";

/** What the scenario says about snapshots, storage and rollback. */
export interface Plans {
  readonly snapshot: SnapshotPlan;
  readonly storage: StoragePlan;
  readonly rollback: RollbackPlan;
}

/** The whole life of one cluster: when it is snapshotted, and what follows when machines of it have failed. */
export type ClusterPolicy = (bed: Testbed, cluster: Cluster, plans: Plans) => Policy;
