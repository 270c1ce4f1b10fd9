import { lifetime } from "../../models/laws.ts";
import { countsOwnCopy } from "../../models/placement/copy-placement.ts";
import { type PageType, pageTypes } from "../../models/scenario.ts";
import { asCode, asCopies, asGroup, type Redundancy } from "../../models/store/redundancy.ts";
import type { ClusterFile } from "../schema/cluster-schema.ts";
import { lawOf } from "../schema/law-schema.ts";
import type { Path, Report } from "../text/issue.ts";
import { duration, formatQuantity, size } from "../text/units.ts";

/** Above this the memory of the machine that simulates would end first. */
const mostChunks = 10_000_000;

const hostCount: readonly Path[] = [
  ["dataCentre", "hostsPerRack"],
  ["dataCentre", "racks"],
];

type Fragments = Pick<Redundancy, "fragments" | "needed">;

/** Copies that cannot be placed, losses that cannot be made good, and more chunks than can be kept track of. */
export const checkStorage = (file: ClusterFile, report: Report): void => {
  const { storage } = file;
  for (const { path, what, redundancy } of stored(file)) checkPlaces(file, path, what, redundancy, report);
  checkPlacement(file, report);
  checkChunks(file, report);
  checkCapacity(file, report);
  checkRetention(file, report);
  if (storage.scrub !== "none" && !storage.checksums)
    report(["storage", "scrub"], "without checksums scrubbing finds nothing: write checksums: true, or scrub: none", [
      ["storage", "checksums"],
    ]);
  for (const type of pageTypes) {
    const { copies, group, onLoss } = storage.policy[type];
    const path = ["storage", "policy", type];
    if (group !== undefined && group.parity >= group.size) {
      report(
        [...path, "group", "parity"],
        `a group of ${group.size} hosts cannot lose ${group.parity} of them: give fewer`,
        [[...path, "group", "size"]],
      );
    }
    if ((copies === "drop" || copies === 0) && onLoss === "fail") {
      report(
        [...path, "onLoss"],
        `${type} pages are dropped, so with fail no restore could succeed: write ${alternatives[type]}`,
        [[...path, "copies"]],
      );
    }
    const wrong = noAnswer[type];
    if (wrong?.words.includes(onLoss))
      report([...path, "onLoss"], `${onLoss} cannot bring back ${type} pages: ${wrong.why}`);
  }
};

/** Everything whose copies are placed, with where that is written. */
const stored = ({ storage, cluster }: ClusterFile) => {
  const own = countsOwnCopy(storage.placement);
  const ofCopies = (path: Path, count: number) => ({
    path,
    what: `${count} ${count === 1 ? "copy needs" : "copies need"}`,
    redundancy: asCopies(count, own),
  });
  const { disk } = cluster.vm;
  return [
    ofCopies(["storage", "copies"], storage.copies),
    ...(disk !== "none" && disk.on === "local" && storage.disk.copies !== "full"
      ? [ofCopies(["storage", "disk", "copies"], storage.disk.copies)]
      : []),
    ...pageTypes.flatMap((type) => {
      const path = ["storage", "policy", type];
      const { copies, erasure, group } = storage.policy[type];
      if (typeof copies === "number") return [ofCopies([...path, "copies"], copies)];
      if (erasure !== undefined) {
        const redundancy = asCode(erasure.data, erasure.parity);
        return [{ path: [...path, "erasure"], what: `${redundancy.fragments} fragments need`, redundancy }];
      }
      if (group === undefined) return [];
      const what = `the other ${group.size - 1} hosts of a group need`;
      return [{ path: [...path, "group", "size"], what, redundancy: asGroup(group.size, group.parity) }];
    }),
  ];
};

const checkPlaces = (
  { dataCentre, storage: { placement } }: ClusterFile,
  path: Path,
  what: string,
  { fragments }: Fragments,
  report: Report,
): void => {
  const { racks, hostsPerRack } = dataCentre;
  const hosts = racks * hostsPerRack;
  const others = hosts - 1;
  const related: readonly Path[] = [["storage", "placement"], ...hostCount];
  if (fragments > others) {
    const there = others === 0 ? "there is no other host" : `there are ${others} others`;
    report(path, `${what} as many hosts beside the one that captures, and ${there}`, hostCount);
  } else if (placement.kind === "copyset" && fragments > 0 && Math.floor(hosts / fragments) < 2) {
    const sets = `${hosts} hosts make only one copyset of ${fragments}`;
    report(path, `${sets}, in which a capturing host would hold its own copy: give ${2 * fragments} hosts`, related);
  } else if (placement.kind === "tiered" && placement.racks < racks) {
    const front = (racks - placement.racks) * hostsPerRack - 1;
    if (fragments - 1 > front)
      report(
        path,
        `${what} ${fragments - 1} hosts in front of the backup tier beside the one that captures, and there are ${front}`,
        related,
      );
  }
};

const checkPlacement = ({ dataCentre, storage: { placement } }: ClusterFile, report: Report): void => {
  const path = ["storage", "placement"];
  const hosts = dataCentre.racks * dataCentre.hostsPerRack;
  if (placement.kind === "tiered" && placement.racks >= dataCentre.racks) {
    report(
      path,
      `a backup tier of ${placement.racks} of ${dataCentre.racks} racks leaves none in front of it`,
      hostCount,
    );
  }
  if (placement.kind === "copyset" && placement.scatterWidth >= hosts) {
    report(
      path,
      `a scatter width of ${placement.scatterWidth} needs as many other hosts, and there are ${hosts - 1}`,
      hostCount,
    );
  }
};

