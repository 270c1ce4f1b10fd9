import type { InterVm, PageClass, StoragePlan } from "../scenario.ts";

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
 * many times. What only pairs of VMs have in common is stored for each of them.
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
    shared: isDropped || !between ? 0 : content.interVm.all,
    compression: compression === "none" ? 1 : 1 / compressRatio,
  };
};

/** What the stored bytes of a class hold, as parts of them. */
export interface StoredContent {
  readonly zero: number;
  readonly selfDuplicate: number;
  readonly interVm: InterVm;
  readonly own: number;
}

/** What {@link reductionOf} has left, before anything is shared in a transfer; all 0 when nothing is left. */
export const storedContent = (
  page: PageClass,
  storage: Pick<StoragePlan, "dropZero" | "deduplication" | "compression">,
): StoredContent => {
  const { zero, self, shared } = reductionOf(page, storage, false);
  const { content } = page;
  const left = 1 - zero - self - shared;
  const part = (pages: number): number => (left > 0 ? pages / left : 0);
  const isInside = storage.deduplication !== "none";
  return {
    zero: part(storage.dropZero || isInside ? 0 : content.zero),
    selfDuplicate: part(isInside ? 0 : content.selfDuplicate),
    interVm: { all: part(content.interVm.all - shared), pair: part(content.interVm.pair) },
    own: part(content.unique),
  };
};
