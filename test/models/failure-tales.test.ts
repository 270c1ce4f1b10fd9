import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterScenario } from "../../models/scenario.ts";
import { finishedDomain } from "./finished-domain.ts";
import { holdings, loneVm } from "./lone-vm.ts";
import { hostOutages, vmFailures } from "./small-cluster.ts";
import { forever, near, run } from "./tale.ts";

/** Stalls make work shorter than time; without them progress can be read off the clock. */
const steady: ClusterScenario = {
  ...loneVm,
  snapshot: { ...loneVm.snapshot, costs: { ...loneVm.snapshot.costs, fault: 0, track: 0 } },
};
const { planTime, resumeTime, announceTime, coldStart } = steady.rollback;
const { timeout } = steady.detection;
const calm = finishedDomain({ ...steady, horizon: 100 });
const captureEnds = 40 + calm.ledger.sample("captureDuration").max;
const durableAt = 40 + calm.ledger.sample("durabilityLatency").max;
const pauseOf = (cut: number): number => {
  const domain = finishedDomain({ ...steady, horizon: cut + 0.5 * steady.snapshot.interval });
  return domain.ledger.sum("pause");
};
/** Progress at the cut at `at`, before any failure: all time but the pauses. */
const progressAt = (at: number): number => at - (at > 40 ? pauseOf(at - 40) : 0);

test("a VM failure rolls the cluster back in place, to its newest durable cut", () => {
  const columns = run(vmFailures(steady, [[0, 190]]), 200);
  near(columns["rpoMean"], 190 - pauseOf(160) - progressAt(160), "rpo");
  assert.is(columns["pIntact"], 1);
  near(columns["linkBytes"], run(steady, 189)["linkBytes"]!, "pages that the host holds are not sent");
});

test("only durable snapshots are restore points: a failure during the first capture starts the cluster cold", () => {
  const columns = run(vmFailures(steady, [[0, (40 + captureEnds) / 2]]), 100);
  assert.is(columns["pFailed"], 1);
  assert.is(columns["snapshotsFailed"], 1);
  near(columns["downtimeColdStart"]! * 100, coldStart);
  near(columns["rpoMean"], (40 + captureEnds) / 2 - pauseOf(40), "all progress is lost");
  near(columns["rtoMean"], timeout + planTime + coldStart);
});

test("replication goes on while its source lives: what is durable before the choice is a restore point", () => {
  const columns = run(vmFailures(steady, [[0, durableAt - 1]]), 100);
  assert.is(columns["pIntact"], 1);
  assert.is(columns["snapshotsFailed"], 0);
  near(columns["rpoMean"], durableAt - 1 - 40 - pauseOf(40));
});

test("when the source of a replication fails for good, the snapshot fails and the one before is restored", () => {
  const full = { ...steady, snapshot: { ...steady.snapshot, record: "full" as const } };
  const strikes = 80 + (captureEnds + durableAt) / 2 - 40;
  const columns = run(hostOutages(full, [[0, strikes, forever, true]]), 130);
  assert.is(columns["pIntact"], 1);
  assert.is(columns["snapshotsFailed"], 1);
  assert.is(columns["snapshotsDurable"], 1);
  const domain = finishedDomain({ ...full, horizon: 119 });
  near(columns["rpoMean"], strikes - domain.ledger.sum("pause") - 40, "progress since the first cut");
});

test("when a target of a replication fails, another host gets all of what it had got", () => {
  const first = run(steady, 79)["sourceBytes"]!;
  const holds = holdings(calm);
  const target = [...holds.keys()][0]!;
  const strikes = (captureEnds + durableAt) / 2;
  const arrived = run(steady, strikes)["sourceBytes"]! / first;
  assert.ok(arrived > 0.3 && arrived < 0.7);
  const broken = hostOutages(steady, [[target, strikes, forever, true]]);
  near(run(broken, 79)["sourceBytes"], first + arrived * holds.get(target)!);
  near(run(broken, 79)["snapshotsDurable"], 1);
});

test("a copy that is lost between the replication of its VM and that of the others is repaired", () => {
  // Two VMs share host 0 and its NIC, the third has host 1 for itself and is replicated earlier.
  const three: ClusterScenario = {
    ...steady,
    dataCentre: { ...steady.dataCentre, host: { ...steady.dataCentre.host, memory: 2 * steady.cluster.vm.memory } },
    cluster: { ...steady.cluster, vms: 3, quorum: 3 },
  };
  const undisturbed = finishedDomain({ ...three, horizon: 79 });
  const target = [...holdings(undisturbed, 2).keys()].find((host) => host > 1)!;
  const durable = 40 + undisturbed.ledger.sample("durabilityLatency").max;
  const broken = hostOutages(three, [[target, durable - 0.5, forever, true]]);
  const before = finishedDomain({ ...broken, horizon: 79 });
  assert.is(before.ledger.sum("snapshotsDurable"), 1);
  const behind = before.store
    .chain(before.clusters[0]!)
    .newest!.parts.map(({ copies }) => copies.hostsBehind.length > 0);
  assert.is(behind[2], true, "its substitute has nothing yet");
  const after = finishedDomain({ ...broken, horizon: 300 });
  near(after.ledger.sum("repairBytes"), holdings(undisturbed, 2).get(target)!);
});