/** The disk of a host that runs a VM holds that VM's own disk and its newest snapshot, whatever else. */
const checkCapacity = ({ dataCentre, cluster: { vm, workload }, storage }: ClusterFile, report: Report): void => {
  const { capacity } = dataCentre.host.disk;
  if (capacity === undefined || capacity === "none") return;
  const kept = Object.values(workload.classes)
    .filter(({ type }) => !["drop", 0].includes(storage.policy[type].copies ?? 1))
    .reduce((sum, { share, content }) => sum + share * (storage.policy.dropZero ? 1 - content.zero : 1), 0);
  const local = vm.disk !== "none" && vm.disk.on === "local" ? vm.disk.bytes : 0;
  const needed = local + kept * vm.memory;
  if (capacity >= needed) return;
  const show = (amount: number): string => `${Number((amount / 1e9).toPrecision(3))} GB`;
  report(
    ["dataCentre", "host", "disk", "capacity"],
    `${show(capacity)} do not hold one snapshot of a VM${local > 0 ? " beside its disk" : ""}: ${show(needed)}`,
    [["cluster", "vm", "memory"]],
  );
};

const checkRetention = ({ storage, snapshot }: ClusterFile, report: Report): void => {
  const { retention, expired } = storage;
  if (storage.deduplicateVersions) {
    const at: readonly Path[] = [["storage", "deduplicateVersions"]];
    if (expired === "keep-chain")
      report(["storage", "expired"], "versions that refer to each other's pages have no chains: write merge", at);
    if (storage.restoreReads === "chain")
      report(["storage", "restoreReads"], "a version that refers to all its pages is read from them: write newest", at);
  }
  const endless = snapshot.record !== "full" && snapshot.fullEvery === "none";
  if (expired === "keep-chain" && endless) {
    const message =
      "keep-chain lets a chain go once nothing that is kept builds on it, but without another full snapshot it never ends: give snapshot.fullEvery";
    report(["storage", "expired"], message, [["snapshot", "fullEvery"]]);
  }
  if (retention === "none") return;
  const path = ["storage", "retention"];
  const show = (time: number): string => formatQuantity(duration, time);
  let finer: { readonly every: number; readonly what: string } = {
    every: snapshot.interval,
    what: `the interval of ${show(snapshot.interval)}`,
  };
  for (const [i, grain] of retention.older.entries()) {
    const own = [...path, "older", i];
    const times = grain.every / finer.every;
    if (times < 1)
      report([...own, "every"], `one in ${show(grain.every)} is more than ${finer.what} gives: give a longer time`, [
        ["snapshot", "interval"],
      ]);
    else if (i > 0 && Math.abs(times - Math.round(times)) > 1e-9 * times)
      report(
        [...own, "every"],
        `${show(grain.every)} is no multiple of ${finer.what}: what was kept for it may be missing`,
      );
    if (grain.for < grain.every)
      report(
        [...own, "for"],
        `${show(grain.for)} is shorter than every ${show(grain.every)}: no restore point would be kept by it`,
      );
    finer = { every: grain.every, what: `every ${show(grain.every)} before it` };
  }
};

const checkChunks = (file: ClusterFile, report: Report): void => {
  const { storage } = file;
  const { count: clusters, vms, vm } = file.cluster;
  const local = vm.disk !== "none" && vm.disk.on === "local" ? vm.disk.bytes : 0;
  const chunks = clusters * vms * (Math.ceil(vm.memory / storage.chunk) + Math.ceil(local / storage.chunk));
  if (chunks <= mostChunks) return;
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
};

/** What is possible but should be known. */
export const remarksOnStorage = (file: ClusterFile): string[] => [
  ...remarksOnRacks(file),
  ...remarksOnReduction(file),
  ...remarksOnCorruption(file),
];

/** Restore points that are let go before a corruption would be noticed are of no use against it. */
const remarksOnCorruption = ({ storage, snapshot, failures, detection }: ClusterFile): string[] => {
  if (failures.corruption === "none") return [];
  const { keep, retention } = storage;
  const oldest =
    retention === "none"
      ? keep * snapshot.interval
      : retention.older.reduce((sum, grain) => sum + grain.for, retention.keepAll);
  const late = lifetime(lawOf(detection.corruption)).quantile(0.99);
  if (oldest >= late) return [];
  const show = (time: number): string => formatQuantity(duration, Number(time.toPrecision(3)));
  return [
    `restore points are kept for ${show(oldest)}, but one corruption in a hundred is noticed after ${show(late)}: then none from before is left`,
  ];
};

const remarksOnReduction = ({ storage, snapshot: { costs } }: ClusterFile): string[] => [
  ...(storage.compression === "classes" && costs.compressRate === "none"
    ? ["compression costs no time: snapshot.costs.compressRate is none"]
    : []),
  ...((storage.deduplication !== "none" || storage.deduplicateVersions) && costs.hashRate === "none"
    ? ["deduplication costs no time: snapshot.costs.hashRate is none"]
    : []),
];

/** What a single rack takes with it. */
const remarksOnRacks = (file: ClusterFile): string[] => {
  const { dataCentre, storage } = file;
  const { racks } = dataCentre;
  if (racks === 1)
    return storage.copies > 1 ? ["there is one rack: rack-aware placement has nowhere else to put copies"] : [];
  if (storage.placement.kind === "random") return [];
  const { path, redundancy } =
    stored(file).find(({ path, redundancy: { fragments, needed } }) => {
      if (path.at(-1) === "copies") return false;
      return Math.ceil(fragments / racks) > fragments - needed;
    }) ?? {};
  if (path === undefined || redundancy === undefined) return [];
  const { fragments, needed } = redundancy;
  const most = Math.ceil(fragments / racks);
  return [
    `${path.join(".")}: of ${fragments} fragments ${most} lie on one rack; while it is away the other ${fragments - most} are fewer than the ${needed} that are needed`,
  ];
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
