/**
 * Snapshots at the interval that Daly's formula gives for what snapshots cost and how often machines fail, both as they
 * are measured while the cluster runs.
 *
 * The cost is the pause of the newest snapshots, so this is for stop-and-copy: what write faults cost after a post-copy
 * cut is not seen. The scenario's interval is the first guess; it holds until machines have failed, or have not failed
 * for so long that a longer one would be right.
 */
import {
  type Cluster,
  dalyHigherOrder,
  Interrupted,
  type Plans,
  type Policy,
  rollback,
  seconds,
  type Testbed,
} from "snapback";

interface Options {
  /** No interval is shorter or longer than these, in seconds. */
  readonly shortest: number;
  readonly longest: number;
}

/** Reads `{ shortest: 1s, longest: 1d }`, both of which may be left out. */
export const options = ({
  shortest = "1s",
  longest = "1d",
  ...rest
}: {
  readonly [option: string]: unknown;
}): Options => {
  for (const unknown of Object.keys(rest)) throw new Error(`there is no option ${unknown}, only shortest and longest`);
  const read = { shortest: seconds(shortest), longest: seconds(longest) };
  if (read.shortest > read.longest) throw new Error(`the shortest interval, ${shortest}, is longer than ${longest}`);
  return read;
};

/** How much a new pause moves the mean. */
const gain = 0.2;

export default function* adaptiveInterval(bed: Testbed, cluster: Cluster, plans: Plans, options: Options): Policy {
  const guess = plans.snapshot.interval;
  let pause: number | undefined;
  let failures = 0;
  /** Time in operation: from each start or return to service to the failure that ended it, in seconds. */
  let operated = 0;

  const interval = (since: number): number => {
    if (pause === undefined) return guess;
    const observed = operated + bed.now - since;
    // By Young, the guess is right for a mean time between failures of guess² / (2 pause).
    const mtbf = failures > 0 ? observed / failures : Math.max(observed, guess ** 2 / (2 * pause));
    // The formula gives the work between snapshots; the plan's interval runs from cut to cut.
    return Math.min(options.longest, Math.max(options.shortest, dalyHigherOrder({ mtbf, pause }) + pause));
  };

  for (;;) {
    const since = bed.now;
    try {
      yield* bed.every(
        cluster,
        () => ({ ...plans.snapshot, interval: interval(since) }),
        function* () {
          const snapshot = yield* bed.snapshot(cluster, plans.snapshot);
          pause = pause === undefined ? snapshot.pause : pause + gain * (snapshot.pause! - pause);
          yield* bed.replicate(snapshot, plans.storage);
        },
      );
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      operated += bed.now - since;
      failures += 1;
      yield* rollback(bed, cluster, plans.rollback);
    }
  }
}
