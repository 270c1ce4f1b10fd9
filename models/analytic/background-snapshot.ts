import { failureCost, type Recovery } from "./recovery.ts";

/** Snapshots that stop the work for a pause and are usable a latency after the start of that pause. Seconds. */
export interface SnapshotCycle extends Recovery {
  /** Work between snapshots. */
  readonly workInterval: number;
  /** Time during which work stops. */
  readonly pause: number;
  /**
   * From the start of the pause until the snapshot may be restored; default: the pause (stop-copy). 0 stands for a
   * snapshot that is valid from the start of its pause.
   */
  readonly latency?: number;
}

/**
 * Expected seconds from one usable snapshot to the next, Γ = e^(λ(L-C)) (e^(λ(T+C)) - 1)(1/λ + recovery); with D = 0 the
 * (1/λ) e^(λ(L-C+R)) (e^(λ(T+C)) - 1) of Vaidya, IEEE Trans. Computers 46(8), 1997. A failure before the snapshot is
 * usable falls back to the previous one, and the next is usable R + T + L after the failure's downtime. He asks for
 * L ≤ T + C; the result holds beyond, if snapshots become usable in order and do not delay each other.
 */
export const expectedCommittedInterval = (cycle: SnapshotCycle): number => {
  const { mtbf, workInterval, pause, latency = pause } = cycle;
  return Math.exp((latency - pause) / mtbf) * Math.expm1((workInterval + pause) / mtbf) * failureCost(cycle);
};

/** Γ/T - 1: the share by which snapshots, failures and recoveries lengthen the work. Its optimum is `exactOptimum`. */
export const overheadRatio = (cycle: SnapshotCycle): number =>
  expectedCommittedInterval(cycle) / cycle.workInterval - 1;

/**
 * Expected seconds until `intervals` intervals of work lie in usable snapshots, starting with nothing: the first needs
 * T + L without a failure, each later one costs Γ.
 */
export const expectedTimeToCommit = (cycle: SnapshotCycle, intervals: number): number => {
  const { mtbf, workInterval, pause, latency = pause } = cycle;
  const first = Math.expm1((workInterval + latency) / mtbf) * failureCost(cycle);
  return first + (intervals - 1) * expectedCommittedInterval(cycle);
};
