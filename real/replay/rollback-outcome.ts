import { pageSize } from "../../models/guest/memory.ts";
import type { RollbackEnds } from "../../models/life-cycle-events.ts";
import type { MadeUp } from "../drop/reduced-stream.ts";

/** What is known of a VM that was restored. */
export interface RestoredVm {
  /** Whether all that it has is of one moment, as it says itself. */
  readonly verdict: boolean;
  /** Frames that were made up for; undefined for one whose stream was not made again as a whole. */
  readonly madeUp: MadeUp | undefined;
}

/**
 * How a rollback has ended: a VM is intact when it says so, and has everything that it may miss, come upon yet or not.
 *
 * @param vms undefined when all started from their image
 */
export const rollbackOutcome = (vms: readonly RestoredVm[] | undefined): Pick<RollbackEnds, "outcome" | "vms"> => {
  if (vms === undefined) return { outcome: "failed", vms: "failed" };
  const bytes = (of: keyof MadeUp): number => vms.reduce((sum, { madeUp }) => sum + (madeUp?.[of] ?? 0) * pageSize, 0);
  const isWhole = (madeUp: MadeUp | undefined): boolean =>
    madeUp === undefined || madeUp.zeroFilled + madeUp.killing === 0;
  const intact = vms.filter(({ verdict, madeUp }) => verdict && isWhole(madeUp)).length;
  const degraded = vms.length - intact;
  return {
    outcome: degraded > 0 ? "degraded" : "intact",
    vms: { intact, degraded, reRead: bytes("reRead"), zeroFilled: bytes("zeroFilled"), killed: bytes("killing") },
  };
};
