import { type MemoryTable, pageSize } from "../guest/memory.ts";
import type { OnLoss, PageType, StoragePlan } from "../scenario.ts";

/** What a restore makes of a VM whose pages were not all kept; bytes. */
export interface VmOutcome {
  readonly outcome: "intact" | "degraded";
  /** Read again from the VM's disk. */
  readonly reRead: number;
  /** Filled with zeros though the guest had other things there. */
  readonly zeroFilled: number;
  /** Pages of processes that had to be killed. */
  readonly killed: number;
}

/**
 * What the loss of pages does. Free pages mean nothing to the guest; what a clean cache held lies on the disk of the same
 * cut, without which the VM cannot be restored anyway; of a dirty one the disk only has what was there before.
 */
export const harm = (type: PageType, onLoss: OnLoss): "none" | "degraded" | "fatal" => {
  switch (onLoss) {
    case "fail":
      return "fatal";
    case "zero-fill":
      return type === "free" ? "none" : "degraded";
    case "re-read":
      return type === "free" || type === "cacheClean" ? "none" : "degraded";
    case "kill-process":
      return "degraded";
  }
};

/** Parts of each class that cannot be read: of a VM's own pages, and of those that it has in common with others. */
export interface MissingParts {
  readonly own: Float64Array;
  readonly shared: Float64Array | undefined;
}

/**
 * The outcome for a VM of which these parts of the stored classes are missing, beside all that is dropped by plan.
 *
 * @returns undefined when it cannot be restored
 */
export const vmOutcome = (memory: MemoryTable, storage: StoragePlan, missing?: MissingParts): VmOutcome | undefined => {
  let outcome: VmOutcome["outcome"] = "intact";
  const bytes = { "zero-fill": 0, "re-read": 0, "kill-process": 0, fail: 0 };
  const lose = (type: PageType, amount: number): boolean => {
    const { onLoss } = storage.types[type];
    const done = harm(type, onLoss);
    if (done === "degraded") outcome = "degraded";
    // Zeros in free pages are what the guest expects.
    if (type !== "free" || onLoss === "re-read") bytes[onLoss] += amount;
    return done !== "fatal";
  };
  for (const { type, pages } of memory.dropped) if (pages > 0 && !lose(type, pages * pageSize)) return undefined;
  const losses = [
    { classes: memory.classes, parts: missing?.own },
    { classes: memory.shared, parts: missing?.shared },
  ];
  for (const { classes, parts } of losses) {
    for (let c = 0; c < (parts?.length ?? 0); c++) {
      const { source, pages } = classes[c]!;
      if (parts![c]! > 0 && !lose(source.type, parts![c]! * pages * pageSize)) return undefined;
    }
  }
  return { outcome, reRead: bytes["re-read"], zeroFilled: bytes["zero-fill"], killed: bytes["kill-process"] };
};
