import { pageSize } from "../guest/memory.ts";
import type { SnapshotPlan } from "../scenario.ts";

/**
 * Bytes per second of a copier that has disk and network to itself: a page takes its copy and, where it was protected,
 * the time to take that off; hashing and compression run beside it, and the slowest of the three tells (model.md, section 4).
 */
export const copierRate = ({ capture, record, costs }: SnapshotPlan): number => {
  const unprotect = capture === "post-copy" && record !== "lazy-incremental" ? costs.unprotectPerPage : 0;
  return Math.min(pageSize / (pageSize / costs.copyRate + unprotect), costs.hashRate, costs.compressRate);
};
