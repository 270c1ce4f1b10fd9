import { setTimeout as sleep } from "node:timers/promises";
import type { Heartbeat } from "../guest/guest-port.ts";
import type { HostedGuest } from "../guest/hosted-guest.ts";
import { TestbedError } from "../testbed-error.ts";

/** A guest works as before while it gives up no more than this part of its writes. */
const responsive = 0.05;
/** Milliseconds: between two questions, and for an answer. */
const [pause, patience] = [100, 1000];

/** Part of the writes due between two heartbeats that the guest gave up, because it was too slow; 0 where none was due. */
export const givenUp = (earlier: Heartbeat, later: Heartbeat): number => {
  const sum = ({ written }: Heartbeat): number => written.reduce((total, one) => total + one, 0);
  const late = later.late - earlier.late;
  const due = late + sum(later) - sum(earlier);
  return due > 0 ? late / due : 0;
};

/**
 * Follows a guest by its heartbeats until something is over.
 *
 * @param now a clock, seconds
 * @returns when it was too slow, or not heard, for the last time; the begin if it never was
 */
export const slowUntil = async (
  guest: Pick<HostedGuest, "beat">,
  over: Promise<unknown>,
  now: () => number,
): Promise<number> => {
  let isOver = false;
  const noted = over.then(
    () => {},
    () => {},
  );
  void noted.then(() => {
    isOver = true;
  });
  let slow = now();
  let last: Heartbeat | undefined;
  while (!isOver) {
    try {
      const beat = await guest.beat(patience);
      if (last !== undefined && givenUp(last, beat) > responsive) slow = now();
      last = beat;
    } catch (error) {
      if (!(error instanceof TestbedError)) throw error;
      slow = now();
    }
    await Promise.race([sleep(pause), noted]);
  }
  return slow;
};
