import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import { causes } from "../../models/books/ledger.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { drawCycles } from "../../models/simulation/sampled-cycles.ts";
import { Streams } from "../../sim/index.ts";
import { finishedDomain } from "./finished-domain.ts";
import { hostOutages, smallCluster } from "./small-cluster.ts";
import { assertZScores, zScore } from "./z-scores.ts";

/** Snapshots every two seconds by VMs that are up to some tens of milliseconds late, and two failures. */
const late = (cut: ClusterScenario["snapshot"]["cut"]): ClusterScenario => {
  const { snapshot } = smallCluster;
  const costs = { ...snapshot.costs, prepareSpread: { law: "exponential", mean: 0.03 } as const };
  const outages = [
    [0, 501, 560],
    [2, 1303, 1340],
  ] as const;
  return hostOutages({ ...smallCluster, horizon: 2000, snapshot: { ...snapshot, interval: 2, cut, costs } }, outages);
};

const columns = [
  "availability",
  "workRatio",
  "pauseMean",
  "cutSkew",
  "orphans",
  "messagesDropped",
  "cutsForced",
  "tcpInterruptionMean",
  "tcpInterruptionP50",
  "restorePointAgeMean",
  "captureDurationMean",
  "intervalAchieved",
  "faults",
  "sourceBytes",
  "snapshots",
  "rpoMean",
];

for (const cut of ["independent", "barrier", "colour", "drop"] as const)
  test(`${cut}: cycles that are drawn from a sample come out as those that are simulated`, () => {
    const results = (fidelity: "full" | "fast-forward"): Columns[] =>
      Array.from({ length: 6 }, (_, replication) => {
        const seed = fidelity === "full" ? 21 : 22;
        const { metrics, notes } = simulateCluster({ ...late(cut), fidelity }, { seed, replication });
        if (fidelity === "fast-forward") assert.match(notes[0]!, /approximate, .*: [5-9]\d\d repeated cycles/);
        return metrics;
      });
    const [full, jumped] = [results("full"), results("fast-forward")];
    for (const column of columns) {
      const [a, b] = [full, jumped].map((all) => all.map((one) => one[column]!)) as [number[], number[]];
      const differences = a.map((value, i) => value - b[i]!);
      const scale = Math.max(1, ...a.map(Math.abs));
      // What both agree on to rounding, such as columns that are always 0, has no z-score.
      if (differences.every((one) => Math.abs(one) <= 1e-9 * scale)) continue;
      const z = zScore(differences);
      assert.ok(Math.abs(z) < 4, `${column}: z = ${z}, ${a.slice(0, 3)} and ${b.slice(0, 3)}`);
    }
  });

test("every snapshot that is jumped over counts in what is observed of snapshots", () => {
  for (const cut of ["barrier", "colour"] as const) {
    const { ledger, fastForward } = finishedDomain({ ...late(cut), fidelity: "fast-forward" });
    assert.ok(fastForward!.cyclesSkipped > 500);
    // The capture of one snapshot may be under way at each failure and at the horizon.
    for (const sample of ["pause", "cutSkew", "tcpInterruption"] as const) {
      const missing = ledger.sum("snapshots") - ledger.sample(sample).count;
      assert.ok(missing >= 0 && missing <= 3, `${cut}: ${missing} snapshots without ${sample}`);
    }
  }
});

test("chance that never differs is no chance: such cycles are jumped over exactly", () => {
  const spread = { ...late("colour").snapshot.costs, prepareSpread: { law: "deterministic", value: 0.03 } as const };
  for (const costs of [spread, { ...spread, prepareSpread: { law: "empirical", sample: [0.1, 0.1] } as const }]) {
    const scenario = { ...late("colour"), snapshot: { ...late("colour").snapshot, costs } };
    const { notes } = simulateCluster({ ...scenario, fidelity: "fast-forward" }, { seed: 1, replication: 0 });
    assert.match(notes[0]!, /fast-forward, exact/);
  }
});

test("no time is lost where cycles are drawn while another cluster is paused", () => {
  const scenario = late("barrier");
  for (const pauseTolerance of [0, 10]) {
    const paused: ClusterScenario = {
      ...scenario,
      fidelity: "fast-forward",
      pauseTolerance,
      cluster: { ...scenario.cluster, count: 3 },
      snapshot: { ...scenario.snapshot, capture: "stop-and-copy", record: "full", interval: 5 },
    };
    const { metrics } = simulateCluster(paused, { seed: 1, replication: 0 });
    const down = causes.reduce(
      (sum, cause) => sum + metrics[`downtime${cause[0]!.toUpperCase()}${cause.slice(1)}`]!,
      0,
    );
    assert.ok(Math.abs(metrics["availability"]! + down - 1) < 1e-9);
  }
});

test("messages cross scheduled cuts by chance when the rounds of a pre-copy end when they like", () => {
  const scenario = late("scheduled");
  const { clockSkew, costs } = { clockSkew: 0, costs: { ...scenario.snapshot.costs, prepareSpread: "none" as const } };
  const planned = (capture: "pre-copy" | "post-copy"): readonly string[] =>
    simulateCluster(
      { ...scenario, fidelity: "fast-forward", snapshot: { ...scenario.snapshot, capture, clockSkew, costs } },
      { seed: 1, replication: 0 },
    ).notes;
  assert.match(planned("pre-copy")[0]!, /approximate/);
  assert.match(planned("post-copy")[0]!, /fast-forward, exact/);
});

test("n draws from m cycles take each n / m times, with the variance of draws with replacement", () => {
  const stream = new Streams(9).get("draws");
  const [draws, size] = [1000, 8];
  const counts = Array.from({ length: 4000 }, () => drawCycles(draws, size, stream));
  for (const one of counts)
    assert.is(
      one.reduce((sum, count) => sum + count),
      draws,
    );
  const mean = draws / size;
  const checks: { [check: string]: number } = {};
  for (const cycle of [0, 3, size - 1]) {
    const of = counts.map((one) => one[cycle]!);
    checks[`mean of ${cycle}`] = zScore(of, mean);
    checks[`variance of ${cycle}`] = zScore(
      of.map((count) => (count - mean) ** 2),
      mean * (1 - 1 / size),
    );
  }
  assertZScores(checks);
});

test.run();
