import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import type { ClusterScenario, SnapshotPlan } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { loneVm } from "./lone-vm.ts";
import { smallCluster, vmFailures } from "./small-cluster.ts";

const run = (scenario: ClusterScenario): Columns => simulateCluster(scenario, { seed: 7, replication: 0 }).metrics;

/** The guests of `scenario` write nothing, so that all snapshots but the first are empty. */
const idle = (scenario: ClusterScenario, plan: Partial<SnapshotPlan>): ClusterScenario => {
  const { workload } = scenario.cluster;
  const classes = workload.classes.map((one) => ({ ...one, writesPerSecond: 0 }));
  return {
    ...scenario,
    horizon: 390,
    cluster: { ...scenario.cluster, workload: { ...workload, classes } },
    snapshot: { ...scenario.snapshot, ...plan },
  };
};

test("an idle guest is saved once, whoever would have served its faults", () => {
  for (const faultPath of ["separate", "shared"] as const) {
    for (const record of ["incremental", "lazy-incremental"] as const) {
      const scenario = idle(loneVm, { faultPath, record });
      const metrics = run(scenario);
      assert.is(metrics["snapshots"], 9);
      assert.is(metrics["faults"], 0);
      const stored = scenario.cluster.workload.classes.filter(({ type }) => type !== "free");
      assert.is(
        metrics["captureBytes"],
        stored.reduce((sum, { pages }) => sum + 4096 * pages, 0),
      );
    }
  }
});

test("an idle cluster loses nothing when a VM fails around an empty cut", () => {
  const { device } = smallCluster.snapshot.costs;
  for (const faultPath of ["separate", "shared"] as const) {
    for (const after of [-1e-3, 0, device / 2, device, 1.001 * device, 2 * device]) {
      const metrics = run(vmFailures(idle(smallCluster, { faultPath }), [[1, 160 + after]]));
      assert.is(metrics["rollbacks"], 1, `${after} s after the cut`);
      assert.is(metrics["pIntact"], 1, `${after} s after the cut`);
    }
  }
});

test.run();
