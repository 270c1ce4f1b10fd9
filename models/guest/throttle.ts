import { boundary } from "../analytic/bounded-search.ts";
import { preCopyRounds } from "../analytic/pre-copy.ts";
import { type Stage, type StageUse, stages } from "../books/stage-use.ts";
import type { SnapshotPlan } from "../scenario.ts";
import type { DirtyCurve } from "./dirty-curve.ts";
import { pageSize } from "./memory.ts";

/** A stage that is throttled for is in use for this part of the interval: it ends before the next cut, not at it. */
export const throttledUse = 0.99;

/** A guest is never slowed below this part of its speed: QEMU's `max-cpu-throttle` is 99 %. */
export const leastSpeed = 0.01;

/** What the guests of a cluster did from one cut to the next, in seconds for all of them together. */
export interface Epoch {
  readonly work: number;
  readonly wall: number;
  /** Part of `wall` for which throttling stood. */
  readonly throttled: number;
}

/** What the slowest VM of a cluster needed for the rounds of its last pre-copy. */
export interface RoundCosts {
  /** Bytes per second while it sent. */
  readonly rate: number;
  /** Seconds of the capture in which it did not send. */
  readonly overhead: number;
}

/** What is known when guests are about to be cut, and are to run on at another speed. */
export interface ThrottleInputs {
  readonly plan: SnapshotPlan;
  /** For which a guest stands still in each cycle, in seconds. */
  readonly pause: number;
  readonly vms: number;
  readonly curve: DirtyCurve;
  readonly use: { readonly [stage in Stage]: StageUse };
  readonly epoch: Epoch;
  /** After a pre-copy. */
  readonly rounds: RoundCosts | undefined;
}

/**
 * The part of its speed at which a guest writes just what its stages can save within the interval: `onOverrun: throttle`.
 * From what a byte of the last snapshot cost each stage follows how much the next may hold, V = 0.99 I / (seconds per
 * byte), from the distinct-write curve the work after which so much is dirty, U(w) = V, and from the stalls of the last
 * epoch the speed at which that takes the interval less the pause, w (1 / speed + stalls per work) = I - pause. It is the
 * smallest slow-down with which every stage keeps up, once a cycle is like the one before. The capture of a pre-copy is
 * not in proportion to what it saves: it keeps up at the highest speed at which its rounds end within 0.99 I even if they
 * begin with what a whole interval has dirtied, as they do after one that left nothing over.
 */
export const throttledSpeed = (inputs: ThrottleInputs): number => {
  const { plan, pause, vms, curve, use, epoch, rounds } = inputs;
  const stall = epoch.work > 0 ? (epoch.wall - epoch.work - epoch.throttled) / epoch.work : 0;
  const [measured, ofRounds] = rounds === undefined ? [stages, 1] : [laterStages, roundsSpeed(inputs, rounds, stall)];
  const slowest = Math.max(...measured.map((stage) => use[stage].secondsPerByte));
  if (slowest === 0) return ofRounds;
  const work = workUntil(curve, (throttledUse * plan.interval) / slowest / pageSize / vms);
  const slowness = (plan.interval - pause) / work - stall;
  return Math.min(ofRounds, Math.max(leastSpeed, slowness > 1 ? 1 / slowness : 1));
};

const laterStages = stages.filter((stage) => stage !== "capture");

/** The highest speed at which the rounds of a pre-copy end in time, when they are sent as fast as the last ones. */
const roundsSpeed = ({ plan, curve }: ThrottleInputs, { rate, overhead }: RoundCosts, stall: number): number => {
  const { interval, downtimeLimit, maxRounds } = plan;
  const keepsUp = (speed: number): boolean => {
    const dirtied = (seconds: number): number => pageSize * curve.at(seconds / (1 / speed + stall));
    const { duration } = preCopyRounds({ set: dirtied(interval), rate, dirtied, downtimeLimit, maxRounds });
    return overhead + duration <= throttledUse * interval;
  };
  return keepsUp(1) ? 1 : boundary(keepsUp, leastSpeed, 1);
};

/** Seconds of work until so many pages are dirty; Infinity if they never are. */
const workUntil = (curve: DirtyCurve, pages: number): number => {
  if (pages >= curve.limit) return Number.POSITIVE_INFINITY;
  let [low, high] = [0, 1];
  while (curve.at(high) < pages) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return low;
    if (curve.at(middle) < pages) low = middle;
    else high = middle;
  }
};
