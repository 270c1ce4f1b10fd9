import { test } from "uvu";
import * as assert from "uvu/assert";
import { preCopyRounds } from "../../models/analytic/pre-copy.ts";
import type { Columns } from "../../models/books/columns.ts";
import { copierRate } from "../../models/capture/copier.ts";
import { trafficOf } from "../../models/cut/traffic.ts";
import { dirtyCurve } from "../../models/guest/dirty-curve.ts";
import { memoryTable, pageSize } from "../../models/guest/memory.ts";
import type { ClusterScenario, SnapshotPlan } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { finishedDomain } from "./finished-domain.ts";
import { loneVm } from "./lone-vm.ts";
import { vmFailures } from "./small-cluster.ts";

const run = (scenario: ClusterScenario): Columns => simulateCluster(scenario, { seed: 7, replication: 0 }).metrics;
const near = (found: number | undefined, expected: number, what: string): void =>
  assert.ok(Math.abs(found! - expected) <= 1e-7 * Math.max(1, Math.abs(expected)), `${what}: ${found}, ${expected}`);

const planned = (plan: Partial<SnapshotPlan>, costs: Partial<SnapshotPlan["costs"]> = {}): ClusterScenario => ({
  ...loneVm,
  snapshot: {
    ...loneVm.snapshot,
    capture: "pre-copy",
    record: "full",
    ...plan,
    costs: { ...loneVm.snapshot.costs, track: 0, ...costs },
  },
});

/** The rounds by the closed form, in bytes, at the rate of the copier alone. */
const roundsOf = ({ cluster, storage, snapshot }: ClusterScenario, set?: number) => {
  const memory = memoryTable(cluster, storage);
  const curve = dirtyCurve(memory.classes, memory.dirtyModel);
  return preCopyRounds({
    set: set ?? memory.bytes,
    rate: copierRate(snapshot),
    dirtied: (seconds) => pageSize * curve.at(seconds),
    downtimeLimit: snapshot.downtimeLimit,
    maxRounds: snapshot.maxRounds,
  });
};

test("rounds, pause and bytes of a VM that copies alone are those of the closed form", () => {
  for (const [downtimeLimit, maxRounds] of [
    [0.3, 30],
    [0.01, 30],
    [0.001, 4],
  ] as const) {
    for (const dirtyModel of ["uniform", "linear"] as const) {
      const base = planned({ downtimeLimit, maxRounds });
      const { cluster } = base;
      const scenario = { ...base, cluster: { ...cluster, workload: { ...cluster.workload, dirtyModel } } };
      const rounds = roundsOf(scenario);
      const columns = run({ ...scenario, horizon: 100 });
      assert.is(columns["snapshots"], 2);
      near(columns["preCopyRounds"], rounds.live.length, "rounds");
      near(columns["preCopyConverged"], rounds.converged ? 1 : 0, "converged");
      near(columns["pauseMean"], scenario.snapshot.costs.fixed + rounds.last / copierRate(scenario.snapshot), "pause");
      near(columns["captureBytes"], 2 * rounds.sent, "bytes");
      assert.ok(columns["captureBytes"]! > 2 * 384 * 2 ** 20, "some pages are sent more than once");
    }
  }
});

test("the rounds of an incremental record begin with what was dirtied since the cut before", () => {
  const scenario = planned({ record: "incremental", interval: 40 });
  const memory = memoryTable(scenario.cluster, scenario.storage);
  const curve = dirtyCurve(memory.classes, memory.dirtyModel);
  // Rounds begin each interval; what they took, and the pause, is missing from the next.
  let lead = roundsOf(scenario).duration - roundsOf(scenario).last / copierRate(scenario.snapshot);
  let sent = 0;
  let pause = 0;
  for (let cycle = 0; cycle < 200; cycle++) {
    const rounds = roundsOf(scenario, pageSize * curve.at(40 - pause - lead));
    lead = rounds.duration - rounds.last / copierRate(scenario.snapshot);
    pause = scenario.snapshot.costs.fixed + rounds.last / copierRate(scenario.snapshot);
    sent = rounds.sent;
  }
  const [earlier, later] = [4010, 4050].map((horizon) => run({ ...scenario, horizon }));
  near(later!["captureBytes"]! - earlier!["captureBytes"]!, sent, "bytes of one snapshot");
  const span = (columns: Columns): number => (columns["snapshots"]! - 1) * columns["intervalAchieved"]!;
  near(span(later!) - span(earlier!), 40, "from cut to cut");
});

test("a page that was sent again is stored once: a whole snapshot holds the memory, an incremental one what changed", () => {
  for (const record of ["full", "incremental"] as const) {
    const scenario = { ...planned({ record, downtimeLimit: 0.01 }), horizon: 100 };
    const domain = finishedDomain(scenario);
    const [newest] = domain.store.chain(domain.clusters[0]!).versions;
    const memory = memoryTable(scenario.cluster, scenario.storage);
    near(newest!.parts[0]!.total, memory.bytes, "one version is kept, and it is whole");
  }
  const keeping = { ...planned({ record: "incremental", downtimeLimit: 0.01 }), horizon: 100 };
  const domain = finishedDomain({ ...keeping, storage: { ...keeping.storage, keep: 2 } });
  const { versions } = domain.store.chain(domain.clusters[0]!);
  const memory = memoryTable(keeping.cluster, keeping.storage);
  const work = versions[1]!.progress - versions[0]!.progress;
  near(versions[1]!.parts[0]!.total, pageSize * dirtyCurve(memory.classes, "uniform").at(work), "what changed");
});

