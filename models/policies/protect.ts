import { type Cluster, Interrupted, type Policy, type Testbed } from "../testbed.ts";
import type { Plans } from "./cluster-policy.ts";
import { periodic } from "./periodic.ts";
import { rollback } from "./rollback.ts";

/** The life of a protected cluster: snapshots until a failure is found, then a rollback, for ever. */
export function* protect(bed: Testbed, cluster: Cluster, plans: Plans): Policy {
  for (;;) {
    try {
      yield* periodic(bed, cluster, plans.snapshot, plans.storage);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      yield* rollback(bed, cluster, plans.rollback);
    }
  }
}
