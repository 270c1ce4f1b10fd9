import { reductionOf } from "../guest/content.ts";
import { placeVms } from "../placement/vm-placement.ts";
import { NoRoomForVms, type VmHost } from "../placement/vm-room.ts";
import type { ClusterScenario, PageClass, RollbackPlacement, StoragePlan } from "../scenario.ts";
import { asCopies, isDropped, overheadOf, redundancyOf } from "../store/redundancy.ts";
import { requireCount, requireFraction } from "./in-range.ts";

/** Parts of a snapshot's pages; they add up to 1. */
export interface PageMix {
  /** Kept in full. */
  readonly critical: number;
  /** Kept once. */
  readonly single: number;
  readonly dropped: number;
}

/** Space that a policy saves against `copies` copies of everything: 1 − (R c + s) / R (PARS, VEE 2015, generalised). */
export const mixSaving = ({ critical, single, dropped }: PageMix, copies: number): number => {
  requireFraction("saving", { critical, single, dropped });
  requireCount("saving", { copies });
  const sum = critical + single + dropped;
  if (Math.abs(sum - 1) > 1e-9) throw new RangeError(`saving: the parts of the mix must add up to 1, not ${sum}`);
  return 1 - (copies * critical + single) / copies;
};

/** What can be saved at most when nothing is dropped: 1 − 1 / R, two thirds with three copies. */
export const savingCeiling = (copies: number): number => 1 - 1 / copies;

/**
 * The mixes that give a saving: R c + s = R (1 − saving), so with s + d = 1 − c each critical part has one single and one
 * dropped part.
 *
 * @returns the largest critical part that can have it, and for a critical part the rest of the mix; undefined when no
 *   mix with that critical part has it
 */
export const mixesFor = (saving: number, copies: number) => {
  requireFraction("saving", { saving });
  requireCount("saving", { copies });
  return {
    /** With nothing kept once. */
    mostCritical: 1 - saving,
    /** With nothing dropped: below 0 when the saving is beyond the ceiling. */
    criticalWithoutDropping: copies === 1 ? Number.NaN : 1 - (saving * copies) / (copies - 1),
    at: (critical: number): PageMix | undefined => {
      requireFraction("saving", { critical });
      const single = copies * (1 - saving - critical);
      const dropped = 1 - critical - single;
      return single < -1e-12 || dropped < -1e-12
        ? undefined
        : { critical, single: Math.max(0, single), dropped: Math.max(0, dropped) };
    },
  };
};

/** What a storage plan keeps of a whole snapshot, against copies of every page. */
export interface StoredMix {
  /** Part of the space that is saved, and what each step of the fixed order saves of it; the steps add up to it. */
  readonly saving: number;
  readonly steps: { readonly [step in SavingStep]: number };
  /** Part of all pages that is not stored at all: dropped classes and zero pages. */
  readonly dropped: number;
  /** Bytes for each byte of memory. */
  readonly bytes: number;
}

/** The order in which savings are counted (model.md, section 6). */
export const savingSteps = ["drop", "zero", "self", "shared", "compression", "copies"] as const;
export type SavingStep = (typeof savingSteps)[number];

/**
 * The same algebra for the classes of a workload under a storage plan.
 *
 * @param baseline copies of every page
 * @param sharing VMs that store what they have in common once
 */
export const storedMix = (
  classes: readonly PageClass[],
  storage: StoragePlan,
  baseline: number,
  sharing = 1,
): StoredMix => {
  const pages = classes.reduce((sum, one) => sum + one.pages, 0);
  const full = overheadOf(asCopies(baseline));
  const steps = { drop: 0, zero: 0, self: 0, shared: 0, compression: 0, copies: 0 };
  let bytes = 0;
  for (const one of classes) {
    const part = one.pages / pages;
    const plan = storage.types[one.type];
    const { dropped, zero, self, shared, compression } = reductionOf(one, storage, isDropped(plan));
    steps.drop += part * dropped;
    steps.zero += part * zero;
    steps.self += part * self;
    steps.shared += part * shared * (1 - 1 / sharing);
    const left = part * (1 - dropped - zero - self - shared * (1 - 1 / sharing));
    steps.compression += left * (1 - compression);
    const overhead = dropped === 1 ? 0 : overheadOf(redundancyOf(plan, storage.placement));
    steps.copies += left * compression * (1 - overhead / full);
    bytes += left * compression * overhead;
  }
  return { saving: 1 - bytes / full, steps, dropped: steps.drop + steps.zero, bytes };
};

/**
 * VMs that store what they have in common once, on average: all of a cluster, or those of it that lie on one host at first.
 *
 * Undefined when that is up to chance, because hosts are chosen at random.
 *
 * @throws RangeError if the VMs do not fit on the hosts
 */
export const sharingVms = ({ cluster, dataCentre, storage }: ClusterScenario): number | undefined => {
  const { count, placement, vm, vms } = cluster;
  if (storage.deduplication === "hosts") return vms;
  if (storage.deduplication !== "host") return 1;
  if (placement === "random") return undefined;
  const { racks, hostsPerRack, host } = dataCentre;
  const hosts = Array.from({ length: racks * hostsPerRack }, (_, index) => ({
    index,
    rack: Math.floor(index / hostsPerRack),
    up: true,
    freeMemory: host.memory,
    freeCores: host.cores,
  }));
  let groups = 0;
  for (let i = 0; i < count; i++) {
    const chosen = firstPlaces(placement, hosts, cluster);
    if (chosen === undefined) throw new RangeError(`saving: ${count} times ${vms} VMs do not fit on the hosts`);
    groups += new Set(chosen).size;
    for (const index of chosen) {
      hosts[index]!.freeMemory -= vm.memory;
      hosts[index]!.freeCores -= vm.cores;
    }
  }
  return (count * vms) / groups;
};

/** Where a cluster is placed at first; undefined when it does not fit. */
const firstPlaces = (
  placement: Exclude<RollbackPlacement, "random">,
  hosts: readonly VmHost[],
  { vm, vms, antiAffinity, traffic }: ClusterScenario["cluster"],
): number[] | undefined => {
  const stay = Array.from({ length: vms }, () => undefined);
  const pick = (): number => {
    throw new Error(`${placement} draws nothing`);
  };
  try {
    return placeVms(placement, { hosts, vm, antiAffinity, stay, spares: 0 }, { traffic, pick });
  } catch (error) {
    if (error instanceof NoRoomForVms) return undefined;
    throw error;
  }
};
