import { pageSize } from "../../models/guest/memory.ts";
import type { ClusterScenario, PageClass } from "../../models/scenario.ts";
import type { GuestSpec } from "../guest/hosted-guest.ts";
import type { PageClass as FilledClass, WorkloadSettings } from "../guest/workload-settings.ts";

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
      peers: addresses.flatMap((one, peer) => (peer === id ? [] : [{ id: peer, address: one }])),
    },
  }));

const workloadOf = ({
  vm,
  workload,
  traffic,
}: ClusterScenario["cluster"]): Omit<WorkloadSettings, "id" | "seed" | "address" | "peers"> => {
  const rate = traffic.kind === "even" && traffic.vms > 1 ? traffic.messagesPerSecond / 2 : 0;
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
    messages: { udp: rate, tcp: rate },
  };
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

/** Pages that its workload fills and keeps cached. */
export const pagesInUse = ({ cluster }: ClusterScenario): number =>
  cluster.workload.classes.reduce(
    (sum, { type, pages }) => sum + (type === "free" || type === "kernel" ? 0 : pages),
    0,
  );
