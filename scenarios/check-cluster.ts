import { lifetime } from "../models/laws.ts";
import { type OutageTrace, type PageType, pageTypes } from "../models/scenario.ts";
import { checkCut, remarksOnCut } from "./check-cut.ts";
import { checkDisks } from "./check-disks.ts";
import type { ClusterFile } from "./cluster-schema.ts";
import type { FailureSourceSpec } from "./failures-schema.ts";
import type { Path } from "./issue.ts";
import { lawOf } from "./law-schema.ts";
import { duration, formatQuantity, size } from "./units.ts";

/** Says that the value at `path` cannot be, together with those at the `related` paths. */
export type Report = (path: Path, message: string, related?: readonly Path[]) => void;

/** Above these the memory of the machine that simulates, or the patience of its owner, would end first. */
const mostChunks = 10_000_000;
const mostOutages = 20_000_000;

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
  checkOutages(file, report);
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
  const { interval, record, capture, costs } = snapshot;
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
    const { copies, onLoss } = storage.policy[type];
    const path = ["storage", "policy", type];
    if (typeof copies === "number") enough([...path, "copies"], copies);
    if ((copies === "drop" || copies === 0) && onLoss === "fail") {
      report(
        [...path, "onLoss"],
        `${type} pages are dropped, so with fail no restore could succeed: write ${alternatives[type]}`,
        [[...path, "copies"]],
      );
    }
  }
};

/** What can be done about pages that are not there. */
const alternatives: { readonly [type in PageType]: string } = {
  free: "zero-fill",
  cacheClean: "re-read",
  cacheDirty: "kill-process",
  anonymous: "kill-process",
  kernel: "copies: full",
};

const checkDetection = ({ detection }: ClusterFile, report: Report): void => {
  const { heartbeat, timeout } = detection;
  if (timeout < heartbeat) {
    const message = `${formatQuantity(duration, timeout)} is shorter than the heartbeat of ${formatQuantity(duration, heartbeat)}: every machine would be suspected between two beats`;
    report(["detection", "timeout"], message, [["detection", "heartbeat"]]);
  }
};

const checkOutages = (file: ClusterFile, report: Report): void => {
  const { cluster } = file;
  for (const [component, total] of [
    ["host", hostsOf(file)],
    ["vm", cluster.count * cluster.vms],
  ] as const) {
    checkOutageCount(component, outagesByLaw(file.failures[component], total, file.horizon), report);
  }
  checkTimes("host", file.failures.host, hostsOf(file), report);
  checkTimes("vm", file.failures.vm, cluster.count * cluster.vms, report);
};

/** Says so if a trace holds more outages for `total` components than can be simulated. */
export const checkTraceOutages = (
  component: "host" | "vm",
  { byNode, span }: OutageTrace,
  total: number,
  horizon: number,
  report: Report,
): void => {
  const outages = byNode.reduce((sum, record) => sum + record.length, 0);
  checkOutageCount(component, (outages / byNode.length) * total * (horizon / span), report);
};

const checkOutageCount = (component: "host" | "vm", outages: number, report: Report): void => {
  if (outages <= mostOutages) return;
  const source = ["failures", component];
  report(
    ["horizon"],
    `with these failures there would be about ${outages.toExponential(0)} outages of ${component}s; at most ${mostOutages} can be simulated: shorten it, or let less fail`,
    [...["mean", "scale", "median", "mu", "value", "sample", "trace"].map((key) => [...source, key]), source],
  );
};

/** How often components under a law fail in the long run, with their repairs. */
const outagesByLaw = (source: FailureSourceSpec, total: number, horizon: number): number => {
  if (source === "none" || !("law" in source)) return 0;
  return (total * horizon) / (lifetime(lawOf(source)).mean + lifetime(lawOf(source.repair)).mean);
};

const checkTimes = (component: "host" | "vm", source: FailureSourceSpec, total: number, report: Report): void => {
  if (source === "none" || !("times" in source)) return;
  const seen = new Map<number, { readonly start: number; readonly end: number }[]>();
  source.times.forEach(({ component: index, start, end = Infinity }, position) => {
    const path = ["failures", component, "times", position];
    if (index >= total)
      report(
        [...path, "component"],
        `there is no ${component} ${index}: they are counted from 0 to ${total - 1}`,
        component === "host"
          ? hostCount
          : [
              ["cluster", "vms"],
              ["cluster", "count"],
            ],
      );
    if (end < start) report([...path, "end"], "is before its start");
    const others = seen.get(index) ?? [];
    if (others.some((other) => start < other.end && other.start < end)) {
      report([...path, "start"], `${component} ${index} is down already at that time`);
    }
    seen.set(index, [...others, { start, end }]);
  });
};
