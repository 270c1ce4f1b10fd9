import { layWrites } from "../../models/guest/lay-writes.ts";
import {
  type ClassStorage,
  type ClusterScenario,
  type InterVm,
  type PageClass,
  type PageContent,
  type PageType,
  type PolicySpec,
  pageTypes,
  type VmSpec,
  type WorkingSet,
} from "../../models/scenario.ts";
import type { ClusterFile } from "../schema/cluster-schema.ts";
import { lawOf } from "../schema/law-schema.ts";
import { resolveTraffic } from "../schema/traffic-schema.ts";
import type { Measurements } from "./measurements.ts";
import { resolveFailures, resolveFalseSuspicion, type Traces } from "./resolve-failures.ts";
import { startAfterOf } from "./start-after.ts";

const pageSize = 4096;
const gibibyte = 2 ** 30;

/** What a checked file means, in seconds, bytes, bytes per second and pages. */
export const resolveCluster = (
  file: ClusterFile,
  name: string,
  traces: Traces,
  { writes, traffic }: Measurements,
  policy: PolicySpec,
): ClusterScenario => {
  const { dataCentre, snapshot, storage } = file;
  const { intensity, similarity, ...cluster } = file.cluster;
  const { host } = dataCentre;
  const { costs } = snapshot;
  const mix = pageClasses(cluster.workload.classes, cluster.vm.memory);
  const written = writes === undefined ? mix : layWrites(mix, writes);
  return {
    model: "cluster",
    name,
    horizon: file.horizon,
    fidelity: file.fidelity,
    domains: file.domains,
    dataCentre: {
      ...dataCentre,
      host: {
        cores: host.cores,
        memory: host.memory,
        disk: {
          capacity: limitOf(host.disk.capacity),
          read: host.disk.read,
          write: host.disk.write,
          latency: host.disk.latency,
        },
        nic: host.nic,
      },
    },
    cluster: {
      ...cluster,
      vm: vmSpec(cluster.vm),
      workload: {
        name: cluster.workload.name ?? "custom",
        dirtyModel: cluster.workload.dirtyModel,
        workingSet: workingSet(cluster.workload.workingSet, cluster.vm.memory),
        classes: written.map((one) => ({
          ...one,
          writesPerSecond: intensity * one.writesPerSecond,
          content: withSimilarity(one.content, similarity),
        })),
      },
      traffic: traffic ?? resolveTraffic(cluster.traffic, cluster.vms),
      placement: cluster.placement === "rollback" ? file.rollback.placement : cluster.placement,
      similarityHalfLife: cluster.similarityHalfLife === "none" ? Number.POSITIVE_INFINITY : cluster.similarityHalfLife,
      quorum: cluster.quorum === "all" ? cluster.vms : cluster.quorum,
    },
    snapshot: {
      ...snapshot,
      fullEvery: snapshot.fullEvery === "none" ? Number.POSITIVE_INFINITY : snapshot.fullEvery,
      costs: {
        prepare: costs.prepare,
        prepareSpread: costs.prepareSpread === "none" ? "none" : lawOf(costs.prepareSpread),
        fixed: costs.fixed,
        device: costs.device,
        armPerPage: costs.armPerPage,
        fault: costs.fault,
        track: costs.track,
        unprotectPerPage: costs.unprotectPerPage,
        copyRate: costs.copyRate,
        hashRate: limitOf(costs.hashRate),
        compressRate: limitOf(costs.compressRate),
        recordRate: limitOf(costs.recordRate),
      },
    },
    storage: {
      policy: storage.policy.name ?? "custom",
      types: Object.fromEntries(pageTypes.map((type) => [type, classStorage(file, type)])) as {
        [type in PageType]: ClassStorage;
      },
      dropZero: storage.policy.dropZero,
      deduplication: storage.deduplication,
      deduplicateVersions: storage.deduplicateVersions,
      compression: storage.compression,
      checksums: storage.checksums,
      scrub: storage.scrub === "none" ? Number.POSITIVE_INFINITY : storage.scrub,
      disk: {
        copies: storage.disk.copies === "full" ? storage.copies : storage.disk.copies,
        block: storage.disk.block,
      },
      placement: storage.placement,
      chunk: storage.chunk,
      onFull: storage.onFull,
      keep: storage.keep,
      retention: storage.retention,
      expired: storage.expired,
      restoreReads: storage.restoreReads,
      repairDelay: storage.repairDelay,
      repairRate: limitOf(storage.repairRate),
      repairOrder: storage.repairOrder,
    },
    rollback: {
      ...file.rollback,
      rebuildRate: limitOf(file.rollback.rebuildRate),
      startAfter: startAfterOf(file.rollback.startAfter, cluster.vms),
      background: limitOf(file.rollback.background),
    },
    policy,
    detection: {
      ...file.detection,
      falseSuspicion: resolveFalseSuspicion(file.detection.falseSuspicion),
      corruption: lawOf(file.detection.corruption),
    },
    failures: resolveFailures(file, traces),
    pauseTolerance: file.pauseTolerance,
  };
};

