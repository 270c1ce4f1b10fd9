import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterPolicy } from "../../models/policies/cluster-policy.ts";
import { periodic } from "../../models/policies/periodic.ts";
import { PolicyFailed } from "../../models/policies/policy-failed.ts";
import { protect } from "../../models/policies/protect.ts";
import { rollback } from "../../models/policies/rollback.ts";
import type { ClusterScenario, UserPolicy } from "../../models/scenario.ts";
import { type ClusterResult, simulateCluster } from "../../models/simulate.ts";
import { Interrupted, type Policy, type Snapshot, type Testbed } from "../../models/testbed.ts";
import { hostOutages, smallCluster, vmFailures } from "./small-cluster.ts";

const test = suite("policies of one's own");

/** Only its name matters here: the policy is given to the simulation as a function. */
const mine: UserPolicy = {
  program: { name: "mine.ts", folder: "/", sha256: "", code: "", sourceMap: "" },
  options: {},
};

const calm: ClusterScenario = { ...smallCluster, horizon: 400, policy: mine };
const shaken = vmFailures(calm, [[1, 100]]);

const run = (policy: ClusterPolicy, scenario = calm): ClusterResult =>
  simulateCluster(scenario, { seed: 1, replication: 0 }, policy);

/** A policy that does this, and nothing after it. */
const doing = (
  what: (bed: Testbed, ...rest: Parameters<ClusterPolicy> extends [Testbed, ...infer R] ? R : never) => Policy,
) => what;

const complaint = (policy: ClusterPolicy, scenario = calm): string => {
  try {
    run(policy, scenario);
  } catch (error) {
    assert.instance(error, PolicyFailed, String(error));
    return (error as PolicyFailed).message;
  }
  return "no complaint";
};

test("our own policy under guard gives what it gives without, and says that nothing was jumped over", () => {
  const eventful = hostOutages({ ...smallCluster, horizon: 2000, fidelity: "auto" }, [
    [0, 310, 900],
    [2, 640, 700, true],
  ]);
  const free = simulateCluster({ ...eventful, fidelity: "full" }, { seed: 3, replication: 1 });
  const guarded = simulateCluster({ ...eventful, policy: mine }, { seed: 3, replication: 1 }, protect);
  assert.equal(guarded.metrics, free.metrics);
  assert.equal(guarded.notes, [
    "fidelity: full, every cycle simulated: nothing tells whether the cycles of mine.ts repeat",
  ]);
});

test("a policy without `every` takes its snapshots when it likes, and knows what each has cost", () => {
  const seen: Snapshot[] = [];
  const captured: number[] = [];
  const ages: number[] = [];
  const { metrics } = run(
    doing(function* (bed, cluster, plans) {
      for (const wait of [10, 20, 40]) {
        assert.is(bed.restorePoint(cluster), seen.at(-1));
        yield* bed.sleep(wait);
        const snapshot = yield* bed.snapshot(cluster, plans.snapshot);
        assert.equal([snapshot.state, snapshot.durabilityLatency], ["captured", undefined]);
        captured.push(snapshot.bytes);
        yield* bed.replicate(snapshot, plans.storage);
        seen.push(snapshot);
        ages.push(bed.now - bed.restorePoint(cluster)!.cutAt);
      }
      yield* bed.sleep(1e6);
    }),
  );
  assert.equal([metrics["snapshots"], metrics["snapshotsDurable"]], [3, 3]);
  assert.equal(
    seen.map(({ number, cutAt }) => [number, cutAt > 10]),
    [
      [1, false],
      [2, true],
      [3, true],
    ],
  );
  assert.is(seen[0]!.cutAt, 10);
  // 384 MiB of each of three VMs are kept the first time, and later what has changed.
  assert.is(captured[0], 3 * 384 * 2 ** 20);
  assert.ok(captured[1]! < captured[0]! && captured[2]! < captured[0]!);
  // The older ones were merged into the last, as one is kept.
  assert.is(seen[2]!.bytes, captured[0]);
  const mean = (figures: readonly number[]): number => figures.reduce((sum, one) => sum + one, 0) / figures.length;
  for (const fact of ["pause", "captureDuration", "durabilityLatency"] as const)
    assert.ok(Math.abs(mean(seen.map((one) => one[fact]!)) - metrics[`${fact}Mean`]!) < 1e-9, fact);
  for (const [i, age] of ages.entries()) assert.ok(Math.abs(age - seen[i]!.durabilityLatency!) < 1e-9);
});

