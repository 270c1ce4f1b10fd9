import { basename } from "node:path";
import type { ClusterFile } from "../schema/cluster-schema.ts";
import type { Path, Report } from "../text/issue.ts";
import { duration, formatQuantity, size } from "../text/units.ts";
import { checkCut, remarksOnCut } from "./check-cut.ts";
import { checkDisks } from "./check-disks.ts";
import { checkDetection, checkFailures } from "./check-failures.ts";
import { checkRollback } from "./check-rollback.ts";
import { checkStorage, remarksOnStorage } from "./check-storage.ts";

/** Above this the memory of the machine that simulates would end first. */
const mostHosts = 1_000_000;

const hostCount: readonly Path[] = [
  ["dataCentre", "hostsPerRack"],
  ["dataCentre", "racks"],
];

/** What one key alone cannot tell: a cluster that does not fit its data centre, plans that contradict each other. */
export const checkCluster = (file: ClusterFile, report: Report): void => {
  checkRoom(file, report);
  checkAntiAffinity(file, report);
  checkSnapshot(file, report);
  checkCut(file, report);
  checkStorage(file, report);
  checkDisks(file, report);
  checkRollback(file, report);
  checkDetection(file, report);
  checkFailures(file, report);
  checkFidelity(file, report);
};

/** What is possible but should be known to whoever reads the results. */
export const remarksOn = (file: ClusterFile): string[] => {
  const { dataCentre, cluster } = file;
  const { host } = dataCentre;
  const room = Math.min(Math.floor(host.memory / cluster.vm.memory), Math.floor(host.cores / cluster.vm.cores));
  const spare = (hostsOf(file) - 1) * room >= cluster.count * cluster.vms;
  return [
    ...remarksOnStorage(file),
    ...remarksOnCut(file),
    ...(spare ? [] : ["without one of the hosts there is no room for all VMs: rollbacks wait for its return"]),
  ];
};

const hostsOf = ({ dataCentre }: ClusterFile): number => dataCentre.racks * dataCentre.hostsPerRack;

const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? "" : "s"}`;

const checkRoom = (file: ClusterFile, report: Report): void => {
  const { cluster, dataCentre } = file;
  const { vm } = cluster;
  const { host } = dataCentre;
  const hosts = hostsOf(file);
  const vms = cluster.count * cluster.vms;
  if (hosts > mostHosts) {
    const message = `with ${file.dataCentre.hostsPerRack} hosts in each rack there are ${hosts} hosts; at most ${mostHosts} can be kept track of`;
    report(["dataCentre", "racks"], message, hostCount);
  }
  const rooms = { memory: Math.floor(host.memory / vm.memory), cores: Math.floor(host.cores / vm.cores) };
  for (const what of ["memory", "cores"] as const) {
    const show = (amount: number): string => (what === "memory" ? formatQuantity(size, amount) : count(amount, "core"));
    const path = ["cluster", "vm", what];
    if (rooms[what] === 0)
      report(path, `a VM with ${show(vm[what])} does not fit on a host with ${show(host[what])}`, [
        ["dataCentre", "host", what],
      ]);
    else if (rooms[what] * hosts < vms) {
      const need = `${count(vms, "VM")} with ${show(vm[what])} each do not fit on ${count(hosts, "host")} with ${show(host[what])} each`;
      report(path, `${need}: there is room for ${rooms[what] * hosts}; give more hosts or fewer VMs`, [
        ["cluster", "vms"],
        ["cluster", "count"],
        ...hostCount,
        ["dataCentre", "host", what],
      ]);
    }
  }
  if (cluster.quorum !== "all" && cluster.quorum > cluster.vms) {
    report(["cluster", "quorum"], `is ${cluster.quorum}, but a cluster has only ${count(cluster.vms, "VM")}`, [
      ["cluster", "vms"],
    ]);
  }
};

const checkAntiAffinity = (file: ClusterFile, report: Report): void => {
  const { cluster, dataCentre } = file;
  const places = { none: Infinity, host: hostsOf(file), rack: dataCentre.racks }[cluster.antiAffinity];
  if (cluster.vms > places) {
    const message = `${cluster.antiAffinity} cannot hold: ${count(cluster.vms, "VM")} of a cluster on ${count(places, cluster.antiAffinity)}`;
    report(["cluster", "antiAffinity"], message, [["cluster", "vms"], ...hostCount]);
  }
};

const checkSnapshot = ({ snapshot, horizon }: ClusterFile, report: Report): void => {
  const { interval, record, capture, onOverrun, costs } = snapshot;
  if (interval > horizon) {
    const message = `${formatQuantity(duration, interval)} is longer than the horizon of ${formatQuantity(duration, horizon)}: there would be no snapshot`;
    report(["snapshot", "interval"], message, [["horizon"]]);
  }
  if (record === "lazy-incremental" && capture !== "post-copy") {
    report(
      ["snapshot", "record"],
      `lazy-incremental needs capture: post-copy, not ${capture}; write record: incremental`,
      [["snapshot", "capture"]],
    );
  }
  if (onOverrun === "throttle" && record === "full") {
    report(
      ["snapshot", "onOverrun"],
      "throttle cannot help: a guest that is slowed dirties fewer pages, but record: full copies all of them; write stretch or skip",
      [["snapshot", "record"]],
    );
  }
  if (record === "lazy-incremental" && costs.fault < costs.track) {
    report(
      ["snapshot", "costs", "fault"],
      `${formatQuantity(duration, costs.fault)} is less than track: under lazy-incremental a fault that copies also marks its page`,
      [["snapshot", "costs", "track"]],
    );
  }
};

const checkFidelity = ({ fidelity, policy }: ClusterFile, report: Report): void => {
  if (fidelity !== "fast-forward" || policy === "protect") return;
  const message = `fast-forward jumps over cycles that repeat, and nothing tells whether those of ${basename(policy.module)} do: write auto or full`;
  report(["fidelity"], message, [["policy", "module"]]);
};
