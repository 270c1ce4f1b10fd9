import { messagesBetween, type TrafficMatrix } from "../../models/cut/traffic.ts";
import { pageSize } from "../../models/guest/memory.ts";
import type { ClusterScenario, PageClass } from "../../models/scenario.ts";
import type { GuestSpec } from "../guest/hosted-guest.ts";
import type { PageClass as FilledClass, GuestPeer, WorkloadSettings } from "../guest/workload-settings.ts";

const MiB = 2 ** 20;

/** How the guests of a replay are to be reached. */
export interface GuestNetwork {
  /** IPv4 of each VM. */
  readonly addresses: readonly string[];
  /** Length of the network's prefix. */
  readonly bits: number;
}

/**
 * The guests that play the VMs of a scenario. Anonymous pages are filled and written by a workload as the scenario says; a
 * page cache is kept of pages of the guest's own disk; what is free or the kernel's is left to the guest's own kernel.
 */
export const guestsOf = (
  { cluster }: ClusterScenario,
  { addresses, bits }: GuestNetwork,
  accelerator: GuestSpec["accelerator"],
): GuestSpec[] =>
  addresses.map((address, id) => ({
    accelerator,
    memory: Math.round(cluster.vm.memory / MiB),
    cores: cluster.vm.cores,
    network: { tap: `t${id}`, mac: `52:54:00:00:01:${id.toString(16).padStart(2, "0")}` },
    workload: {
      ...workloadOf(cluster),
      id,
      seed: id + 1,
      address: `${address}/${bits}`,
      peers: peersOf(cluster.traffic, id, addresses),
    },
  }));

const workloadOf = ({
  vm,
  workload,
}: ClusterScenario["cluster"]): Omit<WorkloadSettings, "id" | "seed" | "address" | "peers"> => {
  const cached = workload.classes.filter(({ type }) => type === "cacheClean" || type === "cacheDirty");
  const sum = (of: (one: PageClass) => number): number => cached.reduce((total, one) => total + of(one), 0);
  const { disk } = vm;
  return {
    image: 1,
    beat: 0.1,
    classes: workload.classes.filter(({ type }) => type === "anonymous").flatMap(filled),
    ...(cached.length === 0
      ? {}
      : { cache: { pages: sum(({ pages }) => pages), writesPerSecond: sum((one) => one.writesPerSecond) } }),
    ...(disk === undefined
      ? {}
      : { disk: { blocks: Math.floor(disk.bytes / pageSize), writesPerSecond: disk.writeRate / pageSize } }),
  };
};

/** Whom a VM sends to or hears of; half of its messages go by each protocol. */
const peersOf = (traffic: TrafficMatrix, vm: number, addresses: readonly string[]): GuestPeer[] =>
  addresses.flatMap((address, id) => {
    if (id === vm) return [];
    const rate = messagesBetween(traffic, vm, id);
    if (rate === 0 && messagesBetween(traffic, id, vm) === 0) return [];
    return [{ id, address, messages: { udp: rate / 2, tcp: rate / 2 } }];
  });

/** Messages by each protocol that tell that a VM hears of its peers: what they send it in five seconds, ten from each at most. */
export const soonHeard = ({ cluster: { vms, traffic } }: ClusterScenario, vm: number): number => {
  const others = Array.from({ length: vms }, (_, from) => from).filter((from) => from !== vm);
  return others.reduce((sum, from) => sum + Math.min(10, Math.floor((5 * messagesBetween(traffic, from, vm)) / 2)), 0);
};

/** A class by what its pages hold at first; writes fall on all of them alike. */
const filled = ({ pages, writesPerSecond, compressRatio, content }: PageClass): FilledClass[] => {
  const parts = {
    zero: content.zero,
    duplicate: content.selfDuplicate,
    shared: content.interVm.all + content.interVm.pair,
    unique: content.unique,
  };
  return (["zero", "duplicate", "shared", "unique"] as const).flatMap((kind) => {
    const own = Math.floor(pages * parts[kind]);
    if (own === 0) return [];
    return [{ content: kind, pages: own, writesPerSecond: writesPerSecond * parts[kind], compressRatio }];
  });
};

/** Pages that are its workload's own. */
export const anonymousPages = ({ cluster }: ClusterScenario): number =>
  cluster.workload.classes.reduce((sum, { type, pages }) => sum + (type === "anonymous" ? pages : 0), 0);

/** Pages that its workload fills and keeps cached. */
export const pagesInUse = ({ cluster }: ClusterScenario): number =>
  cluster.workload.classes.reduce(
    (sum, { type, pages }) => sum + (type === "free" || type === "kernel" ? 0 : pages),
    0,
  );