test("a plan that is a function is asked anew for each cycle", () => {
  const cuts: number[] = [];
  run(
    doing(function* (bed, cluster, plans) {
      let interval = 10;
      const plan = () => ({ ...plans.snapshot, interval });
      yield* bed.every(cluster, plan, function* () {
        const snapshot = yield* bed.snapshot(cluster, plans.snapshot);
        cuts.push(snapshot.cutAt);
        interval *= 2;
        yield* bed.replicate(snapshot, plans.storage);
      });
    }),
  );
  // The next interval is asked for when the cycle has gone on behind `snapshot`, up to its next wait.
  const gaps = cuts.map((cut, i) => Number((cut - (cuts[i - 1] ?? 0)).toFixed(6)));
  assert.equal(gaps, [10, 20, 40, 80, 160]);
});

test("a rollback of one's own is measured like ours", () => {
  const late: ClusterPolicy = function* (bed, cluster, plans) {
    for (;;) {
      try {
        yield* periodic(bed, cluster, plans.snapshot, plans.storage);
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        yield* bed.sleep(25);
        yield* rollback(bed, cluster, { ...plans.rollback, placement: "first-fit", unreachable: "cold" });
      }
    }
  };
  const ours = run(protect, shaken).metrics;
  const theirs = run(late, shaken).metrics;
  assert.is(theirs["rollbacks"], 1);
  assert.ok(Math.abs(theirs["ttrMean"]! - ours["ttrMean"]! - 25) < 1e-6);
});

test("a second failure of a VM that nobody has begun to restore is none", () => {
  const twice = vmFailures(calm, [
    [1, 100],
    [1, 110],
  ]);
  const { metrics } = run(
    doing(function* (bed, cluster, plans) {
      try {
        yield* periodic(bed, cluster, plans.snapshot, plans.storage);
      } catch {
        yield* bed.sleep(25);
        yield* rollback(bed, cluster, plans.rollback);
        yield* periodic(bed, cluster, plans.snapshot, plans.storage);
      }
    }),
    twice,
  );
  assert.equal([metrics["vmFailures"], metrics["ignoredOutages"], metrics["rollbacks"]], [1, 1, 1]);
});

test("a policy that ends leaves its cluster unprotected, and the result says from when", () => {
  const brief: ClusterPolicy = function* (bed, cluster, plans) {
    const snapshot = yield* bed.snapshot(cluster, plans.snapshot);
    yield* bed.replicate(snapshot, plans.storage);
    yield* bed.sleep(50 - bed.now);
  };
  const { metrics, notes } = run(
    brief,
    vmFailures(calm, [
      [0, 100],
      [0, 300],
      [2, 350],
    ]),
  );
  assert.match(
    notes.join("\n"),
    /^policy mine\.ts ended 50 s after the start: from then on its cluster was unprotected$/m,
  );
  assert.equal([metrics["snapshots"], metrics["rollbacks"]], [1, 0]);
  // Down from the first failure to the end, of which nobody takes care.
  assert.ok(Math.abs(metrics["downtimeDetect"]! - 300 / 400) < 1e-9);
});

const snapshotOnly = doing(function* (bed, cluster, plans) {
  yield* bed.every(cluster, plans.snapshot, function* () {
    yield* bed.snapshot(cluster, plans.snapshot);
  });
});

