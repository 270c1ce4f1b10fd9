import { requireCount, requireDuration, requirePositive } from "./in-range.ts";

/** One source sends the same `bytes` to `receivers`; rates are bytes per second. */
export interface Distribution {
  readonly bytes: number;
  readonly receivers: number;
  readonly sourceUp: number;
  /** Of the slowest receiver. */
  readonly receiverDown: number;
  /** Of each receiver. */
  readonly receiverUp: number;
}

/**
 * Least seconds when the source sends to every receiver by itself: max(n F / u_s, F / d_min).
 *
 * Source: J. Kurose and K. Ross, Computer Networking.
 * @throws RangeError
 */
export const unicastTime = (given: Distribution): number => {
  const { bytes, receivers, sourceUp, receiverDown } = checked("unicastTime", given);
  return Math.max((receivers * bytes) / sourceUp, bytes / receiverDown);
};

/**
 * Least seconds when every packet is sent once to all: the slowest receiver sets the pace, max(F / u_s, F / d_min).
 *
 * @throws RangeError
 */
export const multicastTime = (given: Distribution): number => {
  const { bytes, sourceUp, receiverDown } = checked("multicastTime", given);
  return bytes / Math.min(sourceUp, receiverDown);
};

/**
 * Least seconds by any way in which receivers send on what they have: max(F / u_s, F / d_min, n F / (u_s + n u)). No
 * chain, tree or swarm is faster, and a fluid schedule is as fast.
 *
 * Source: R. Kumar and K. Ross, HotWeb 2006.
 * @throws RangeError
 */
export const peerTime = (given: Distribution): number => {
  const { bytes, receivers, sourceUp, receiverUp } = checked("peerTime", given);
  return Math.max(multicastTime(given), (receivers * bytes) / (sourceUp + receivers * receiverUp));
};

const checked = (form: string, given: Distribution): Distribution => {
  const { bytes, receivers, sourceUp, receiverDown, receiverUp } = given;
  requireDuration(form, { bytes, receiverUp });
  requirePositive(form, { sourceUp, receiverDown });
  requireCount(form, { receivers });
  return given;
};
