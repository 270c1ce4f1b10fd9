import { requireCount, requirePositive } from "./in-range.ts";

/** An error that corrupts every snapshot taken until it is noticed. Seconds. */
export interface LatentError {
  /** From snapshot to snapshot; the error comes at a uniformly random place between two. */
  readonly interval: number;
  /** Mean time until the error is noticed, exponential. */
  readonly detectionLatency: number;
  /** Snapshots that are kept. */
  readonly kept: number;
}

/**
 * Probability that the error has spoilt all snapshots that are kept: that at least k are taken before it is noticed,
 * e^(-(k-1) x) (1 - e^(-x)) / x with x = interval / latency.
 *
 * @throws RangeError that names the argument which is impossible.
 */
export const allSnapshotsSpoilt = ({ interval, detectionLatency, kept }: LatentError): number => {
  requirePositive("latent errors", { interval, detectionLatency });
  requireCount("latent errors", { kept });
  const x = interval / detectionLatency;
  return (Math.exp(-(kept - 1) * x) * -Math.expm1(-x)) / x;
};