for (const [law, policy, message, scenario] of [
  [
    "is a generator",
    (() => undefined) as unknown as ClusterPolicy,
    /at 0 s: is no generator but undefined: write function\*/,
  ],
  ["is not asynchronous", (async () => {}) as unknown as ClusterPolicy, /is no generator but a promise/],
  [
    "waits for what the testbed gives it, not for a number",
    doing(function* () {
      yield 5 as never;
    }),
    /yields the number 5, which is nothing to wait for: yield\* what a verb of the testbed returns/,
  ],
  [
    "waits for no promise",
    doing(function* () {
      yield Promise.resolve() as never;
    }),
    /yields a promise, which is nothing to wait for/,
  ],
  [
    "delegates to verbs",
    doing(function* (bed) {
      yield bed.sleep(3) as never;
    }),
    /yields a generator, which is nothing to wait for: write yield\* instead of yield/,
  ],
  [
    "lets time pass",
    doing(function* (bed) {
      for (;;) yield* bed.sleep(0);
    }),
    /at 0 s: asked for 100000 things without letting time pass/,
  ],
  [
    "does not wait for the clock by looking at it",
    doing(function* (bed) {
      yield* bed.sleep(7);
      while (bed.now < 8);
    }),
    /at 7 s: asked for 100000 things without letting time pass/,
  ],
  [
    "cannot sleep backwards",
    doing(function* (bed) {
      yield* bed.sleep(-1);
    }),
    /cannot sleep -1 seconds/,
  ],
  [
    "is told what it throws, and when",
    doing(function* (bed) {
      yield* bed.sleep(12.5);
      throw new TypeError("no such thing");
    }),
    /^policy mine\.ts, at 12\.5 s: throws TypeError: no such thing$/,
  ],
  [
    "is told what a cycle of it throws",
    doing(function* (bed, cluster, plans) {
      // biome-ignore lint/correctness/useYield: it throws before it could
      yield* bed.every(cluster, plans.snapshot, function* () {
        throw new TypeError("no such thing");
      });
    }),
    /at 40 s: throws TypeError: no such thing/,
  ],
  [
    "catches what interrupts it",
    doing((bed, cluster, plans) => periodic(bed, cluster, plans.snapshot, plans.storage)),
    /does not catch what interrupts it \(cluster: cluster vm 1 failed\)/,
    shaken,
  ],
  [
    "rolls a failed cluster back before it goes on",
    doing(function* (bed, cluster, plans) {
      for (;;) {
        try {
          yield* periodic(bed, cluster, plans.snapshot, plans.storage);
        } catch {}
      }
    }),
    /goes on with snapshots of a cluster that is failed: catch Interrupted and roll it back first/,
    shaken,
  ],
  [
    "rolls back step by step",
    doing(function* (bed, cluster, plans) {
      try {
        yield* bed.sleep(1000);
      } catch {
        yield* bed.announce(cluster, plans.rollback);
      }
    }),
    /announces the VMs of a cluster that is failed, not running/,
    shaken,
  ],
  [
    "rolls back only what has failed",
    doing((bed, cluster, plans) => rollback(bed, cluster, plans.rollback)),
    /plans a rollback of a cluster that is up, not failed/,
  ],
  [
    "starts cold only without a restore point",
    doing(function* (bed, cluster, plans) {
      try {
        yield* periodic(bed, cluster, plans.snapshot, plans.storage);
      } catch {
        yield* bed.plan(cluster, plans.rollback);
        yield* bed.coldStart(cluster, plans.rollback);
      }
    }),
    /starts cold, although its plan found a restore point/,
    shaken,
  ],
  [
    "replicates what it takes",
    snapshotOnly,
    /at 4\d\.\d+ s: ends its cycle without replicating snapshot 1, which could never become/,
  ],
  [
    "replicates it once",
    doing(function* (bed, cluster, plans) {
      const snapshot = yield* bed.snapshot(cluster, plans.snapshot);
      yield* bed.replicate(snapshot, plans.storage);
      yield* bed.replicate(snapshot, plans.storage);
    }),
    /replicates snapshot 1 again/,
  ],
  [
    "takes a snapshot in each cycle",
    doing(function* (bed, cluster, plans) {
      yield* bed.every(cluster, plans.snapshot, () => bed.sleep(1));
    }),
    /at 41 s: ends a cycle without a snapshot/,
  ],
  [
    "takes one in each",
    doing(function* (bed, cluster, plans) {
      yield* bed.every(cluster, plans.snapshot, function* () {
        for (;;) yield* bed.replicate(yield* bed.snapshot(cluster, plans.snapshot), plans.storage);
      });
    }),
    /takes two snapshots in one cycle/,
  ],
  [
    "asks for an interval that can be",
    doing((bed, cluster, plans) => periodic(bed, cluster, { ...plans.snapshot, interval: Number.NaN }, plans.storage)),
    /asks for an interval of NaN s; the least is 1 ms/,
  ],
  [
    "changes only what is its choice",
    doing((bed, cluster, plans) => periodic(bed, cluster, { ...plans.snapshot, record: "full" }, plans.storage)),
    /changes snapshot\.record; its choice are interval and maxInFlight/,
  ],
  [
    "leaves storage to the scenario",
    doing((bed, cluster, plans) => periodic(bed, cluster, plans.snapshot, { ...plans.storage, keep: 9 })),
    /changes storage\.keep; nothing there is its choice/,
  ],
  [
    "does not change the plans under the simulator",
    // biome-ignore lint/correctness/useYield: it throws before it could
    doing(function* (_bed, _cluster, plans) {
      (plans.snapshot as { interval: number }).interval = 1;
    }),
    /throws TypeError: Cannot assign to read only property 'interval'/,
  ],
  [
    "cannot catch what it has broken",
    doing(function* (bed) {
      try {
        yield* bed.sleep(-1);
      } catch {}
      yield* bed.sleep(1e6);
    }),
    /cannot sleep -1 seconds/,
  ],
] as readonly (readonly [string, ClusterPolicy, RegExp, ClusterScenario?])[])
  test(`a policy ${law}`, () => {
    assert.match(complaint(policy, scenario ?? calm), message);
  });

test("a scenario that names a module is not run without it", () => {
  assert.throws(() => simulateCluster(calm, { seed: 1, replication: 0 }), /mine\.ts has to be given/);
});

test.run();
