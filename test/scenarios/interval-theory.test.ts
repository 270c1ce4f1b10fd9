// limit: 300s
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { meanInterval } from "../../results/statistics/mean-interval.ts";
import { renewalForm } from "../../scenarios/interval-theory.ts";
import { smallCluster } from "../models/small-cluster.ts";

const replications = 12;

const figures = (scenario: ClusterScenario, column: string): number[] =>
  Array.from(
    { length: replications },
    (_, replication) => simulateCluster(scenario, { seed: 3, replication }).metrics[column]!,
  );

const under = (plan: Partial<ClusterScenario["snapshot"]>): ClusterScenario => ({
  ...smallCluster,
  fidelity: "auto",
  horizon: 40 * 86400,
  snapshot: { ...smallCluster.snapshot, ...plan },
  // What the renewal form leaves out is made small: snapshots that become durable between a failure and its detection
  // (by a fast network), and repairs that compete with captures (hosts come back before theirs begins).
  dataCentre: {
    ...smallCluster.dataCentre,
    host: {
      ...smallCluster.dataCentre.host,
      disk: { capacity: Number.POSITIVE_INFINITY, read: 2e11, write: 2e11, latency: 1e-4 },
      nic: 2e11,
    },
    uplink: 1e12,
  },
  storage: { ...smallCluster.storage, repairDelay: 1e9 },
  failures: {
    ...smallCluster.failures,
    host: {
      kind: "law",
      time: { law: "exponential", mean: 86400 },
      repair: { law: "deterministic", value: 600 },
      permanent: 0,
      age: "stationary",
    },
  },
});

test("under Poisson failures the simulated useful work is that of the renewal form", () => {
  let squares = 0;
  let count = 0;
  for (const mode of [
    { capture: "stop-and-copy", record: "full" },
    { capture: "post-copy", record: "lazy-incremental" },
  ] as const) {
    for (const interval of [60, 600, 3600]) {
      const scenario = under({ ...mode, interval });
      const { mean, sd } = meanInterval(figures(scenario, "workRatio"));
      const ttr = meanInterval(figures(scenario, "ttrMean").filter((one) => !Number.isNaN(one))).mean;
      const z = (mean - renewalForm(scenario, ttr)!.workRatio) / (sd / Math.sqrt(replications));
      squares += z * z;
      count += 1;
      assert.ok(Math.abs(z) < 4, `${mode.capture} every ${interval} s: z = ${z}`);
    }
  }
  // The points share their failures, so their z-scores are alike: only a coarse bound on them together.
  assert.ok(squares < 9 * count);
});

test("without a law or a trace of hosts there is no renewal form", () => {
  assert.is(renewalForm(smallCluster, 5), undefined);
});

test.run();
