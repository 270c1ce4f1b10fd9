import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterScenario, SnapshotPlan } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { withCopies } from "./lone-vm.ts";
import { hostOutages, smallCluster, vmFailures } from "./small-cluster.ts";

/** A week or so with a failed host and a failed VM. */
const failing = (plan: Partial<SnapshotPlan>, change: Partial<ClusterScenario> = {}): ClusterScenario => {
  const interval = plan.interval ?? smallCluster.snapshot.interval;
  const scenario: ClusterScenario = {
    ...smallCluster,
    ...change,
    horizon: 150 * interval + 700.25,
    snapshot: { ...smallCluster.snapshot, ...plan },
  };
  return vmFailures(hostOutages(scenario, [[0, 61.3 * interval, 61.3 * interval + 90, true]]), [[1, 110.7 * interval]]);
};

const assertExact = (scenario: ClusterScenario): void => {
  const [full, forward] = (["full", "fast-forward"] as const).map((fidelity) =>
    simulateCluster({ ...scenario, fidelity }, { seed: 7, replication: 0 }),
  );
  assert.match(forward!.notes[0]!, /exact: \d{2,} repeated cycles/);
  const differing = Object.entries(full!.metrics).filter(([column, a]) => {
    const b = forward!.metrics[column]!;
    return !(Object.is(a, b) || Math.abs(a - b) <= 1e-8 * Math.max(1e-3, Math.abs(a)));
  });
  assert.equal(
    differing.map(([column, a]) => `${column}: ${a} and ${forward!.metrics[column]}`),
    [],
  );
};

test("a jump over cycles of pre-copy changes no column", () => {
  for (const record of ["full", "incremental"] as const) {
    for (const plan of [
      {},
      { downtimeLimit: 0.002, maxRounds: 5 },
      { intervalFrom: "end" },
      { onOverrun: "skip" },
    ] as const) {
      assertExact(failing({ capture: "pre-copy", record, ...plan }));
    }
  }
  const two = { ...smallCluster.cluster, count: 2 };
  assertExact(failing({ capture: "pre-copy", record: "incremental" }, { cluster: two }));
});

test("a jump over cycles with shared fault paths, hot pages first or linear dirtying changes no column", () => {
  for (const faultPath of ["separate", "shared"] as const) {
    for (const order of ["address", "hot-first"] as const) {
      for (const record of ["incremental", "lazy-incremental"] as const) {
        assertExact(failing({ faultPath, order, record }));
      }
    }
  }
  const { workload } = smallCluster.cluster;
  const linear = { ...smallCluster.cluster, workload: { ...workload, dirtyModel: "linear" } } as const;
  assertExact(failing({}, { cluster: linear }));
  assertExact(failing({ faultPath: "shared", order: "hot-first" }, { cluster: linear }));
});

test("a jump over cycles in which guests are throttled changes no column", () => {
  const slow = { ...smallCluster.snapshot.costs, copyRate: 4 * 2 ** 20 };
  const scenario = withCopies(failing({ interval: 2, onOverrun: "throttle", costs: slow }), 1);
  assertExact(scenario);
  const { metrics } = simulateCluster(scenario, { seed: 7, replication: 0 });
  assert.ok(metrics["throttle"]! > 0.1);
});

test.run();
