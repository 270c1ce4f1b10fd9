import { pageSize } from "../../models/guest/memory.ts";
import {
  type ClassStorage,
  type ClusterScenario,
  type PageType,
  pageTypes,
  type StoragePlan,
} from "../../models/scenario.ts";
import { isDropped } from "../../models/store/redundancy.ts";
import { realProtocols } from "../cut/cut-cluster.ts";
import { mostMessages, mostPageClasses, mostPeers } from "../guest/workload-settings.ts";
import { droppedTypes, dropsHarm, losableTypes } from "./dropped-types.ts";
import { anonymousPages, guestsOf, pagesInUse } from "./scenario-guests.ts";
import { leastSlowDiskRate, longestSlow, slowRates } from "./slow-rates.ts";

const MiB = 2 ** 20;
/** Seconds. */
const longestBehind = 240;
/** Part of a guest's memory that is left to its kernel and busybox. */
const ownPart = 0.35;
/** Bytes that a guest's kernel, its slab and the files of its image take: 67 MiB in results/published/survival.csv. */
const ownBytes = 70 * MiB;

/**
 * What keeps a scenario from being run on real machines: each key with what it is and what it would have to be. What the
 * testbed cannot do is refused; nothing is left out in silence.
 *
 * @param hosts of the testbed
 */
