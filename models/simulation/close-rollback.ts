import type { Ledger } from "../books/ledger.ts";
import type { VmOutcomes } from "../life-cycle-events.ts";
import type { VmOutcome } from "../store/vm-outcome.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";

/** How a rollback has ended that is over. */
interface RollbackEnd {
  /** Seconds from the failure until all guests were as fast as before; undefined when they failed before that. */
  readonly ttr?: number;
  /** Its guests ran, but never got all their pages. */
  readonly isLost?: boolean;
}

/** Counts a rollback that is over, and tells of it. */
export const closeRollback = (
  ledger: Ledger,
  cluster: SimulatedCluster,
  { ttr, isLost = false }: RollbackEnd,
): void => {
  const { lost, cold, outcomes, firstInstruction, resident, failedAt } = cluster.restore!;
  const vms = cold === true || isLost ? "failed" : countOutcomes(outcomes!);
  const outcome = vms === "failed" ? "failed" : vms.degraded > 0 ? "degraded" : "intact";
  const times = {
    rpo: lost,
    rto: firstInstruction! - failedAt!,
    ...(resident === undefined ? {} : { residency: resident - failedAt! }),
    ...(ttr === undefined ? {} : { ttr }),
  };
  ledger.add("rollbacks", 1);
  ledger.add(outcome, 1);
  if (vms === "failed") ledger.add("vmFailed", cluster.vms.length);
  else {
    ledger.add("vmIntact", vms.intact);
    ledger.add("vmDegraded", vms.degraded);
    for (const one of ["reRead", "zeroFilled", "killed"] as const) ledger.add(`${one}Bytes`, vms[one]);
  }
  for (const one of ["rpo", "rto", "residency", "ttr"] as const) {
    const value = times[one];
    if (value !== undefined) ledger.observe(one, value);
  }
  cluster.tell?.({ kind: "rollback", cluster: cluster.name, phase: "done", outcome, vms, ...times });
  cluster.restore = undefined;
};

const countOutcomes = (outcomes: readonly VmOutcome[]): VmOutcomes => {
  const sum = (of: (one: VmOutcome) => number): number => outcomes.reduce((total, one) => total + of(one), 0);
  return {
    intact: sum(({ outcome }) => (outcome === "intact" ? 1 : 0)),
    degraded: sum(({ outcome }) => (outcome === "degraded" ? 1 : 0)),
    reRead: sum(({ reRead }) => reRead),
    zeroFilled: sum(({ zeroFilled }) => zeroFilled),
    killed: sum(({ killed }) => killed),
  };
};