/** Shares of the memory as whole pages that add up to all of it: the largest remainders get the pages left over. */
export const pageClasses = (classes: ClusterFile["cluster"]["workload"]["classes"], memory: number): PageClass[] => {
  const total = Math.floor(memory / pageSize);
  const specs = Object.values(classes);
  const pages = specs.map(({ share }) => Math.floor(share * total));
  const left = total - pages.reduce((sum, one) => sum + one, 0);
  const remainder = (index: number): number => specs[index]!.share * total - pages[index]!;
  const byRemainder = specs.map((_, index) => index).sort((a, b) => remainder(b) - remainder(a) || a - b);
  for (const index of byRemainder.slice(0, left)) pages[index]!++;
  return specs.map(({ type, writesPerGiB, compressRatio, content }, index) => ({
    type,
    pages: pages[index]!,
    writesPerSecond: (writesPerGiB * memory) / gibibyte,
    compressRatio,
    content: { ...content, interVm: interVmOf(content.interVm) },
  }));
};

const workingSet = (
  { share, ...rest }: ClusterFile["cluster"]["workload"]["workingSet"],
  memory: number,
): WorkingSet => ({ ...rest, pages: (share * memory) / pageSize });

const interVmOf = (written: number | InterVm): InterVm =>
  typeof written === "number" ? { all: written, pair: 0 } : written;

/** What VMs share takes the place of what a class says of it; all else but zeros makes room in proportion. */
const withSimilarity = (content: PageContent, similarity: ClusterFile["cluster"]["similarity"]): PageContent => {
  if (similarity === "workload") return content;
  const { zero, selfDuplicate, unique } = content;
  const given = interVmOf(similarity);
  const [all, pair] = [given.all * (1 - zero), given.pair * (1 - zero)];
  const others = selfDuplicate + unique;
  const left = 1 - zero - all - pair;
  // A class that VMs share altogether has nothing in proportion to which others could take their place.
  if (others === 0) return { zero, selfDuplicate: 0, interVm: { all, pair }, unique: left };
  const factor = left / others;
  return { zero, selfDuplicate: selfDuplicate * factor, interVm: { all, pair }, unique: unique * factor };
};

const limitOf = (written: number | "none" | undefined): number =>
  typeof written === "number" ? written : Number.POSITIVE_INFINITY;

const vmSpec = ({ cores, memory, disk }: ClusterFile["cluster"]["vm"]): VmSpec => {
  if (disk === "none") return { cores, memory };
  const { bytes, writeRate, on } = disk;
  return { cores, memory, disk: { bytes, writeRate, on } };
};

const classStorage = ({ storage }: ClusterFile, type: PageType): ClassStorage => {
  const { copies, erasure, group, onLoss } = storage.policy[type];
  if (erasure !== undefined) return { erasure, onLoss };
  if (group !== undefined) return { group, onLoss };
  return { copies: copies === "full" ? storage.copies : copies === "drop" ? 0 : copies!, onLoss };
};
