import type { SnapshotPlan, StoragePlan } from "../scenario.ts";

/** Whether a cut captures all pages or those written since the cut before, and whether the store keeps all of them anew. */
export interface Extent {
  readonly capturesAll: boolean;
  readonly storesAll: boolean;
}

interface Past {
  /** A snapshot of this run or restore can be added to. */
  readonly tracking: boolean;
  /** Snapshots since the last that captured all pages. */
  readonly sinceWhole: number;
}

export const extentOf = (
  plan: SnapshotPlan,
  { deduplicateVersions }: Pick<StoragePlan, "deduplicateVersions">,
  { tracking, sinceWhole }: Past,
): Extent => {
  const capturesAll = plan.record === "full" || !tracking || sinceWhole + 1 >= plan.fullEvery;
  return { capturesAll, storesAll: deduplicateVersions ? !tracking : capturesAll };
};

/** Versions build on those before: what is recorded is an increment, or the store finds what it has already. */
export const buildsOnVersions = (
  { record }: Pick<SnapshotPlan, "record">,
  { deduplicateVersions }: Pick<StoragePlan, "deduplicateVersions">,
): boolean => record !== "full" || deduplicateVersions;
