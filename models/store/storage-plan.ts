import type { Deduplication } from "../guest/content.ts";
import type { CopyPlacement } from "../placement/copy-placement.ts";
import type { PageType } from "../scenario.ts";
import type { RetentionRule } from "./retention-rule.ts";

/** What happens when every copy of a page class is gone. */
export type OnLoss = "zero-fill" | "re-read" | "kill-process" | "fail";

/** How one page type is stored: as copies, of which 0 drop it, as fragments of a Reed–Solomon code, or by a group of hosts. */
export type ClassStorage = (
  | { readonly copies: number }
  | { readonly erasure: ErasureCode }
  | { readonly group: HostGroup }
) & {
  readonly onLoss: OnLoss;
};

/** Each of `size` hosts keeps what it captured, and parity over what the others did: `parity` of them may be lost. */
export interface HostGroup {
  readonly size: number;
  readonly parity: number;
}

/** A chunk is cut into `data` fragments, `parity` more are computed from them, and any `data` of all give it back. */
export interface ErasureCode {
  readonly data: number;
  readonly parity: number;
}

/** How the layers of VMs' disks are stored. */
export interface DiskStorage {
  /** Copies of a local disk's layers on other hosts. A layer on the store has none. */
  readonly copies: number;
  /** Bytes that a layer holds or leaves to the layer below it as one: its bitmap has a bit for each. */
  readonly block: number;
}

export const compressions = ["none", "classes"] as const;
export type Compression = (typeof compressions)[number];

/**
 * What becomes of a restore point that is kept no longer: what builds on it is merged with it, or it stays until nothing
 * that is kept builds on it.
 */
export const expiredWays = ["merge", "keep-chain"] as const;
export type Expired = (typeof expiredWays)[number];

/** When a disk has no room for the next snapshot: none is taken until it has, or the oldest restore points are let go. */
export const onFullWays = ["stop", "expire"] as const;
export type OnFull = (typeof onFullWays)[number];

/** A restore reads the newest version of each page, wherever it lies, or all versions one upon the other. */
export const restoreReadWays = ["newest", "chain"] as const;
export type RestoreReads = (typeof restoreReadWays)[number];

/** Repairs run side by side as they come due, or those of chunks first that can bear the fewest further losses. */
export const repairOrders = ["together", "most-at-risk"] as const;
export type RepairOrder = (typeof repairOrders)[number];

export interface StoragePlan {
  readonly policy: string;
  readonly types: { readonly [type in PageType]: ClassStorage };
  /** Zero pages of every class are dropped and filled again at restore. */
  readonly dropZero: boolean;
  /** Duplicates that are stored once: none, inside a VM, between VMs of one host, or of all hosts. */
  readonly deduplication: Deduplication;
  /**
   * A version refers to pages that earlier ones have stored and adds what is new, also when all pages are captured; what no
   * version refers to any more is let go without moving anything.
   */
  readonly deduplicateVersions: boolean;
  /** Pages are stored and sent as small as their class compresses, or as they are. */
  readonly compression: Compression;
  readonly checksums: boolean;
  /** Seconds in which every copy is read and verified once; Infinity: never. */
  readonly scrub: number;
  readonly disk: DiskStorage;
  readonly placement: CopyPlacement;
  readonly chunk: number;
  readonly onFull: OnFull;
  /** Restore points kept, unless `retention` says which. */
  readonly keep: number;
  readonly retention: RetentionRule | "none";
  readonly expired: Expired;
  readonly restoreReads: RestoreReads;
  /** From the loss of a copy to the start of its repair. */
  readonly repairDelay: number;
  /** What all repairs together write on one host, at most (bytes per second); Infinity without a limit. */
  readonly repairRate: number;
  readonly repairOrder: RepairOrder;
}
