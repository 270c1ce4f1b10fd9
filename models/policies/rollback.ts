import type { RollbackPlan } from "../scenario.ts";
import { type Cluster, Interrupted, type Policy, type Testbed } from "../testbed.ts";

/**
 * Rolls the whole cluster back to one cut. A failure that is found meanwhile merges with this rollback: it plans anew.
 */
export function* rollback(bed: Testbed, cluster: Cluster, plan: RollbackPlan): Policy {
  for (;;) {
    try {
      const point = yield* bed.plan(cluster, plan);
      if (point === undefined) yield* bed.coldStart(cluster, plan);
      else {
        yield* bed.transfer(cluster, point, plan);
        yield* bed.resume(cluster, plan);
      }
      yield* bed.announce(cluster, plan);
      return;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
  }
}
