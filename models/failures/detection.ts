import type { Detector } from "../analytic/detector.ts";

/**
 * Seconds from a failure to its detection. Heartbeats are sent at `phase`, `phase + heartbeat`, …; a component is
 * declared dead when nothing was heard of it for `timeout` seconds, so between `timeout - heartbeat` and `timeout` after it
 * failed: (timeout - heartbeat / 2) on average.
 */
export const detectionDelay = (detection: Detector, failedAt: number, phase: number): number => {
  const sinceBeat = (((failedAt - phase) % detection.heartbeat) + detection.heartbeat) % detection.heartbeat;
  return detection.timeout - sinceBeat;
};
