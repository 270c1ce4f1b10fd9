import { test } from "uvu";
import * as assert from "uvu/assert";
import { clusterTheory } from "../../models/analytic/cluster-theory.ts";
import type { ClusterScenario, SnapshotPlan } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { closeTo } from "./close-to.ts";
import { loneVm } from "./lone-vm.ts";
import { smallCluster } from "./small-cluster.ts";
import { assertZScores, zScore } from "./z-scores.ts";

const planned = (base: ClusterScenario, plan: Partial<SnapshotPlan>): ClusterScenario => ({
  ...base,
  snapshot: { ...base.snapshot, record: "full", ...plan },
});

/** Three VMs on three hosts, and intervals that are long enough for all that is copied. */
const apart: ClusterScenario = { ...smallCluster, cluster: { ...smallCluster.cluster, antiAffinity: "host" } };

test("while nothing fails, snapshots alone on their disks cost what the closed forms say", () => {
  for (const base of [loneVm, apart]) {
    for (const capture of ["stop-and-copy", "pre-copy", "post-copy"] as const) {
      for (const intervalFrom of ["cut", "end"] as const) {
        for (const horizon of [1000, 1050.7]) {
          const plan = { capture, intervalFrom, interval: 100, costs: { ...base.snapshot.costs, track: 0 } } as const;
          const scenario = { ...planned(base, plan), horizon };
          const theory = clusterTheory(scenario);
          const rounds = capture === "pre-copy" ? ["preCopyConverged", "preCopyRounds"] : [];
          assert.equal(Object.keys(theory).sort(), [...quietColumns, ...rounds].sort(), "all of them");
          const { metrics } = simulateCluster(scenario, { seed: 1, replication: 0 });
          for (const [column, expected] of Object.entries(theory)) {
            const what = `${capture} of ${base.cluster.vms} from ${intervalFrom}, ${horizon} s: ${column}`;
            assert.ok(
              Math.abs(metrics[column]! - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
              `${what}: ${metrics[column]} instead of ${expected}`,
            );
          }
        }
      }
    }
  }
});

const quietColumns = [
  "availability",
  "captureBytes",
  "captureDurationMean",
  "cutSkew",
  "downtimePause",
  "faults",
  "intervalAchieved",
  "pauseMean",
  "snapshots",
  "workRatio",
];

test("write faults stall the guest, which then writes less: both are in the closed form", () => {
  const slow = { ...loneVm.snapshot.costs, fault: 4e-3, copyRate: 20 * 2 ** 20 };
  const scenario = planned(loneVm, { capture: "post-copy", interval: 200, costs: slow });
  const { metrics } = simulateCluster(scenario, { seed: 1, replication: 0 });
  const theory = clusterTheory(scenario);
  closeTo(metrics["faults"]!, theory["faults"]!, 1e-9, "faults");
  closeTo(metrics["workRatio"]!, theory["workRatio"]!, 1e-9, "work");
  const unstalled = clusterTheory(planned(scenario, { costs: { ...slow, fault: 0 } }));
  assert.ok(theory["faults"]! < 0.9 * unstalled["faults"]!, "the stall matters here");
});

test("a pause that is tolerated is no downtime, and stands still all the same", () => {
  const scenario = { ...planned(loneVm, { interval: 100 }), pauseTolerance: 1 };
  const theory = clusterTheory(scenario);
  assert.is(theory["availability"], 1);
  assert.ok(theory["workRatio"]! < 1);
  assert.is(simulateCluster(scenario, { seed: 1, replication: 0 }).metrics["availability"], 1);
});

test("VMs that are ready at random wait at the barrier for the slowest: its mean less that of the fastest", () => {
  const [pauses, skews]: [Record<string, number>, Record<string, number>] = [{}, {}];
  for (const law of [
    { law: "exponential", mean: 0.5 },
    { law: "weibull", shape: 2, scale: 0.8 },
    { law: "lognormal", mu: -1, sigma: 0.7 },
    { law: "empirical", sample: [0.1, 0.2, 0.9] },
  ] as const) {
    const costs = { ...smallCluster.snapshot.costs, prepareSpread: law };
    const scenario = { ...planned(smallCluster, { capture: "post-copy", costs }), horizon: 1000 };
    const runs = Array.from(
      { length: 30 },
      (_, replication) => simulateCluster(scenario, { seed: 6, replication }).metrics,
    );
    const z = (column: string): number =>
      zScore(
        runs.map((run) => run[column]!),
        clusterTheory(scenario)[column],
      );
    pauses[law.law] = z("pauseMean");
    skews[law.law] = z("cutSkew");
  }
  assertZScores(pauses);
  assertZScores(skews);
});

test("components with exponential lives and repairs fail as often as their Markov chain, from the start of a run on", () => {
  const checks: Record<string, number> = {};
  for (const [component, mean, repair, horizon] of [
    ["host", 300, 30, 200],
    ["host", 50, 200, 400],
    ["disk", 200, 100, 400],
    ["rack", 300, 100, 500],
    ["uplink", 100, 20, 300],
    ["store", 50, 50, 400],
  ] as const) {
    for (const age of ["new", "stationary"] as const) {
      const source = {
        kind: "law",
        time: { law: "exponential", mean },
        repair: { law: "exponential", mean: repair },
        permanent: 0,
        age,
      } as const;
      const scenario = { ...smallCluster, horizon, failures: { ...smallCluster.failures, [component]: source } };
      const column = `${component}Failures`;
      const runs = Array.from(
        { length: 40 },
        (_, replication) => simulateCluster(scenario, { seed: 9, replication }).metrics[column]!,
      );
      checks[`${age} ${component}, ${mean} up, ${repair} down`] = zScore(runs, clusterTheory(scenario)[column]);
    }
  }
  assertZScores(checks);
});

test("where an assumption does not hold there is no closed form", () => {
  const none = (what: string, scenario: ClusterScenario, columns: readonly string[] = []): void =>
    assert.equal(Object.keys(clusterTheory(scenario)), columns, what);
  const full = planned(loneVm, { interval: 100 });
  assert.ok(Object.keys(clusterTheory(full)).length > 0);
  none("pages that change", planned(full, { record: "incremental" }));
  const disk = { bytes: 2 ** 30, writeRate: 1e6, on: "local" } as const;
  none("rounds that tracking slows", planned(full, { capture: "pre-copy" }));
  none("a copier that serves its faults", planned(full, { faultPath: "shared" }), ["pauseMean", "cutSkew"]);
  const hot = clusterTheory(planned(full, { order: "hot-first" }));
  assert.is(hot["faults"], undefined, "faults of classes in turn");
  assert.ok(hot["captureDurationMean"]! > 0);
  none("layers of disks", { ...full, cluster: { ...full.cluster, vm: { ...full.cluster.vm, disk } } });
  none("another protocol", planned(full, { cut: "colour" }));
  const stopped = planned(full, { capture: "stop-and-copy" });
  none("a cluster beside it", { ...stopped, cluster: { ...stopped.cluster, count: 2 } });
  none("copies that meet the next capture", planned(stopped, { interval: 3 }));
  none("VMs that may share a disk", planned(smallCluster, { capture: "stop-and-copy", interval: 100 }));
  none("of whose pauses alone is known", planned(smallCluster, { interval: 100 }), ["pauseMean", "cutSkew"]);
  none("a run that ends in a capture", { ...full, horizon: 501 }, ["pauseMean", "cutSkew"]);
  const times = { kind: "times", outages: [{ component: 0, start: 5, end: 6, permanent: false }] } as const;
  none("failures of a VM", { ...full, failures: { ...full.failures, vm: times } });
  none("failures of a host", { ...full, failures: { ...full.failures, host: times } });
  none("a disk that is replaced", { ...full, failures: { ...full.failures, disk: times } });
  const suspicious = { kind: "lost", probability: 0.01 } as const;
  none("false suspicions", { ...full, detection: { ...full.detection, falseSuspicion: suspicious } });
  const law = {
    kind: "law",
    time: { law: "exponential", mean: 100 },
    repair: { law: "exponential", mean: 10 },
    permanent: 0,
    age: "new",
  } as const;
  none("racks that take their hosts down", { ...full, failures: { ...full.failures, host: law, rack: law } });
});

test.run();
