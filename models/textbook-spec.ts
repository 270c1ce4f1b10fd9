import { type Law, lawIssues } from "./laws.ts";

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
}

/** One thing that is wrong with a textbook scenario. */
export interface TextbookIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Everything that keeps the textbook model from being run with `spec`; an empty list when it can be. */
export const textbookIssues = (spec: TextbookSpec): TextbookIssue[] => {
  const { workInterval, pause, latency = pause, detect, restore, failures, horizon, work } = spec;
  const issues: TextbookIssue[] = [];
  const report = (path: (string | number)[], message: string): number => issues.push({ path, message });
  if (!(workInterval > 0)) report(["workInterval"], `must be above 0 s, not ${workInterval}`);
  for (const [key, value] of Object.entries({ pause, latency, detect, restore })) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
      report([key], `must be 0 s or more, and finite, not ${value}`);
  }
  for (const [key, value] of Object.entries({ horizon, work })) {
    if (value === undefined) continue;
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) report([key], `must be above 0 s, and finite, not ${value}`);
    else if (value + workInterval === value) {
      report(["workInterval"], `is too short to be told from 0 beside a ${key} of ${value} s: lengthen it`);
    }
  }
  if (horizon === undefined && work === undefined)
    report(["horizon"], "is missing: give a horizon, or the work of a job");
  if (isList(failures)) {
    failures.forEach((at, index) => {
      if (!(at >= 0 && at < Number.POSITIVE_INFINITY)) {
        report(["failures", index], `a failure is a time in seconds from the start, 0 or more, not ${at}`);
      }
    });
  } else {
    for (const { path, message } of lawIssues(failures)) report(["failures", ...path], message);
  }
  return issues;
};

const isList = (failures: TextbookSpec["failures"]): failures is readonly number[] => Array.isArray(failures);
