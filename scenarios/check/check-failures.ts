import { missesToSuspect } from "../../models/analytic/detector.ts";
import type { Counts } from "../../models/failures/all-outages.ts";
import { type Component, components, type OutageTrace } from "../../models/failures/failure-spec.ts";
import { lifetime } from "../../models/laws.ts";
import type { ClusterFile } from "../schema/cluster-schema.ts";
import type { FailureSourceSpec, ShockFile } from "../schema/failures-schema.ts";
import { lawOf } from "../schema/law-schema.ts";
import type { Path, Report } from "../text/issue.ts";
import { duration, formatQuantity } from "../text/units.ts";

/** Above this the patience of whoever simulates would end first. */
const mostOutages = 20_000_000;

/** With `renewal: all` each outage draws new lives for all components. */
const mostRenewals = 1_000_000_000;

const hostCount: readonly Path[] = [
  ["dataCentre", "hostsPerRack"],
  ["dataCentre", "racks"],
];
const counted: { readonly [component in Component]: readonly Path[] } = {
  vm: [
    ["cluster", "vms"],
    ["cluster", "count"],
  ],
  host: hostCount,
  disk: hostCount,
  slowDisk: hostCount,
  rack: [["dataCentre", "racks"]],
  uplink: [["dataCentre", "racks"]],
  store: [],
};

/** How many components of each kind a scenario has. */
export const countsOf = ({ dataCentre, cluster }: ClusterFile): Counts => {
  const hosts = dataCentre.racks * dataCentre.hostsPerRack;
  return {
    vm: cluster.count * cluster.vms,
    host: hosts,
    disk: hosts,
    slowDisk: hosts,
    rack: dataCentre.racks,
    uplink: dataCentre.racks,
    store: 1,
  };
};

/** What fails, and how, that the model has a cell for (model.md, section 7), and not more of it than can be simulated. */
export const checkFailures = (file: ClusterFile, report: Report): void => {
  const { failures, cluster } = file;
  const counts = countsOf(file);
  for (const component of components) {
    const source = failures[component];
    checkName(component, source, report);
    checkFate(component, source, report);
    checkOutageCount(component, outagesByLaw(source, counts[component], file.horizon), report);
    checkTimes(component, source, counts[component], report);
  }
  checkRenewal(file, report);
  if (failures.store !== "none" && cluster.vm.disk !== "none" && cluster.vm.disk?.on === "store") {
    const message =
      "the disks of the VMs lie on the store, and that they stand still while it is out is not simulated: write store: none, or on: local";
    report(["failures", "store"], message, [["cluster", "vm", "disk", "on"]]);
  }
  for (const [i, shock] of failures.shocks.entries()) checkShock(file, shock, ["failures", "shocks", i], report);
};

export const checkDetection = (file: ClusterFile, report: Report): void => {
  const { heartbeat, timeout, falseSuspicion } = file.detection;
  const shown = (seconds: number): string => formatQuantity(duration, seconds);
  if (timeout < heartbeat) {
    const message = `${shown(timeout)} is shorter than the heartbeat of ${shown(heartbeat)}: every machine would be suspected between two beats`;
    report(["detection", "timeout"], message, [["detection", "heartbeat"]]);
    return;
  }
  if (falseSuspicion === "none") return;
  const path = ["detection", "falseSuspicion"];
  if ("lost" in falseSuspicion && (falseSuspicion.lost === 0 || falseSuspicion.lost === 1)) {
    report([...path, "lost"], "must be above 0 and below 1; without losses write falseSuspicion: none");
    return;
  }
  const mean =
    "lost" in falseSuspicion
      ? heartbeat / falseSuspicion.lost ** missesToSuspect(file.detection)
      : lifetime(lawOf(falseSuspicion)).mean;
  const suspicions = (countsOf(file).vm * file.horizon) / mean;
  if (suspicions > mostOutages) {
    const message = `with it there would be about ${suspicions.toExponential(0)} false suspicions; at most ${mostOutages} can be simulated: lengthen the timeout, or let fewer heartbeats be lost`;
    report(path, message, [["horizon"], ["detection", "timeout"]]);
  }
};

/** Says so if a trace holds more outages for `total` components than can be simulated. */
export const checkTraceOutages = (
  component: Component,
  { byNode, span }: OutageTrace,
  total: number,
  horizon: number,
  report: Report,
): void => {
  const outages = byNode.reduce((sum, record) => sum + record.length, 0);
  checkOutageCount(component, (outages / byNode.length) * total * (horizon / span), report);
};

/** Keys that make failures more or less frequent. */
const lawKeys = ["mean", "scale", "median", "mu", "value", "sample", "trace"];

const checkOutageCount = (component: Component, outages: number, report: Report): void => {
  if (outages <= mostOutages) return;
  const source = ["failures", component];
  report(
    ["horizon"],
    `with these failures there would be about ${outages.toExponential(0)} outages of ${component}s; at most ${mostOutages} can be simulated: shorten it, or let less fail`,
    [...lawKeys.map((key) => [...source, key]), source],
  );
};

/** How often components under a law fail in the long run, with their repairs. */
const outagesByLaw = (source: FailureSourceSpec, total: number, horizon: number): number => {
  if (source === "none" || !("law" in source)) return 0;
  return (total * horizon) / (lifetime(lawOf(source)).mean + lifetime(lawOf(source.repair)).mean);
};

/** A law of the catalogue is one of the component that it was observed on. */
const checkName = (component: Component, source: FailureSourceSpec, report: Report): void => {
  if (source === "none" || !("component" in source) || source.component === undefined) return;
  if (source.component === component) return;
  const message = `${source.name ?? "this"} is of ${source.component}s, not of ${component}s; to use it all the same, write its numbers`;
  report(["failures", component, "component"], message, [["failures", component]]);
};

