import { CyclicRestoreLine, restoreLine } from "../../models/transfer/restore-line.ts";
import { startAfterOf } from "../resolve/start-after.ts";
import type { ClusterFile } from "../schema/cluster-schema.ts";
import type { Report } from "../text/issue.ts";

/** Spares for which there never is room; a restore line that names VMs that are not there, or never ends. */
export const checkRollback = (file: ClusterFile, report: Report): void => {
  checkSpares(file, report);
  checkStarts(file, report);
};

const checkSpares = ({ rollback, cluster, dataCentre }: ClusterFile, report: Report): void => {
  const { racks, hostsPerRack, host } = dataCentre;
  const { vm, count, vms } = cluster;
  const room = racks * hostsPerRack * Math.min(Math.floor(host.memory / vm.memory), Math.floor(host.cores / vm.cores));
  if (rollback.spares === 0 || room >= count * vms + rollback.spares) return;
  const message = `no placement leaves room for ${rollback.spares} more: there is room for ${room} VMs, and ${count * vms} of them run`;
  report(["rollback", "spares"], message, [
    ["cluster", "vms"],
    ["dataCentre", "hostsPerRack"],
  ]);
};

const checkStarts = ({ rollback, cluster }: ClusterFile, report: Report): void => {
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
