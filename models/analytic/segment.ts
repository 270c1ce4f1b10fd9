import { failureCost, type Recovery, recoveryCost } from "./recovery.ts";

/**
 * Expected seconds until `length` seconds have passed without a failure, each failure costing a recovery and all of the
 * attempt: (e^(λ length) - 1)(1/λ + recovery). With `length` = T + C and the default conventions it is the checkpointed
 * segment e^(λR)(1/λ + D)(e^(λ(T+C)) - 1) of Daly, FGCS 22(3), 2006 (D = 0) and Bougeret et al., SC 2011.
 */
export const expectedSegment = (length: number, recovery: Recovery): number =>
  Math.expm1(length / recovery.mtbf) * failureCost(recovery);

/** A job of `intervals` × `workInterval` seconds of work with a stop-copy snapshot after each interval. */
export interface Job extends Recovery {
  /** Seconds of work between snapshots. */
  readonly workInterval: number;
  /** Number of intervals. */
  readonly intervals: number;
  /** Seconds during which work stops for a snapshot. */
  readonly pause: number;
  /** Is there a snapshot after the last interval as well? */
  readonly snapshotAfterLast: boolean;
}

/** Expected seconds until the job is finished: n segments of T + C, or n - 1 of them and a last one of T. */
export const expectedJobTime = (job: Job): number => sumOverJob(job, failureCost(job));

/** Expected number of failures that strike the job, those during detection and restore included. */
export const expectedJobFailures = (job: Job): number => sumOverJob(job, recoveryCost(job).failures);

/** Each segment of length x sees e^(λx) - 1 failures outside of recoveries; `each` is what one of them amounts to. */
const sumOverJob = ({ mtbf, workInterval, pause, intervals, snapshotAfterLast }: Job, each: number): number => {
  const full = Math.expm1((workInterval + pause) / mtbf);
  const last = snapshotAfterLast ? full : Math.expm1(workInterval / mtbf);
  return ((intervals - 1) * full + last) * each;
};
