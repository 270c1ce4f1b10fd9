import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import { LifeCycleAccount } from "../../models/books/life-cycle-account.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { type WatchOptions, watchCluster } from "../../models/watch.ts";
import { smallCluster } from "./small-cluster.ts";

const keep = (scenario: ClusterScenario, seed: number, from = 0, options: WatchOptions = {}): LifeCycleAccount => {
  const account = new LifeCycleAccount(from);
  for (const events of watchCluster(scenario, { seed, replication: 0 }, options)) {
    for (const event of events) account.enter(event);
  }
  return account;
};

const differing = (found: Columns, expected: Columns): string[] =>
  Object.entries(found)
    .filter(([column, value]) => {
      const other = expected[column]!;
      if (Number.isNaN(value)) return !Number.isNaN(other);
      return !(Math.abs(value - other) <= 1e-9 * Math.max(1e-3, Math.abs(other)));
    })
    .map(([column, value]) => `${column}: ${value} instead of ${expected[column]}`);

/** Failures of all sorts, every few hundred seconds. */
const stormy: ClusterScenario = {
  ...smallCluster,
  horizon: 6000,
  failures: {
    ...smallCluster.failures,
    host: {
      kind: "law",
      time: { law: "exponential", mean: 1500 },
      repair: { law: "exponential", mean: 200 },
      permanent: 0.3,
      age: "new",
    },
    vm: {
      kind: "law",
      time: { law: "exponential", mean: 2000 },
      repair: { law: "exponential", mean: 1 },
      permanent: 0,
      age: "new",
    },
  },
};

const often = (mean: number) =>
  ({
    kind: "law",
    time: { law: "exponential", mean },
    repair: { law: "exponential", mean: 60 },
    permanent: 0,
    age: "new",
  }) as const;

const kinds: readonly (readonly [string, ClusterScenario])[] = [
  ["a stormy life", stormy],
  [
    "a life in which disks, racks and uplinks fail too",
    {
      ...stormy,
      failures: {
        ...stormy.failures,
        disk: { ...often(6000), permanent: 1 },
        rack: often(3000),
        uplink: often(3000),
        store: often(3000),
      },
    },
  ],
  ["two clusters that share the disks", { ...stormy, cluster: { ...stormy.cluster, count: 2 } }],
  ["stop-and-copy in full", { ...stormy, snapshot: { ...stormy.snapshot, capture: "stop-and-copy", record: "full" } }],
  ["cuts by clocks that differ", { ...stormy, snapshot: { ...stormy.snapshot, cut: "scheduled", clockSkew: 0.2 } }],
  [
    "cuts of VMs that are not ready at one instant",
    {
      ...stormy,
      snapshot: {
        ...stormy.snapshot,
        cut: "colour",
        costs: { ...stormy.snapshot.costs, prepare: 0.1, prepareSpread: { law: "exponential", mean: 0.5 } },
      },
    },
  ],
  ["pre-copy", { ...stormy, snapshot: { ...stormy.snapshot, capture: "pre-copy", record: "incremental" } }],
  ...(["local", "store"] as const).map(
    (on) =>
      [
        `disks on ${on === "local" ? "their hosts" : "the store"}`,
        { ...stormy, cluster: { ...stormy.cluster, disk: { bytes: 2 ** 30, writeRate: 1e6, on } } },
      ] as const,
  ),
  [
    "pages that come behind the guests",
    { ...stormy, rollback: { ...stormy.rollback, resume: "working-set", background: 2e7, transfer: "multicast" } },
  ],
  ["a quorum of two", { ...stormy, cluster: { ...stormy.cluster, quorum: 2 } }],
  ["tolerated pauses", { ...stormy, pauseTolerance: 0.0305 }],
  ["overrun cycles", { ...stormy, snapshot: { ...stormy.snapshot, interval: 1 }, horizon: 800 }],
];

for (const [name, scenario] of kinds) {
  test(`events tell the truth: the columns that they give are those of the run, in ${name}`, () => {
    for (const seed of scenario === stormy ? [1, 2, 3] : [1]) {
      const { metrics } = simulateCluster(scenario, { seed, replication: 0 });
      const { columns } = keep(scenario, seed);
      assert.ok(Object.keys(columns).length > 50);
      assert.ok(metrics["rollbacks"]! > 0 && metrics["snapshotsDurable"]! > 0);
      assert.equal(differing(columns, metrics), []);
    }
  });
}

test("windows side by side add up to the whole", () => {
  const whole = keep(stormy, 1).columns;
  const early = keep(stormy, 1, 0, { until: 2000 }).columns;
  const late = keep(stormy, 1, 2000).columns;
  for (const column of ["availability", "downtimeDetect", "downtimePause", "storedBytes", "restorePointAgeMean"]) {
    const both = (2000 * early[column]! + 4000 * late[column]!) / 6000;
    assert.ok(
      Math.abs(both - whole[column]!) <= 1e-9 * Math.abs(whole[column]!),
      `${column}: ${both}, ${whole[column]}`,
    );
  }
  for (const column of ["snapshots", "snapshotsDurable", "rollbacks", "hostFailures", "vmFailures"]) {
    assert.is(early[column]! + late[column]!, whole[column], column);
    assert.ok(early[column]! > 0 && late[column]! > 0);
  }
});

test("what was jumped over is left out, and the rest is told", () => {
  const calm: ClusterScenario = { ...smallCluster, horizon: 8000, fidelity: "fast-forward" };
  const { metrics } = simulateCluster(calm, { seed: 1, replication: 0 });
  const account = keep(calm, 1, 200);
  assert.ok(account.jumped > 6000);
  assert.ok(Math.abs(account.now + account.jumped - 7800) < 1e-6);
  // The pauses recur, so a window in which whole cycles were simulated has the same downtime per cycle.
  const perCycle = (account.columns["downtimePause"]! * account.now) / account.columns["snapshots"]!;
  const expected = (metrics["downtimePause"]! * 8000) / metrics["snapshots"]!;
  assert.ok(Math.abs(perCycle - expected) < 0.02 * expected, `${perCycle}, ${expected}`);
});

test.run();