export const replayObstacles = (scenario: ClusterScenario, hosts: number): string[] => {
  const { cluster, dataCentre, snapshot, storage, rollback, failures } = scenario;
  const obstacles: string[] = [];
  const refuse = (isWrong: boolean, text: string): void => void (isWrong && obstacles.push(text));
  const wanted = dataCentre.racks * dataCentre.hostsPerRack;
  refuse(wanted > hosts, `dataCentre: it has ${wanted} hosts, and the testbed ${hosts}`);
  refuse(cluster.count > 1 || scenario.domains > 1, "cluster.count, domains: a testbed has one cluster");
  refuse(cluster.vms < 2 || cluster.vms > 16, `cluster.vms: ${cluster.vms}; a cut of real guests takes 2 to 16`);
  const memory = cluster.vm.memory / MiB;
  refuse(
    !(Number.isInteger(memory) && memory >= 96 && memory <= 2816),
    `cluster.vm.memory: ${memory} MiB; real guests have whole MiB from 96 to 2816`,
  );
  const most = (1 - ownPart) * (cluster.vm.memory / 4096);
  refuse(
    pagesInUse(scenario) > most,
    `cluster.workload: anonymous and cached pages fill more than ${100 * (1 - ownPart)} % of a guest, whose own kernel needs the rest`,
  );
  refuse(
    [droppedTypes, losableTypes].some((types) => types(storage).killing.includes("anonymous")) &&
      pagesInUse(scenario) + anonymousPages(scenario) > (cluster.vm.memory - ownBytes) / 4096,
    `cluster.workload: anonymous pages twice, cached ones and ${ownBytes / MiB} MiB of its kernel fill more than a guest's memory; frames of lost pages are not used again, and its processes are started anew`,
  );
  refuse(
    cluster.workload.classes.some(({ content }) => content.interVm.pair > 0),
    "cluster.workload: pages that pairs of VMs share; real guests share theirs with all",
  );
  const traffic = cluster.traffic;
  const busiest =
    traffic.kind === "even"
      ? traffic.messagesPerSecond
      : Math.max(0, ...traffic.pairs.map((pair) => pair.messagesPerSecond));
  refuse(
    busiest / 2 > mostMessages,
    `cluster.traffic: ${busiest} messages/s; a guest sends ${2 * mostMessages} to another one at most`,
  );
  refuse(cluster.vms - 1 > mostPeers, `cluster.vms: a guest talks to ${mostPeers} others at most`);
  refuse(cluster.vm.disk?.on === "store", "cluster.vm.disk.on: store; the testbed has no shared store");
  const asked = guestsOf(scenario, { addresses: ["10.0.0.1"], bits: 24 }, "tcg")[0]!;
  const classes = asked.workload.classes.length;
  refuse(classes > mostPageClasses, `cluster.workload: ${classes} classes by content; a guest has ${mostPageClasses}`);
  refuse(
    !(realProtocols as readonly string[]).includes(snapshot.cut),
    `snapshot.cut: ${snapshot.cut}; real guests are cut ${realProtocols.join(", ")}`,
  );
  refuse(
    snapshot.cut === "barrier" && snapshot.capture === "pre-copy",
    "snapshot.cut: barrier with capture: pre-copy; a barrier stops guests whose rounds are to run",
  );
  refuse(snapshot.onOverrun === "throttle", "snapshot.onOverrun: throttle; real guests are not slowed");
  const unlike = pageTypes.flatMap((type) => unlikeReal(type, storage.types[type]));
  refuse(
    unlike.length > 0,
    `storage.policy: ${unlike.join(", ")}; real guests survive without free pages (onLoss: zero-fill) and clean cache (onLoss: re-read), but for their processes without anonymous ones (onLoss: kill-process), and need all others from copies (copies: 1 or more, onLoss: fail)`,
  );
  const losable = losableTypes(storage);
  const mayBeLost = [...losable.zeroFilled, ...losable.reRead, ...losable.killing];
  refuse(
    unlike.length === 0 && Math.max(...copiesOf(storage, true)) > Math.min(...copiesOf(storage, false)),
    `storage.policy: ${mayBeLost.join(", ")} pages may be lost, and have more copies than some that must not be; of real guests those have as many or more`,
  );
  refuse(
    rollback.resume !== "eager" &&
      (dropsHarm(storage) || droppedTypes(storage).reRead.length > 0 || mayBeLost.length > 0),
    `rollback.resume: ${rollback.resume} with pages that are dropped or may be lost; they are made up for before guests start (eager)`,
  );
  refuse(
    !storage.dropZero,
    "storage.policy: pages of zeros are stored; streams of QEMU never hold them (policy: replicate-nonzero)",
  );
  refuse(
    storage.deduplicateVersions,
    "storage.deduplicateVersions: true; versions of real guests share pages by what is recorded (record: incremental)",
  );
  refuse(storage.compression !== "none", `storage.compression: ${storage.compression}; records are as they are`);
  refuse(
    storage.expired === "merge" && snapshot.record !== "full",
    "storage.expired: merge; records stay until nothing builds on them (keep-chain), or hold all pages (record: full)",
  );
  refuse(Number.isFinite(dataCentre.host.disk.capacity), "dataCentre.host.disk.capacity: real disks have their own");
  refuse(
    rollback.transfer === "tree" || rollback.transfer === "swarm",
    `rollback.transfer: ${rollback.transfer}; the testbed moves files by unicast, multicast and chain`,
  );
  refuse(
    rollback.transfer !== "unicast" &&
      storage.deduplication !== "hosts" &&
      cluster.workload.classes.some(({ content }) => content.interVm.all > 0),
    `rollback.transfer: ${rollback.transfer} of pages that VMs share; only where they are stored once do two hosts want the same ones (storage.deduplication: hosts, or unicast)`,
  );
  refuse(
    rollback.resume !== "eager" && rollback.transfer !== "unicast",
    `rollback.transfer: ${rollback.transfer} with resume: ${rollback.resume}; each guest asks one host for what it touches (unicast)`,
  );
  refuse(
    rollback.resume !== "eager" && cluster.vm.memory / rollback.background > longestBehind,
    `rollback.background: the pages of a guest come behind it for more than ${longestBehind} s, which is as long as the testbed waits for them`,
  );
  const slowest = Math.min(...Object.values(slowRates(scenario)));
  const hasSlowDisks = failures.slowDisk.kind !== "none";
  refuse(
    hasSlowDisks && failures.slowDiskRate < leastSlowDiskRate(scenario),
    `failures.slowDiskRate: the memories of all guests pass a slow disk in more than ${longestSlow} s, and what shares it with others is waited for no longer`,
  );
  const written = cluster.vms * cluster.workload.classes.reduce((sum, one) => sum + one.writesPerSecond * pageSize, 0);
  refuse(
    hasSlowDisks && snapshot.capture === "pre-copy" && written > slowest / 2,
    `failures.slowDiskRate: a slow disk passes ${Math.round(slowest)} B/s, and guests write ${Math.round(written)} B/s: QEMU ends no pre-copy that does not catch up`,
  );
  refuse(failures.store.kind !== "none", "failures.store: the testbed has no shared store");
  refuse(
    failures.disk.kind !== "none" && cluster.vm.disk?.on !== "local",
    "failures.disk: the disk of a real guest is a file of its host, and lost with it (cluster.vm.disk: { on: local, … })",
  );
  refuse(
    failures.latentErrors.kind !== "none" && !storage.checksums,
    "storage.checksums: false; whoever reads a record of real guests verifies it",
  );
  refuse(failures.corruption.kind !== "none", "failures.corruption: real guests go wrong only by themselves");
  refuse(
    scenario.detection.falseSuspicion.kind !== "none",
    "detection.falseSuspicion: on a testbed hosts are suspected for their own silence",
  );
  return obstacles;
};

/** Copies of the types that are stored as such, of those that may be lost or of the others. */
const copiesOf = ({ types }: Pick<StoragePlan, "types">, mayBeLost: boolean): number[] =>
  pageTypes.flatMap((type) => {
    const how = types[type];
    return "copies" in how && !isDropped(how) && (how.onLoss !== "fail") === mayBeLost ? [how.copies] : [];
  });

/** What of the way in which a scenario stores a type of pages the testbed cannot do. */
const unlikeReal = (type: PageType, how: ClassStorage): string[] => {
  const { onLoss } = how;
  if (!("copies" in how)) return [`${type} pages are stored as a code`];
  const isMadeUpFor =
    onLoss === "kill-process" ? type === "anonymous" : onLoss !== "fail" && (type === "free" || type === "cacheClean");
  if (isMadeUpFor || (onLoss === "fail" && !isDropped(how))) return [];
  return [`${type} pages ${isDropped(how) ? "are dropped" : "that are lost are made up for"} (${onLoss})`];
};
