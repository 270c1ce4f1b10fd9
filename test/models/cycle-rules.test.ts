import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import type { ClusterScenario, SnapshotPlan } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { finishedDomain } from "./finished-domain.ts";
import { loneVm } from "./lone-vm.ts";
import { hostOutages, smallCluster, vmFailures } from "./small-cluster.ts";

const run = (scenario: ClusterScenario, horizon: number): Columns =>
  simulateCluster({ ...scenario, horizon }, { seed: 7, replication: 0 }).metrics;
const near = (found: number | undefined, expected: number, what = ""): void =>
  assert.ok(
    Math.abs(found! - expected) <= 1e-6 * Math.max(1, Math.abs(expected)),
    `${what}: ${found} instead of ${expected}`,
  );
const planned = (plan: Partial<SnapshotPlan>, costs: Partial<SnapshotPlan["costs"]> = {}): ClusterScenario => ({
  ...loneVm,
  snapshot: { ...loneVm.snapshot, ...plan, costs: { ...loneVm.snapshot.costs, fault: 0, track: 0, ...costs } },
});
/** Times of the cuts that are in sight at the end. */
const lastCut = (scenario: ClusterScenario, horizon: number): number =>
  finishedDomain({ ...scenario, horizon }).clusters[0]!.cutAt;

test("the interval runs from cut to cut, whatever pause and preparation last", () => {
  const scenario = planned({ capture: "stop-and-copy", record: "full" }, { prepare: 3 });
  near(run(scenario, 400)["intervalAchieved"], 40);
  assert.equal(
    [79, 81, 121].map((horizon) => Math.round(lastCut(scenario, horizon) * 1e6) / 1e6),
    [40, 80, 120],
  );
});

test("counted from the end, the interval is work: a pause is added to it", () => {
  const scenario = planned({ capture: "stop-and-copy", record: "full", intervalFrom: "end" });
  const columns = run(scenario, 400);
  near(columns["intervalAchieved"], 40 + columns["pauseMean"]!);
});

test("the phase starts again after a restore", () => {
  const columns = run(vmFailures(planned({}), [[0, 70]]), 100);
  const upAt = 70 + columns["ttrMean"]!;
  near(lastCut(vmFailures(planned({}), [[0, 70]]), upAt + 39.9), 40);
  near(lastCut(vmFailures(planned({}), [[0, 70]]), upAt + 40.1), upAt + 40);
});

/** Captures of 2.6 s and replications of 9 s in intervals of 2 s. */
const crowded = (plan: Partial<SnapshotPlan>) =>
  planned({ capture: "post-copy", record: "full", interval: 2, ...plan });

test("an overrun stretches the interval to what the slowest stage takes, which is then in use all the time", () => {
  const columns = run(crowded({ onOverrun: "stretch", maxInFlight: 1 }), 2000);
  const alone = run(planned({ capture: "post-copy", record: "full" }), 60);
  const replication = alone["durabilityLatencyMean"]! - alone["captureDurationMean"]!;
  // One is replicated while the next is captured and waits: a replication begins as the one before it ends.
  assert.ok(columns["intervalAchieved"]! > 0.9 * replication && columns["intervalAchieved"]! < 1.2 * replication);
  assert.ok(columns["durabilityLatencyMean"]! > alone["durabilityLatencyMean"]!);
});

test("an overrun skips whole intervals", () => {
  const scenario = crowded({ onOverrun: "skip", maxInFlight: 1 });
  const columns = run(scenario, 500);
  const cuts = [100, 200, 300, 400].map((horizon) => lastCut(scenario, horizon));
  for (const cut of cuts) near(cut / 2, Math.round(cut / 2), "a cut on the grid of the plan");
  assert.ok(
    columns["intervalAchieved"]! >=
      run(crowded({ onOverrun: "stretch", maxInFlight: 1 }), 500)["intervalAchieved"]! - 0.1,
  );
});

test("while so many snapshots await durability no other is cut", () => {
  for (const maxInFlight of [1, 2, 3]) {
    const scenario = crowded({ maxInFlight });
    let most = 0;
    for (let horizon = 20; horizon < 120; horizon += 1.7) {
      const domain = finishedDomain({ ...scenario, horizon });
      const { inFlight } = domain.store.chain(domain.clusters[0]!);
      most = Math.max(most, inFlight.length);
      assert.equal(
        inFlight.map(({ number }) => number).sort((a, b) => a - b),
        inFlight.map(({ number }) => number),
      );
    }
    assert.is(most, maxInFlight + 1, "those that wait, and the one that was cut last");
  }
});

test("snapshots become durable in the order of their cuts", () => {
  for (const horizon of [30, 55, 77]) {
    const domain = finishedDomain({ ...crowded({ maxInFlight: 3 }), storage: { ...loneVm.storage, keep: 3 }, horizon });
    const { versions, inFlight } = domain.store.chain(domain.clusters[0]!);
    const numbers = [...versions, ...inFlight].map(({ number }) => number);
    assert.equal(
      numbers,
      numbers.map((_, i) => numbers[0]! + i),
    );
    assert.ok(versions.every(({ state }) => state === "durable"));
  }
});

