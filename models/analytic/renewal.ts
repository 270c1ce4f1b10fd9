import { expectedCommittedInterval, type SnapshotCycle } from "./background-snapshot.ts";
import { recoveryCost } from "./recovery.ts";

/** Long-run fractions of time of a unit that is snapshotted for ever, and rates per second. */
export interface RenewalFractions {
  /** Executing, work that is lost later included: the availability when a pause counts as down. */
  readonly executing: number;
  /** Paused for a snapshot. `executing + snapshot` is the availability when a pause counts as up. */
  readonly snapshot: number;
  readonly restoring: number;
  readonly down: number;
  /** Work that is kept, per unit of time: the long-run `workRatio`. */
  readonly useful: number;
  /** `executing - useful`. */
  readonly lost: number;
  /** Failures per second, those during detection and restore included. */
  readonly failureRate: number;
  /** Failures per second that strike while the unit is executing or paused. */
  readonly rollbackRate: number;
  /** Seconds of work lost in each rollback on average. */
  readonly lostPerRollback: number;
}

/**
 * Renewal-reward fractions under Poisson failures (Ross, Stochastic Processes, theorem 3.6.1), from the cycle between
 * two snapshots of a stop-copy unit. A latency beyond the pause changes what is lost and nothing else, because after a
 * restore the phases work, pause, work, … follow each other until the next failure whatever is durable.
 */
export const renewalFractions = (cycle: SnapshotCycle): RenewalFractions => {
  const { mtbf, workInterval, pause } = cycle;
  const load = (workInterval + pause) / mtbf;
  const hits = Math.expm1(load);
  const recovery = recoveryCost(cycle);
  const length = expectedCommittedInterval({ ...cycle, latency: pause });
  const executing = (mtbf * Math.exp(load) * -Math.expm1(-workInterval / mtbf)) / length;
  const useful = workInterval / expectedCommittedInterval(cycle);
  const rollbackRate = hits / length;
  return {
    executing,
    snapshot: (mtbf * Math.expm1(pause / mtbf)) / length,
    restoring: (hits * recovery.restoring) / length,
    down: (hits * recovery.down) / length,
    useful,
    lost: executing - useful,
    failureRate: (hits * recovery.failures) / length,
    rollbackRate,
    lostPerRollback: (executing - useful) / rollbackRate,
  };
};
