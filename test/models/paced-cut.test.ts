import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import { trafficOf } from "../../models/cut/traffic.ts";
import type { ClusterScenario, SnapshotPlan } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { smallCluster } from "./small-cluster.ts";

const run = (scenario: ClusterScenario): Columns => simulateCluster(scenario, { seed: 7, replication: 0 }).metrics;

/** Two VMs share the disk of one host, a third has one for itself: its copier is twice as fast. */
const uneven = (plan: Partial<SnapshotPlan>): ClusterScenario => ({
  ...smallCluster,
  horizon: 410,
  cluster: {
    ...smallCluster.cluster,
    placement: "first-fit",
    vm: { ...smallCluster.cluster.vm, cores: 4 },
    traffic: trafficOf("none", 3, 0),
  },
  snapshot: { ...smallCluster.snapshot, capture: "pre-copy", record: "incremental", downtimeLimit: 0.3, ...plan },
  rollback: { ...smallCluster.rollback, placement: "first-fit" },
});

const late = (cut: SnapshotPlan["cut"]): Columns =>
  run(
    uneven({
      cut,
      costs: { ...smallCluster.snapshot.costs, prepareSpread: { law: "empirical", sample: [0, 0.2] } },
    }),
  );

test("paced copiers end their rounds together, however their hosts are shared", () => {
  const [alone, paced] = (["independent", "paced"] as const).map((cut) => run(uneven({ cut }))) as [Columns, Columns];
  assert.ok(alone["cutSkew"]! > 0.1, `VMs that are cut alone are ${alone["cutSkew"]} s apart`);
  assert.ok(paced["cutSkew"]! < 1e-6, `paced VMs are ${paced["cutSkew"]} s apart`);
  assert.is(paced["snapshots"], alone["snapshots"]);
});

test("a copier that begins late is faster, as far as its disk lets it", () => {
  const [alone, paced] = [late("independent"), late("paced")];
  assert.ok(paced["cutSkew"]! < 0.5 * alone["cutSkew"]!, `${paced["cutSkew"]} and ${alone["cutSkew"]} s apart`);
});

test("pacing costs the fast ones time, and nobody bytes", () => {
  const [alone, paced] = (["barrier", "paced"] as const).map((cut) => run(uneven({ cut }))) as [Columns, Columns];
  assert.ok(paced["pauseMean"]! < alone["pauseMean"]!, "nobody waits paused for the slowest");
  assert.ok(Math.abs(paced["snapshots"]! - alone["snapshots"]!) <= 1);
});

test("what crosses a paced cut is dropped or forces cuts, and is never an orphan", () => {
  const cluster = { ...uneven({}).cluster, traffic: trafficOf("uniform", 3, 500) };
  const costs = { ...smallCluster.snapshot.costs, prepareSpread: { law: "exponential", mean: 0.5 } as const };
  for (const pacedWith of ["colour", "drop"] as const) {
    const columns = run({ ...uneven({ cut: "paced", pacedWith, costs }), cluster });
    assert.is(columns["orphans"], 0);
    assert.is(columns["messagesDropped"]! > 0, pacedWith === "drop");
    assert.is(columns["cutsForced"]! > 0, pacedWith === "colour");
  }
});

test.run();
