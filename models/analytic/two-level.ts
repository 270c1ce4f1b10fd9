import { requireCount, requireDuration, requirePositive } from "./in-range.ts";

/** Failures of one level and what they cost. Seconds. */
export interface Level {
  /** Stop-copy time of a snapshot of this level. */
  readonly pause: number;
  /** Mean time between failures that this level's newest snapshot repairs; Infinity: none. */
  readonly mtbf: number;
  /** After such a failure, failure-free. */
  readonly detect: number;
  /** A failure of either level can hit it; one of the second level leads to the second level. */
  readonly restore: number;
}

/** Snapshots nearby after each segment of work, and far away as well after each `segments`-th. */
export interface TwoLevelPattern {
  readonly segments: number;
  /** Work of each segment. Seconds. */
  readonly workInterval: number;
  /** What loses memory only: restarts from the newest snapshot of either level. */
  readonly first: Level;
  /** What loses the nearby snapshots too: restarts from the newest one far away. Its pause comes after the first's. */
  readonly second: Level;
}

/**
 * Expected seconds from one far snapshot to the next, from E_i, the time from segment i on: each equation has E_i on
 * the left, and E_(i+1) and E_0 on the right, so that one pass from the end solves them, with sums and products only.
 * In the style of Vaidya, IEEE Trans. Computers 44(9), 1995 (two-level recovery).
 *
 * @returns Infinity when it is beyond what a number can hold
 * @throws RangeError that names the argument which is impossible.
 */
export const expectedPattern = (pattern: TwoLevelPattern): number => {
  const { segments, workInterval, first, second } = pattern;
  requireCount("two levels", { segments });
  requirePositive("two levels", { workInterval, "first mtbf": first.mtbf, "second mtbf": second.mtbf });
  for (const [name, { pause, detect, restore }] of Object.entries({ first, second })) {
    requireDuration("two levels", {
      [`${name} pause`]: pause,
      [`${name} detect`]: detect,
      [`${name} restore`]: restore,
    });
  }
  const rate = 1 / first.mtbf + 1 / second.mtbf;
  const passing = (seconds: number): Passing => {
    const hit = -Math.expm1(-rate * seconds);
    return {
      passes: Math.exp(-rate * seconds),
      hitFirst: rate === 0 ? 0 : hit / (first.mtbf * rate),
      hitSecond: rate === 0 ? 0 : hit / (second.mtbf * rate),
      spent: rate === 0 ? seconds : hit / rate,
    };
  };
  // A far restore that is hit begins again, whatever hit it, and ends at segment 0.
  const far = passing(second.restore);
  const farCost = (second.detect + far.spent) / far.passes;
  // A nearby restore ends at its segment, or is hit by the second level and ends at segment 0.
  const near = passing(first.restore);
  const nearEnds = near.passes + near.hitSecond;
  const nearCost = (first.detect + near.spent + near.hitSecond * farCost) / nearEnds;
  // E_i = cost + kept × E_0 has 1 - kept = `onward`, the probability that the far snapshot is reached from here.
  let cost = 0;
  let onward = 1;
  for (let segment = segments - 1; segment >= 0; segment--) {
    const { passes, hitFirst, hitSecond, spent } = passing(
      workInterval + first.pause + (segment === segments - 1 ? second.pause : 0),
    );
    const back = hitSecond + (hitFirst * near.hitSecond) / nearEnds;
    const leaves = passes + back;
    cost = (spent + hitFirst * nearCost + hitSecond * farCost + passes * cost) / leaves;
    onward = (passes * onward) / leaves;
  }
  return cost / onward;
};

/** What happens to a stretch of time: it passes, or one of the levels strikes it first; and how long that takes. */
interface Passing {
  readonly passes: number;
  readonly hitFirst: number;
  readonly hitSecond: number;
  readonly spent: number;
}