test("a failure that is found during a rollback merges with it into one, counted from the first failure", () => {
  // The VM fails, and its host while it is rolled back in place: in the plan, in the transfer, in the resume, in the announcement.
  const found = 190 + timeout;
  const restoring = run(vmFailures(steady, [[0, 190]]), 230);
  const transferEnds = 190 + restoring["residencyMean"]!;
  const upAt = 190 + restoring["ttrMean"]!;
  const moved = (strikes: number, horizon = 280) =>
    run(vmFailures(hostOutages(steady, [[0, strikes, strikes + 500]]), [[0, 190]]), horizon);
  for (const strikes of [found + 0.1, transferEnds - 0.2, transferEnds + 0.1, upAt - 0.05]) {
    const columns = moved(strikes);
    assert.is(columns["rollbacks"], 1, `host 0 fails at ${strikes}`);
    near(columns["rpoMean"], 190 - pauseOf(160) - progressAt(160), "the loss is the first failure's");
    near(
      columns["downtimeAnnounce"]! * 280 +
        columns["downtimeResume"]! * 280 +
        columns["downtimeTransfer"]! * 280 +
        columns["downtimePlan"]! * 280 +
        columns["downtimeDetect"]! * 280,
      columns["ttrMean"]!,
      "one stretch of downtime",
    );
    assert.ok(columns["ttrMean"]! > strikes - 190 + timeout);
    near(columns["rtoMean"]! + announceTime, columns["ttrMean"]!);
    near(columns["residencyMean"]! + resumeTime, columns["rtoMean"]!);
  }
  assert.is(moved(upAt + 0.05)["rollbacks"], 2, "after the announcement it is a failure of its own");
});

test("a host that is back before its failure is found says itself that its VMs are gone", () => {
  const columns = run(hostOutages(steady, [[0, 190, 191]]), 230);
  near(columns["downtimeDetect"]! * 230, 1);
  assert.is(columns["pIntact"], 1);
  near(columns["linkBytes"], run(steady, 230)["linkBytes"]!, "its disk has all pages", 0.2);
  const missed = run(hostOutages(steady, [[0, 190, 195]]), 230);
  near(missed["downtimeDetect"]! * 230, timeout);
});

test("without a spare host the cluster waits for one, and the first cause is noSpare", () => {
  const two: ClusterScenario = { ...steady, dataCentre: { ...steady.dataCentre, hostsPerRack: 1 } };
  const columns = run(
    hostOutages({ ...two, storage: { ...two.storage, types: oneCopyNowhere } }, [[0, 190, 290]]),
    400,
  );
  const waits = 100 - timeout - planTime;
  near(columns["downtimeNoSpare"]! * 400, waits);
  near(columns["downtimeDetect"]! * 400, timeout);
  near(columns["downtimePlan"]! * 400, planTime);
});
const nowhere = { copies: 0, onLoss: "zero-fill" } as const;
const oneCopyNowhere = { free: nowhere, cacheClean: nowhere, cacheDirty: nowhere, anonymous: nowhere, kernel: nowhere };

test("two hosts that fail at one instant cost one rollback", () => {
  const pair: ClusterScenario = {
    ...steady,
    cluster: { ...steady.cluster, placement: "spread", vms: 2, quorum: 2 },
    rollback: { ...steady.rollback, placement: "spread" },
  };
  const columns = run(
    hostOutages(pair, [
      [0, 190, 900],
      [1, 190, 900],
    ]),
    260,
  );
  assert.is(columns["hostFailures"], 2);
  assert.is(columns["rollbacks"], 1);
  near(columns["downtimeDetect"]! * 260, timeout);
});

test("nobody moves a VM before its failure is known", () => {
  const pair: ClusterScenario = {
    ...steady,
    cluster: { ...steady.cluster, placement: "spread", vms: 2, quorum: 2 },
    rollback: { ...steady.rollback, placement: "spread" },
  };
  const scenario = hostOutages(pair, [
    [0, 190, 900],
    [1, 190 + timeout - 0.1, 900],
  ]);
  const between = finishedDomain({ ...scenario, horizon: 190 + 2 * timeout - 0.2 });
  assert.equal(
    between.clusters[0]!.vms.map(({ host }) => host?.index),
    [2, undefined],
  );
  const columns = run(scenario, 260);
  assert.is(columns["rollbacks"], 1);
  near(
    columns["downtimeDetect"]! * 260,
    2 * timeout - 0.1 - planTime,
    "the first cause of every instant but the first plan's",
  );
});

test("a VM that fails again before its failure is known has failed once", () => {
  const columns = run(
    vmFailures(steady, [
      [0, 190],
      [0, 191],
      [0, 190 + timeout + planTime / 2],
    ]),
    260,
  );
  assert.is(columns["vmFailures"], 1);
  assert.is(columns["ignoredOutages"], 2);
  assert.is(columns["rollbacks"], 1);
});

test("an outage of a host that is down is none", () => {
  const columns = run(
    hostOutages(steady, [
      [3, 190, 300],
      [3, 200, 310],
      [3, 300, 320],
    ]),
    400,
  );
  assert.is(columns["hostFailures"], 2, "the third begins as the first ends");
  assert.is(columns["ignoredOutages"], 1);
});

test.run();