test("versions beyond those to keep are merged into the base or deleted, and the chain stays readable", () => {
  for (const record of ["full", "incremental", "lazy-incremental"] as const) {
    for (const keep of [1, 2, 4]) {
      const scenario = planned({ record });
      const domain = finishedDomain({ ...scenario, storage: { ...scenario.storage, keep }, horizon: 439 });
      const { versions } = domain.store.chain(domain.clusters[0]!);
      assert.is(versions.length, keep);
      assert.is(versions[0]!.whole, true);
      assert.is(
        versions.slice(1).every(({ whole }) => whole === (record === "full")),
        true,
      );
    }
  }
});

test("a cluster is up as long as its quorum is, and works with what is left", () => {
  const five: ClusterScenario = {
    ...planned({ interval: 500 }),
    cluster: { ...loneVm.cluster, placement: "spread", vms: 5, quorum: 4 },
    rollback: { ...loneVm.rollback, placement: "spread" },
  };
  const columns = run(hostOutages(five, [[2, 100, 300]]), 140);
  assert.is(columns["downtimeDetect"], 0, "four of five go on until the failure is found");
  near(columns["rpoMean"], 100 + (4 / 5) * 4, "the dead VM does no work");
  const strict = run(hostOutages({ ...five, cluster: { ...five.cluster, quorum: 5 } }, [[2, 100, 300]]), 140);
  near(strict["downtimeDetect"]! * 140, 4);
  near(strict["rpoMean"], 100);
});

test("pauses that are tolerated count as up, others as down, and work stands still in both", () => {
  const scenario = planned({});
  const strict = run(scenario, 390);
  const pause = strict["pauseMax"]!;
  const tolerant = run({ ...scenario, pauseTolerance: pause * 1.0001 }, 390);
  assert.is(tolerant["downtimePause"], 0);
  assert.is(tolerant["availability"], 1);
  assert.is(tolerant["workRatio"], strict["workRatio"]);
  const between = (strict["pauseP50"]! + pause) / 2;
  const partly = run({ ...scenario, pauseTolerance: between }, 390);
  near(partly["downtimePause"]! * 390, pause, "the first pause arms all pages, and is the only one too long");
  near(strict["downtimePause"]! * 390, strict["pauseMean"]! * strict["snapshots"]!);
});

test("anti-affinity keeps VMs apart, also when that leaves no spare host", () => {
  const apart: ClusterScenario = {
    ...planned({}),
    dataCentre: { ...loneVm.dataCentre, hostsPerRack: 4 },
    cluster: { ...loneVm.cluster, vms: 4, quorum: 4, antiAffinity: "host" },
    storage: { ...loneVm.storage, types: { ...loneVm.storage.types, ...twoCopies } },
  };
  const domain = finishedDomain({ ...apart, horizon: 10 });
  assert.equal(
    domain.clusters[0]!.vms.map(({ host }) => host!.index),
    [0, 1, 2, 3],
  );
  const columns = run(hostOutages(apart, [[1, 100, 200]]), 240);
  near(columns["downtimeNoSpare"]! * 240, 100 - 4 - apart.rollback.planTime);
  const together = run(
    hostOutages({ ...apart, cluster: { ...apart.cluster, antiAffinity: "none" } }, [[1, 100, 200]]),
    240,
  );
  assert.is(together["downtimeNoSpare"], 0);
});
const twoCopies = { anonymous: { copies: 2, onLoss: "fail" }, kernel: { copies: 2, onLoss: "fail" } } as const;

test("clusters on one host share its disk: each capture takes as long as all of them together", () => {
  const scenario = planned({ capture: "stop-and-copy", record: "full" });
  const { disk } = scenario.dataCentre.host;
  const together = run({ ...scenario, cluster: { ...scenario.cluster, count: 3 } }, 79);
  near(together["pauseMean"], scenario.snapshot.costs.fixed + (3 * 384 * 2 ** 20) / disk.write);
  assert.is(together["snapshots"], 3);
});

test("a host failure rolls back the clusters that had VMs there, and no other", () => {
  const both: ClusterScenario = {
    ...planned({}),
    cluster: { ...loneVm.cluster, placement: "spread", count: 2 },
    rollback: { ...loneVm.rollback, placement: "spread" },
  };
  const domain = finishedDomain({ ...both, horizon: 1 });
  assert.equal(
    domain.clusters.map(({ vms }) => vms[0]!.host!.index),
    [0, 1],
    "the roomiest hosts first",
  );
  const columns = run(hostOutages(both, [[0, 100, 200]]), 300);
  assert.is(columns["rollbacks"], 1);
  const together: ClusterScenario = { ...both, cluster: { ...both.cluster, placement: "first-fit" } };
  const all = run(hostOutages(together, [[0, 100, 200]]), 300);
  assert.is(all["rollbacks"], 2, "first-fit had put both on host 0");
});

test("a barrier holds all VMs until the slowest has copied", () => {
  // Two VMs share a disk, the third has one of its own.
  const three: ClusterScenario = {
    ...planned({ capture: "stop-and-copy", record: "full" }),
    dataCentre: { ...loneVm.dataCentre, host: { ...loneVm.dataCentre.host, memory: 2 * loneVm.cluster.vm.memory } },
    cluster: { ...smallCluster.cluster, placement: "first-fit", vms: 3, quorum: 1 },
  };
  const columns = run(three, 60);
  const { write } = loneVm.dataCentre.host.disk;
  near(columns["pauseMean"], three.snapshot.costs.fixed + (2 * 384 * 2 ** 20) / write);
  near(columns["downtimePause"]! * 60, columns["pauseMean"]!, "whatever the quorum");
});

test.run();
