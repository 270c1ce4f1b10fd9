import { minimise } from "./bounded-search.ts";
import { requireDuration, requirePositive } from "./in-range.ts";
import { type Recovery, recoveryCost } from "./recovery.ts";

/** Work that is verified before each stop-copy snapshot. Seconds. */
export interface VerifiedCycle extends Recovery {
  readonly workInterval: number;
  /** Time of the verification at the end of the work, which finds every silent error. */
  readonly verify: number;
  readonly pause: number;
  /** Mean work between silent errors, which are Poisson and strike computation only; Infinity: none. */
  readonly silentMtbf: number;
}

/**
 * Expected seconds from one verified snapshot to the next. Fail-stop failures (`mtbf`; Infinity: none) strike work,
 * verification, snapshot and restore; a silent error is found by the verification and costs a restore, but no detection.
 * With P the probability that an attempt passes, E = (time of an attempt + recoveries) / P.
 * The patterns of Benoit, Cavelan, Robert and Sun, IPDPS 2014, without their approximations.
 *
 * @throws RangeError that names the argument which is impossible.
 */
export const expectedVerifiedInterval = (cycle: VerifiedCycle): number => {
  const { mtbf, silentMtbf, workInterval, verify, pause, detect, restore } = cycle;
  requirePositive("silent errors", { mtbf, silentMtbf, workInterval });
  requireDuration("silent errors", { workInterval, verify, pause, detect, restore });
  const exposed = (workInterval + verify) / mtbf;
  const silent = workInterval / silentMtbf;
  const verified = Math.exp(-exposed - silent);
  const attempt = (workInterval + verify) * decay(exposed) + verified * pause * decay(pause / mtbf);
  const struck = -Math.expm1(-exposed) - verified * Math.expm1(-pause / mtbf);
  const found = -Math.exp(-exposed) * Math.expm1(-silent);
  const { afterFailure, afterSilent } = recoveries(cycle);
  return (attempt + struck * afterFailure + found * afterSilent) * Math.exp(exposed + silent + pause / mtbf);
};

/** Work between snapshots that minimises {@link expectedVerifiedInterval} per unit of work. Seconds. */
export const verifiedOptimum = (cycle: Omit<VerifiedCycle, "workInterval">): number => {
  const start = Math.log(verifiedFirstOrder(cycle));
  const cost = (lnW: number): number =>
    Math.log(expectedVerifiedInterval({ ...cycle, workInterval: Math.exp(lnW) })) - lnW;
  return Math.exp(minimise(cost, start - 12, start + 3, 1e-12));
};

/** The first-order optimum √((V + C) / (1/silent + 1/(2 mtbf))). Seconds. */
export const verifiedFirstOrder = (cycle: Pick<VerifiedCycle, "mtbf" | "silentMtbf" | "verify" | "pause">): number => {
  const { mtbf, silentMtbf, verify, pause } = cycle;
  requirePositive("silent errors", { mtbf, silentMtbf, "verify + pause": verify + pause });
  if (mtbf === Number.POSITIVE_INFINITY && silentMtbf === Number.POSITIVE_INFINITY) {
    throw new RangeError("silent errors: without failures and without silent errors no interval is best");
  }
  return Math.sqrt((verify + pause) / (1 / silentMtbf + 1 / (2 * mtbf)));
};

/** (1 - e^(-x)) / x: the share of a phase that passes before a failure, when one comes x times in it on average. */
const decay = (x: number): number => (x === 0 ? 1 : -Math.expm1(-x) / x);

/** Seconds of a recovery that begins with detection, and of one that begins with the restore. */
const recoveries = (recovery: Recovery): { afterFailure: number; afterSilent: number } => {
  const { mtbf, detect, restore, failDuringDetect = false } = recovery;
  if (mtbf === Number.POSITIVE_INFINITY) return { afterFailure: detect + restore, afterSilent: restore };
  const { down, restoring } = recoveryCost(recovery);
  const first = failDuringDetect ? mtbf * Math.expm1(detect / mtbf) : detect;
  return { afterFailure: down + restoring, afterSilent: down - first + restoring };
};
