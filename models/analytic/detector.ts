/** A detector that hears heartbeats at a fixed distance and declares dead what it has not heard of for the timeout. */
export interface Detector {
  /** Seconds between heartbeats. */
  readonly heartbeat: number;
  /** Seconds of silence that mean failure. */
  readonly timeout: number;
}

/** Heartbeats that have to be missing in a row before anything is suspected: the one due at the timeout itself counts. */
export const missesToSuspect = ({ heartbeat, timeout }: Detector): number =>
  Math.floor((timeout / heartbeat) * (1 + 4 * Number.EPSILON));

/**
 * Mean seconds from a failure to its detection: timeout - U(0, heartbeat). If heartbeats are lost independently with
 * probability `loss`, the silence has begun earlier by the L that were lost last, fewer than k = ⌊timeout / heartbeat⌋ of what
 * was not suspected: E[L | L < k] = loss / (1 - loss) - k loss^k / (1 - loss^k).
 */
export const meanDetectionDelay = (detector: Detector, loss = 0): number => {
  const { heartbeat, timeout } = detector;
  const misses = missesToSuspect(detector);
  const run = loss ** misses;
  return timeout - heartbeat / 2 - heartbeat * (loss / (1 - loss) - (misses * run) / (1 - run));
};

/**
 * Mean seconds until a healthy component is suspected because its heartbeats were lost, each independently with
 * probability `loss`: from a heartbeat that was heard to a run of k = ⌊timeout / heartbeat⌋ lost ones,
 * `heartbeat (1 - loss^k) / ((1 - loss) loss^k)`, and on to the timeout. Infinity without losses.
 *
 * Source: Feller, An Introduction to Probability Theory and Its Applications I, XIII.7 (success runs).
 */
export const meanTimeToFalseSuspicion = (detector: Detector, loss: number): number => {
  const { heartbeat, timeout } = detector;
  const misses = missesToSuspect(detector);
  const run = loss ** misses;
  return (heartbeat * (1 - run)) / ((1 - loss) * run) + (timeout - misses * heartbeat);
};
