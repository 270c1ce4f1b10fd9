/** What a failure costs before work goes on, and the conventions in which published formulas differ. */
export interface Recovery {
  /** Mean time between failures in seconds; failures are Poisson. */
  readonly mtbf: number;
  /** Seconds of detection and provisioning after a failure. */
  readonly detect: number;
  /** Seconds of restoring; a failure can hit it. */
  readonly restore: number;
  /** May a failure strike during detection, which then starts again? Default: false. */
  readonly failDuringDetect?: boolean;
  /** Does a failure during the restore cost a new detection before the new restore? Default: true. */
  readonly restoreRepeatsDetect?: boolean;
}

/** Expectations of one recovery, from a failure outside it until work goes on. */
export interface RecoveryCost {
  /** Seconds spent in detection and provisioning. */
  readonly down: number;
  /** Seconds spent restoring, unfinished attempts included. */
  readonly restoring: number;
  /** Failures, the first one included. */
  readonly failures: number;
}

/**
 * Expected cost of one recovery. With a failure-free detection D and a restore R that repeats it on a hit, R succeeds
 * with e^(-λR), so that D is paid e^(λR) times and the restoring lasts (e^(λR) - 1)/λ; the other conventions likewise.
 */
export const recoveryCost = (recovery: Recovery): RecoveryCost => {
  const { mtbf, detect, restore, failDuringDetect = false, restoreRepeatsDetect = true } = recovery;
  const rate = 1 / mtbf;
  const oneDetection = failDuringDetect ? Math.expm1(rate * detect) / rate : detect;
  const detections = restoreRepeatsDetect ? Math.exp(rate * restore) : 1;
  const hitsInOneDetection = failDuringDetect ? Math.expm1(rate * detect) : 0;
  return {
    down: oneDetection * detections,
    restoring: Math.expm1(rate * restore) / rate,
    failures: Math.exp(rate * restore) + hitsInOneDetection * detections,
  };
};

/** Expected seconds that one failure costs from its instant, the mean wait for it included: 1/λ + recovery. */
export const failureCost = (recovery: Recovery): number => {
  const { down, restoring } = recoveryCost(recovery);
  return recovery.mtbf + down + restoring;
};
