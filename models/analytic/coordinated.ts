import { requireCount, requireDuration, requirePositive } from "./in-range.ts";

/** A cluster in which every phase has an exponential length. All times are means in seconds. */
export interface CoordinatedCluster {
  readonly vms: number;
  /** Mean time to failure of one VM; any VM that fails rolls the whole cluster back. */
  readonly mttf: number;
  /** Work until a snapshot starts. */
  readonly workInterval: number;
  /** Stop-copy: work stops for it. */
  readonly pause: number;
  /** Detection and provisioning; no failure strikes it. */
  readonly detect: number;
  /** Restoring; a failure leads back to detection. */
  readonly restore: number;
}

/** Long-run probabilities of the phases, and rates per second. */
export interface CoordinatedFigures {
  readonly working: number;
  readonly snapshot: number;
  readonly detecting: number;
  readonly restoring: number;
  /** `working + snapshot`. */
  readonly availability: number;
  /** Work per unit of time that a snapshot keeps. */
  readonly useful: number;
  /** Failures per second that strike work or a snapshot. */
  readonly rollbackRate: number;
  /** Mean work lost in each of them. Seconds. */
  readonly lostPerRollback: number;
}

/**
 * The Markov chain work → snapshot → work with failures to detect → restore → work (Trivedi, Probability and Statistics,
 * 2002, chapter 8). Its balance equations are solved by hand, in products of mean times that may be 0; a visit to work is
 * kept if no failure comes before the end of its snapshot.
 *
 * @throws RangeError that names the argument which is impossible.
 */
export const coordinated = (cluster: CoordinatedCluster): CoordinatedFigures => {
  const { vms, mttf, workInterval, pause, detect, restore } = cluster;
  requireCount("coordinated snapshots", { vms });
  requirePositive("coordinated snapshots", { mttf, workInterval });
  requireDuration("coordinated snapshots", { workInterval, pause, detect, restore });
  const rate = vms / mttf;
  const snapshot = pause / workInterval / (1 + rate * pause);
  const restoring = rate * (1 + snapshot) * restore;
  const detecting = rate * (1 + snapshot) * (1 + rate * restore) * detect;
  const total = 1 + snapshot + restoring + detecting;
  const risk = (1 + rate * workInterval) * (1 + rate * pause);
  // 1 - 1 / risk, over the rate.
  const lostWork = (workInterval + pause + rate * workInterval * pause) / risk;
  return {
    working: 1 / total,
    snapshot: snapshot / total,
    detecting: detecting / total,
    restoring: restoring / total,
    availability: (1 + snapshot) / total,
    useful: 1 / total / risk,
    rollbackRate: (rate * (1 + snapshot)) / total,
    lostPerRollback: lostWork / (1 + snapshot),
  };
};

/**
 * The mean work between snapshots that maximises {@link coordinated}'s `useful`, exactly: √(C M² / (M + C)) with M the mean
 * time between failures of the cluster. A memoryless interval loses all of its mean in a failure, where a fixed one loses
 * half, so that for small C this is Young's interval over √2. Seconds.
 */
export const coordinatedOptimum = ({
  vms,
  mttf,
  pause,
}: Pick<CoordinatedCluster, "vms" | "mttf" | "pause">): number => {
  requireCount("coordinated snapshots", { vms });
  requirePositive("coordinated snapshots", { mttf, pause });
  const mtbf = mttf / vms;
  return Math.sqrt((pause * mtbf) / (1 + pause / mtbf));
};
