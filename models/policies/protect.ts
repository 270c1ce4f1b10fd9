import type { RollbackPlan, SnapshotPlan, StoragePlan } from "../scenario.ts";
import { type Cluster, Interrupted, type Policy, type Testbed } from "../testbed.ts";
import { periodic } from "./periodic.ts";
import { rollback } from "./rollback.ts";

/** The life of a protected cluster: snapshots until a failure is found, then a rollback, for ever. */
export function* protect(
  bed: Testbed,
  cluster: Cluster,
  plans: { readonly snapshot: SnapshotPlan; readonly storage: StoragePlan; readonly rollback: RollbackPlan },
): Policy {
  for (;;) {
    try {
      yield* periodic(bed, cluster, plans.snapshot, plans.storage);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      yield* rollback(bed, cluster, plans.rollback);
    }
  }
}