test("every first write in a round is tracked, and only then if the record is full", () => {
  const track = 4e-5;
  const full = run({ ...planned({ record: "full" }, { track }), horizon: 39 });
  assert.is(full["stall"], 0, "no round yet");
  const scenario = { ...planned({ record: "full" }, { track }), horizon: 79 };
  const columns = run(scenario);
  const memory = memoryTable(scenario.cluster, scenario.storage);
  const curve = dirtyCurve(memory.classes, "uniform");
  // Round by round: work + t_track U(work) = V / B.
  const rate = copierRate(scenario.snapshot) / pageSize;
  let faults = 0;
  let next = memory.bytes / pageSize;
  do {
    let [low, high] = [0, next / rate];
    for (let i = 0; i < 100; i++) {
      const middle = (low + high) / 2;
      if (middle + track * curve.at(middle) < next / rate) low = middle;
      else high = middle;
    }
    next = curve.at(low);
    faults += next;
  } while (next > rate * scenario.snapshot.downtimeLimit);
  near(columns["faults"], faults, "faults of one snapshot");
});

test("a VM that shares a disk copies its rounds at the rate it gets", () => {
  // Two on one disk get half of it each: their rounds are those of a copier with half the disk's bandwidth.
  const base = planned({ record: "full", downtimeLimit: 0.05 }, { copyRate: 1e12 });
  const two = { ...base, cluster: { ...base.cluster, vms: 2, quorum: 2 }, horizon: 79 };
  const { write } = base.dataCentre.host.disk;
  const half = planned({ record: "full", downtimeLimit: 0.05 }, { copyRate: write / 2 });
  const rounds = roundsOf(half);
  const columns = run(two);
  near(columns["preCopyRounds"], rounds.live.length, "rounds");
  near(columns["captureBytes"], 2 * rounds.sent, "bytes");
  near(columns["pauseMean"], base.snapshot.costs.fixed + rounds.last / (write / 2), "pause");
});

test("at the barrier a VM whose rounds have ended stands still until the slowest of its cluster is ready", () => {
  const base = planned({ record: "full", downtimeLimit: 0.05 }, { copyRate: 1e12 });
  const { host } = base.dataCentre;
  const { write } = host.disk;
  const three: ClusterScenario = {
    ...base,
    dataCentre: { ...base.dataCentre, host: { ...host, memory: 2 * base.cluster.vm.memory } },
    cluster: { ...base.cluster, vms: 3, quorum: 3 },
    horizon: 79,
  };
  // Two share a disk, the third has one of its own.
  const [quick, slow] = [write, write / 2].map((copyRate) =>
    roundsOf(planned({ record: "full", downtimeLimit: 0.05 }, { copyRate })),
  );
  const live = ({ live: rounds }: typeof quick & object, rate: number): number =>
    rounds.reduce((sum, bytes) => sum + bytes / rate, 0);
  const waits = live(slow!, write / 2) - live(quick!, write);
  const columns = run(three);
  near(columns["pauseMean"], waits + base.snapshot.costs.fixed + slow!.last / (write / 2), "pause");
  near(columns["captureBytes"], quick!.sent + 2 * slow!.sent, "bytes");
});

test("a cut that is forced amid a round sends what was dirtied, and what of the round is neither sent nor dirtied", () => {
  const base = planned({ record: "full", cut: "colour", downtimeLimit: 0.05 }, { copyRate: 1e12 });
  const { host } = base.dataCentre;
  // Two VMs share a disk; the third is ready first, and its first message after its cut forces theirs at once.
  const scenario: ClusterScenario = {
    ...base,
    dataCentre: { ...base.dataCentre, host: { ...host, memory: 2 * base.cluster.vm.memory } },
    cluster: { ...base.cluster, vms: 3, quorum: 3, traffic: trafficOf("uniform", 3, 1e8) },
    horizon: 79,
  };
  const { write } = host.disk;
  const quick = roundsOf(planned({ record: "full", downtimeLimit: 0.05 }, { copyRate: write }));
  const forcedAfter = quick.duration + base.snapshot.costs.fixed;
  const memory = memoryTable(base.cluster, base.storage);
  const sent = (write / 2) * forcedAfter;
  assert.ok(sent < memory.bytes, "they are in their first round");
  const last = memory.classes.reduce((sum, { pages, writesPerPage }) => {
    const clean = Math.exp(-writesPerPage * forcedAfter);
    return sum + pageSize * pages * (1 - clean + (1 - sent / memory.bytes) * clean);
  }, 0);
  const columns = run(scenario);
  assert.is(columns["cutsForced"], 2);
  const expected = quick.sent + 2 * (sent + last);
  assert.ok(
    Math.abs(columns["captureBytes"]! / expected - 1) < 1e-6,
    `${columns["captureBytes"]} instead of ${expected}`,
  );
  assert.is(columns["orphans"], 0);
});

test("a failure in a round gives the snapshot up, and the rollback goes to the one before", () => {
  const scenario = planned({ record: "incremental", downtimeLimit: 0.01, interval: 40 });
  const before = run({ ...scenario, horizon: 119 });
  assert.is(before["snapshotsDurable"], 2);
  const { cutAt } = finishedDomain({ ...scenario, horizon: 119 }).clusters[0]!;
  const failing = { ...vmFailures(scenario, [[0, cutAt + 40 - 0.2]]), horizon: cutAt + 60 };
  const columns = run(failing);
  assert.is(columns["snapshots"], 2, "the third was not cut");
  assert.is(columns["pIntact"], 1);
  assert.ok(Math.abs(columns["rpoMean"]! - 39.8) < 0.1);
});

test.run();
