import type { ClusterPolicy, Plans } from "./cluster-policy.ts";
import { GuardedTestbed } from "./guarded-testbed.ts";

/**
 * A policy that nobody here has written, made safe to run: what breaks its contract with the testbed ends the run with
 * {@link PolicyFailed}, and the plans cannot be changed under the simulator.
 *
 * @param onEnd is called with the time when the policy returns: from then on its cluster is unprotected
 */
export const guardedPolicy = (name: string, policy: ClusterPolicy, onEnd: (at: number) => void): ClusterPolicy =>
  function* (bed, cluster, { snapshot, storage, rollback }) {
    const plans: Plans = frozen(structuredClone({ snapshot, storage, rollback }));
    const guard = new GuardedTestbed(name, bed, cluster, plans);
    yield* guard.run(() => policy(guard, cluster, plans));
    onEnd(bed.now);
  };

const frozen = <T>(value: T): T => {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) frozen(part);
    Object.freeze(value);
  }
  return value;
};
