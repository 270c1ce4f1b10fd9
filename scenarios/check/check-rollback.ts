import { CyclicRestoreLine, restoreLine } from "../../models/transfer/restore-line.ts";
import { startAfterOf } from "../resolve/start-after.ts";
import type { ClusterFile } from "../schema/cluster-schema.ts";
import type { Report } from "../text/issue.ts";

/** A restore line that names VMs that are not there, or never ends. */
export const checkRollback = ({ rollback, cluster }: ClusterFile, report: Report): void => {
  if (rollback.startAfter === "none") return;
  const path = ["rollback", "startAfter"];
  const has = (vm: number): boolean => Number.isSafeInteger(vm) && vm >= 0 && vm < cluster.vms;
  let isKnown = true;
  for (const [name, others] of Object.entries(rollback.startAfter)) {
    for (const vm of [Number(name), ...others]) {
      if (has(vm)) continue;
      isKnown = false;
      report([...path, name], `there is no VM ${vm}: a cluster has ${cluster.vms}, counted from 0`, [
        ["cluster", "vms"],
      ]);
    }
  }
  if (!isKnown) return;
  try {
    restoreLine(startAfterOf(rollback.startAfter, cluster.vms));
  } catch (error) {
    if (!(error instanceof CyclicRestoreLine)) throw error;
    report([...path, `${error.cycle[0]}`], error.message);
  }
};