/** What comes back after a failure is part of the model, and only hosts and racks have a choice. */
const fates: {
  readonly [component in Component]: { readonly permanent: boolean; readonly because: string } | undefined;
} = {
  vm: { permanent: false, because: "the failure of a VM loses its memory and nothing for ever" },
  host: undefined,
  disk: { permanent: true, because: "what lay on a disk that has failed is lost for ever" },
  slowDisk: { permanent: false, because: "a disk that is slow loses nothing" },
  rack: undefined,
  uplink: { permanent: false, because: "behind an uplink that is out everything is only unreachable" },
  store: { permanent: false, because: "the shared store is only unreachable while it is out" },
};

const checkFate = (component: Component, source: FailureSourceSpec, report: Report): void => {
  const fate = fates[component];
  if (fate === undefined || source === "none") return;
  const complain = (path: Path, value: string): void =>
    report(path, `${fate.because}: leave it out, or write permanent: ${value}`, [["failures", component]]);
  if ("times" in source) {
    for (const [i, { permanent }] of source.times.entries()) {
      if (permanent !== undefined && permanent !== fate.permanent)
        complain(["failures", component, "times", i, "permanent"], String(fate.permanent));
    }
  } else if (source.permanent !== Number(fate.permanent)) {
    complain(["failures", component, "permanent"], String(Number(fate.permanent)));
  }
};

const checkTimes = (component: Component, source: FailureSourceSpec, total: number, report: Report): void => {
  if (source === "none" || !("times" in source)) return;
  const seen = new Map<number, { readonly start: number; readonly end: number }[]>();
  source.times.forEach(({ component: index, start, end = Infinity }, position) => {
    const path = ["failures", component, "times", position];
    if (index >= total) {
      const found = total === 1 ? "there is one, number 0" : `they are counted from 0 to ${total - 1}`;
      report([...path, "component"], `there is no ${component} ${index}: ${found}`, counted[component]);
    }
    if (end < start) report([...path, "end"], "is before its start");
    const others = seen.get(index) ?? [];
    if (others.some((other) => start < other.end && other.start < end)) {
      report([...path, "start"], `${component} ${index} is down already at that time`);
    }
    seen.set(index, [...others, { start, end }]);
  });
};

const checkRenewal = (file: ClusterFile, report: Report): void => {
  const { failures, horizon } = file;
  if (failures.renewal !== "all") return;
  const counts = countsOf(file);
  const lives = components.flatMap((component) => {
    const source = failures[component];
    if (source === "none" || !("law" in source)) return [];
    const life = lifetime(lawOf(source));
    return [{ components: counts[component], first: meanOfFirst(life.quantile, counts[component]) }];
  });
  const outages = lives.reduce((sum, { first }) => sum + horizon / first, 0);
  const draws = outages * lives.reduce((sum, one) => sum + one.components, 0);
  if (draws <= mostRenewals) return;
  report(
    ["failures", "renewal"],
    `all renews all components at each of about ${outages.toExponential(0)} outages: ${draws.toExponential(0)} new lives; at most ${mostRenewals.toExponential(0)} can be drawn`,
    [["horizon"]],
  );
};

/** Mean time to the first failure of `count` new components, by the midpoints of a hundred steps of its distribution. */
const meanOfFirst = (quantile: (p: number) => number, count: number): number => {
  const steps = 100;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += quantile(-Math.expm1(Math.log1p(-(i + 0.5) / steps) / count));
  return sum / steps;
};

const checkShock = (file: ClusterFile, shock: ShockFile, path: Path, report: Report): void => {
  const { racks, hostsPerRack } = file.dataCentre;
  const hosts = racks * hostsPerRack;
  const { takes } = shock;
  const among = `they are counted from 0 to ${hosts - 1}`;
  if (typeof takes === "object" && "hosts" in takes) {
    for (const [i, host] of takes.hosts.entries()) {
      const at = [...path, "takes", "hosts", i];
      if (host >= hosts) report(at, `there is no host ${host}: ${among}`, hostCount);
      if (takes.hosts.indexOf(host) < i) report(at, `names host ${host} again`);
    }
  }
  if (typeof takes === "object" && "rack" in takes && takes.rack >= racks) {
    const message = `there is no rack ${takes.rack}: they are counted from 0 to ${racks - 1}`;
    report([...path, "takes", "rack"], message, counted.rack);
  }
  if (typeof takes === "object" && "random" in takes && takes.random > hosts)
    report([...path, "takes", "random"], `asks for ${takes.random} hosts, and there are ${hosts}`, hostCount);
  if ("times" in shock) {
    if (takes === "rack")
      report([...path, "takes"], "rack gives each rack shocks of its own; of a list say which: takes: { rack: 0 }");
    return;
  }
  const groups = takes === "rack" ? racks : 1;
  const size =
    takes === "all"
      ? hosts
      : takes === "rack" || "rack" in takes
        ? hostsPerRack
        : "hosts" in takes
          ? takes.hosts.length
          : takes.random;
  const shocks = (groups * file.horizon) / lifetime(lawOf(shock)).mean;
  const outages = shocks * Math.max(1, size);
  if (outages > mostOutages) {
    const message = `with these shocks there would be about ${outages.toExponential(0)} outages of hosts; at most ${mostOutages} can be simulated: shorten it, or let less fail`;
    report(["horizon"], message, [...lawKeys.map((key) => [...path, key]), path]);
  }
};
