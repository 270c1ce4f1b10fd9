import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import { Ledger } from "../../models/books/ledger.ts";
import { StageUse } from "../../models/books/stage-use.ts";
import { copierRate } from "../../models/capture/copier.ts";
import { memoryTable } from "../../models/guest/memory.ts";
import type { ClusterScenario, SnapshotPlan } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { loneVm, withCopies } from "./lone-vm.ts";
import { hostOutages } from "./small-cluster.ts";

const run = (scenario: ClusterScenario, horizon: number): Columns =>
  simulateCluster({ ...scenario, horizon }, { seed: 7, replication: 0 }).metrics;
const near = (found: number | undefined, expected: number, what: string, tolerance = 1e-6): void =>
  assert.ok(
    Math.abs(found! - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, ${expected}`,
  );

const planned = (plan: Partial<SnapshotPlan>): ClusterScenario => ({
  ...loneVm,
  snapshot: { ...loneVm.snapshot, ...plan, costs: { ...loneVm.snapshot.costs, fault: 0, track: 0 } },
});

test("a stage is in use while a snapshot passes through it, and the parts of time add up", () => {
  const clock = { now: 0 };
  const ledger = new Ledger();
  const use = new StageUse("replicate", ledger, clock);
  const at = (now: number, happen: () => void): void => {
    clock.now = now;
    happen();
  };
  at(2, () => use.begin());
  at(3, () => use.begin());
  at(5, () => use.end(1000));
  assert.is(use.secondsPerByte, 3 / 1000);
  at(6, () => use.end(500));
  assert.is(use.secondsPerByte, 1 / 500, "since the one before came through");
  at(10, () => use.begin());
  at(11, () => use.end());
  assert.is(use.secondsPerByte, 1 / 500, "what is given up tells nothing");
  at(20, () => use.settle());
  assert.is(ledger.sum("replicateSeconds"), 5);
});

test("utilisation is what a capture, a replication and a merge take of the interval", () => {
  const scenario = planned({ capture: "post-copy", record: "lazy-incremental", interval: 40 });
  const [before, after] = [run(scenario, 410), run(scenario, 450)];
  const part = (column: string): number => (after[column]! * 450 - before[column]! * 410) / 40;
  // The last of ten cycles that are alike.
  const last = (column: string): number => after[column]! * 11 - before[column]! * 10;
  near(part("utilisationCapture"), last("captureDurationMean") / 40, "capture", 1e-4);
  near(
    part("utilisationReplicate"),
    (last("durabilityLatencyMean") - last("captureDurationMean")) / 40,
    "replicate",
    1e-4,
  );
  assert.ok(part("utilisationMerge") > 0 && part("utilisationMerge") < 0.1);
});

test("a capture that takes longer than the interval stretches it to its own time, and is the stage that is in use all the time", () => {
  const base = planned({ capture: "post-copy", record: "full", interval: 1 });
  const { host } = base.dataCentre;
  // With one copy, on a fast network, replications keep up.
  const fast = { ...host, nic: 1e12, disk: { ...host.disk, read: 1e12 } };
  const scenario = withCopies({ ...base, dataCentre: { ...base.dataCentre, uplink: 1e12, host: fast } }, 1);
  const memory = memoryTable(scenario.cluster, scenario.storage);
  const { costs } = scenario.snapshot;
  const pause = costs.device + costs.armPerPage * (memory.bytes / 4096);
  const capture = pause + memory.bytes / copierRate(scenario.snapshot) + host.disk.latency;
  const columns = run(scenario, 400);
  near(columns["intervalAchieved"], capture, "interval");
  near(columns["utilisationCapture"], 1, "capture", 0.01);
  assert.ok(columns["utilisationReplicate"]! < 0.99);
  const skipping = run({ ...scenario, snapshot: { ...scenario.snapshot, onOverrun: "skip" } }, 400);
  near(skipping["intervalAchieved"], Math.ceil(capture), "whole intervals are left out");
});

test("replications that do not keep up set the pace of their bottleneck, however many may be in flight", () => {
  for (const maxInFlight of [1, 2, 3]) {
    const scenario = planned({ capture: "post-copy", record: "full", interval: 2, maxInFlight });
    const memory = memoryTable(scenario.cluster, scenario.storage);
    const copies = memory.classes.reduce((sum, one) => sum + (one.fragments * one.pages * 4096) / memory.bytes, 0);
    const pace = (copies * memory.bytes) / scenario.dataCentre.host.nic;
    const [before, after] = [run(scenario, 500), run(scenario, 2000)];
    const span = (columns: Columns): number => (columns["snapshots"]! - 1) * columns["intervalAchieved"]!;
    const achieved = (span(after) - span(before)) / (after["snapshots"]! - before["snapshots"]!);
    near(achieved, pace, `${maxInFlight} in flight`, 0.01);
    near((after["utilisationReplicate"]! * 2000 - before["utilisationReplicate"]! * 500) / 1500, 1, "replicate", 1e-9);
    // Each more that may wait for its copies is one interval more until it has them.
    near(after["durabilityLatencyP50"], (maxInFlight + 1) * pace, `durable with ${maxInFlight} in flight`, 0.3);
  }
});

test("failures end the use of a stage: nothing is in use for longer than the run", () => {
  const scenario = hostOutages({ ...planned({ record: "full", interval: 3 }), horizon: 300 }, [
    [0, 4.2, 40],
    [1, 60.5, 90, true],
    [2, 100, 120],
  ]);
  for (const capture of ["stop-and-copy", "pre-copy", "post-copy"] as const) {
    const columns = run({ ...scenario, snapshot: { ...scenario.snapshot, capture } }, 300);
    for (const stage of ["Capture", "Replicate", "Merge"]) {
      const use = columns[`utilisation${stage}`]!;
      assert.ok(use >= 0 && use <= 1, `${capture}, ${stage}: ${use}`);
    }
  }
});

test.run();
