import type { PageClass, StoragePlan } from "../scenario.ts";

/** What the store makes of the pages of a class, as parts of all of them; each step works on what the one before left. */
export interface Reduction {
  /** Not stored: the class is dropped, or its pages hold zeros. */
  readonly dropped: number;
  readonly zero: number;
  /** Of what is left: duplicates inside the VM, and what VMs of one host, of all, and of pairs have in common. */
  readonly self: number;
  readonly shared: number;
  /** Stored bytes for each byte of a page that is stored. */
  readonly compression: number;
}

/** Which duplicates are stored once. */
export const deduplications = ["none", "vm", "host", "hosts"] as const;
export type Deduplication = (typeof deduplications)[number];

/**
 * Savings are counted in a fixed order: drop, zero, duplicates inside a VM, duplicates between VMs, compression (model.md,
 * section 6). Pages of zeros are no duplicates of anything else; without `dropZero` they are one more page that a VM has
 * many times.
 */
export const reductionOf = (
  { content, compressRatio }: PageClass,
  { dropZero, deduplication, compression }: Pick<StoragePlan, "dropZero" | "deduplication" | "compression">,
  isDropped: boolean,
): Reduction => {
  const inside = deduplication !== "none";
  const between = deduplication === "host" || deduplication === "hosts";
  const zero = dropZero ? content.zero : 0;
  const self = inside ? content.selfDuplicate + (dropZero ? 0 : content.zero) : 0;
  return {
    dropped: isDropped ? 1 : 0,
    zero: isDropped ? 0 : zero,
    self: isDropped ? 0 : self,
    shared: isDropped || !between ? 0 : content.interVm,
    compression: compression === "none" ? 1 : 1 / compressRatio,
  };
};
