import type { PageClass, PageType, StoragePlan } from "../scenario.ts";
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

/** Part of the pages that a storage plan keeps with which bytes for each byte. */
export interface StoredMix {
  readonly saving: number;
  /** Part of all pages that is not stored at all: dropped classes and zero pages. */
  readonly dropped: number;
  /** By page type: part of all pages that is stored, and bytes for each of its bytes. */
  readonly types: readonly { readonly type: PageType; readonly share: number; readonly overhead: number }[];
}

/** The same algebra for the classes of a workload under a storage plan, against `baseline` copies of every page. */
export const storedMix = (classes: readonly PageClass[], storage: StoragePlan, baseline: number): StoredMix => {
  const pages = classes.reduce((sum, one) => sum + one.pages, 0);
  const types = classes.flatMap((one) => {
    const plan = storage.types[one.type];
    if (isDropped(plan) || one.pages === 0) return [];
    const share = (one.pages * (storage.dropZero ? 1 - one.content.zero : 1)) / pages;
    return [{ type: one.type, share, overhead: overheadOf(redundancyOf(plan, storage.placement)) }];
  });
  const stored = types.reduce((sum, { share, overhead }) => sum + share * overhead, 0);
  return {
    saving: 1 - stored / overheadOf(asCopies(baseline)),
    dropped: 1 - types.reduce((sum, { share }) => sum + share, 0),
    types,
  };
};
