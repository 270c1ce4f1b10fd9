import type { Law } from "../laws.ts";

/**
 * The model of the textbooks: one unit that works, is paused for a snapshot after each interval, fails, is detected as
 * failed and provisioned anew, restores the newest usable snapshot and works again. Plain data, times in seconds.
 *
 * - Phases follow each other without gaps: work, pause, work, … and after a failure detect, restore, work. After a
 *   restore the interval starts again. The first start needs no restore.
 * - Whatever ends at an instant has ended before a failure of that instant strikes, which therefore hits what follows;
 *   phases of length 0 are over at once. Failures at or after the horizon do not count.
 * - A failure loses all work since the newest usable snapshot and every snapshot that is not usable yet.
 * - Snapshots that wait to become durable do not hold up the work nor each other: with a latency above
 *   workInterval + pause several are in flight, and they become durable in order.
 * - Silent errors strike work only, by the law of the work between them, and are found by the verification that follows
 *   each work: the unit restores at once, without detection. Their clock is renewed by each rollback.
 * - Of two levels the second is snapshotted with every n-th snapshot, in a longer pause, and survives failures of its
 *   own, which lose the others. What hits a restore of the second level leads to that restore again.
 * - Under a law the failure clock is renewed by each failure that strikes and runs whenever a failure is possible: from
 *   the end of detection, or from the failure itself if `failDuringDetect`. A list of failures holds absolute times.
 */
export interface TextbookSpec {
  /** Work between snapshots; Infinity: none are taken. */
  readonly workInterval: number;
  /** Time during which work stops for a snapshot. */
  readonly pause: number;
  /**
   * From the start of the pause until the snapshot is durable. A snapshot cannot be durable before its pause has ended,
   * so that less than `pause` means the same as `pause`, which is the default (stop-copy).
   */
  readonly latency?: number;
  /** Detection and provisioning after a failure. */
  readonly detect: number;
  /** Restoring; a failure can hit it and makes it start again. */
  readonly restore: number;
  /** The law of the time to failure, or the times of all failures. */
  readonly failures: Law | readonly number[];
  /** The run ends here at the latest. */
  readonly horizon?: number;
  /** The job is finished when this much work is done. */
  readonly work?: number;
  /** May a failure strike during detection? Then detection starts again; otherwise such failures are ignored. */
  readonly failDuringDetect: boolean;
  /** Does a failure during the restore cost a new detection before the new restore? */
  readonly restoreRepeatsDetect: boolean;
  /** From which moment a snapshot may be restored: the start of its pause, the end of its pause, or when it is durable. */
  readonly validFrom: "start" | "end" | "durable";
  /** Is there a snapshot after the last work, and is the job finished only when that one is usable? */
  readonly snapshotAfterLast: boolean;
  /** VMs that fail independently by the law, any of which rolls all back; all are renewed then. Default: 1. */
  readonly vms?: number;
  /** Are phases as long as the spec says, or exponential with those means? Default: fixed. */
  readonly phases?: "fixed" | "exponential";
  /** Verification after each work. Default: none. */
  readonly verify?: number;
  /** The law of the work from one silent error to the next. Default: none. */
  readonly silentErrors?: Law;
  /** Default: there is one level. */
  readonly secondLevel?: SecondLevel;
}

/** Snapshots that survive what the others do not, such as the loss of a host. Seconds. */
export interface SecondLevel {
  /** Every so many snapshots one is of the second level too. */
  readonly every: number;
  /** What it adds to the pause. */
  readonly pause: number;
  /** Detection and provisioning after a failure that needs the second level. */
  readonly detect: number;
  readonly restore: number;
  /** The failures that only the second level survives. */
  readonly failures: Law | readonly number[];
}

/** One thing that is wrong with a textbook scenario. */
export interface TextbookIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
