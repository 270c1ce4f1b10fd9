import { basename } from "node:path";
import { type PageType, pageTypes } from "../../models/scenario.ts";
import type { ClusterFile } from "../schema/cluster-schema.ts";
import type { Path, Report } from "../text/issue.ts";
import { duration, formatQuantity, size } from "../text/units.ts";
import { checkCut, remarksOnCut } from "./check-cut.ts";
import { checkDisks } from "./check-disks.ts";
import { checkDetection, checkFailures } from "./check-failures.ts";

/** Above this the memory of the machine that simulates would end first. */
const mostChunks = 10_000_000;
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
  checkDetection(file, report);
  checkFailures(file, report);
  checkFidelity(file, report);
};

/** What is possible but should be known to whoever reads the results. */
export const remarksOn = (file: ClusterFile): string[] => {
  const { dataCentre, cluster, storage } = file;
  const { host } = dataCentre;
  const room = Math.min(Math.floor(host.memory / cluster.vm.memory), Math.floor(host.cores / cluster.vm.cores));
  const spare = (hostsOf(file) - 1) * room >= cluster.count * cluster.vms;
  return [
    ...(dataCentre.racks === 1 && storage.copies > 1
      ? ["there is one rack: rack-aware placement has nowhere else to put copies"]
      : []),
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

const checkStorage = (file: ClusterFile, report: Report): void => {
  const { storage } = file;
  const others = hostsOf(file) - 1;
  const enough = (path: Path, copies: number): void => {
    if (copies <= others) return;
    const hosts = others === 0 ? "there is no other host" : `there are ${others} others`;
    report(
      path,
      `${count(copies, "copy").replace("copys", "copies")} need as many hosts beside the one that captures, and ${hosts}`,
      hostCount,
    );
  };
  enough(["storage", "copies"], storage.copies);
  const { count: clusters, vms, vm } = file.cluster;
  const local = vm.disk !== "none" && vm.disk.on === "local" ? vm.disk.bytes : 0;
  if (local > 0 && storage.disk.copies !== "full") enough(["storage", "disk", "copies"], storage.disk.copies);
  const chunks = clusters * vms * (Math.ceil(vm.memory / storage.chunk) + Math.ceil(local / storage.chunk));
  if (chunks > mostChunks) {
    const shown = formatQuantity(size, storage.chunk);
    report(
      ["storage", "chunk"],
      `of ${shown} cuts all memory${local > 0 ? " and all disks" : ""} into ${chunks} chunks; at most ${mostChunks} can be kept track of`,
      [
        ["cluster", "vm", "memory"],
        ...(local > 0 ? [["cluster", "vm", "disk", "bytes"]] : []),
        ["cluster", "vms"],
        ["cluster", "count"],
      ],
    );
  }
  for (const type of pageTypes) {
    const { copies, erasure, onLoss } = storage.policy[type];
    const path = ["storage", "policy", type];
    if (typeof copies === "number") enough([...path, "copies"], copies);
    if (erasure !== undefined && erasure.data + erasure.parity > others) {
      const fragments = erasure.data + erasure.parity;
      report(
        [...path, "erasure"],
        `${fragments} fragments need as many hosts beside the one that captures, and there are ${others} others`,
        hostCount,
      );
    }
    const wrong = noAnswer[type];
    if (wrong?.words.includes(onLoss))
      report([...path, "onLoss"], `${onLoss} cannot bring back ${type} pages: ${wrong.why}`);
    if ((copies === "drop" || copies === 0) && onLoss === "fail") {
      report(
        [...path, "onLoss"],
        `${type} pages are dropped, so with fail no restore could succeed: write ${alternatives[type]}`,
        [[...path, "copies"]],
      );
    }
  }
};

/** What is no answer to the loss of pages. */
const noAnswer: { readonly [type in PageType]?: { readonly words: readonly string[]; readonly why: string } } = {
  anonymous: { words: ["re-read"], why: "they are on no disk; write kill-process or fail" },
  kernel: {
    words: ["re-read", "kill-process", "zero-fill"],
    why: "without them no process of the guest can go on; write fail",
  },
};

/** What can be done about pages that are not there. */
const alternatives: { readonly [type in PageType]: string } = {
  free: "zero-fill",
  cacheClean: "re-read",
  cacheDirty: "kill-process",
  anonymous: "kill-process",
  kernel: "copies: full",
};

const checkFidelity = ({ fidelity, policy }: ClusterFile, report: Report): void => {
  if (fidelity !== "fast-forward" || policy === "protect") return;
  const message = `fast-forward jumps over cycles that repeat, and nothing tells whether those of ${basename(policy.module)} do: write auto or full`;
  report(["fidelity"], message, [["policy", "module"]]);
};
