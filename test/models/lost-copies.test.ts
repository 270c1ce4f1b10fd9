import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import type { ClusterScenario, OnLoss } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { finishedDomain } from "./finished-domain.ts";
import { copiesOf, loneVm, withCopies } from "./lone-vm.ts";
import { hostOutages, vmFailures } from "./small-cluster.ts";

const forever = Number.POSITIVE_INFINITY;
const run = (scenario: ClusterScenario, horizon: number): Columns =>
  simulateCluster({ ...scenario, horizon }, { seed: 7, replication: 0 }).metrics;
const near = (found: number | undefined, expected: number, what = ""): void =>
  assert.ok(
    Math.abs(found! - expected) <= 1e-6 * Math.max(1, Math.abs(expected)),
    `${what}: ${found} instead of ${expected}`,
  );

/** Without stalls work is time. */
const steady: ClusterScenario = {
  ...loneVm,
  snapshot: { ...loneVm.snapshot, costs: { ...loneVm.snapshot.costs, fault: 0, track: 0 } },
};

/** Hosts that hold pages of a class. */
const holdersOf = (scenario: ClusterScenario, pageClass: number): number[] =>
  [...copiesOf(finishedDomain({ ...scenario, horizon: 60 })).targets]
    .filter(([, shares]) => shares[pageClass]! > 0)
    .map(([{ index }]) => index);

const { coldStart, planTime, resumeTime } = loneVm.rollback;
const { timeout } = loneVm.detection;

/** The clean cache has one copy, and is lost with the VM's own host. */
const losingCache = (onLoss: OnLoss): ClusterScenario => {
  const { types } = steady.storage;
  const scenario = {
    ...steady,
    storage: { ...steady.storage, types: { ...types, cacheClean: { copies: 1, onLoss } } },
  };
  return hostOutages(
    scenario,
    [0, ...holdersOf(scenario, 0)].map((host) => [host, 190, forever, true]),
  );
};

test("zero-fill and kill-process of a lost class give a degraded restore, without its pages", () => {
  for (const onLoss of ["zero-fill", "kill-process"] as const) {
    const columns = run(losingCache(onLoss), 230);
    assert.is(columns["pDegraded"], 1, onLoss);
    assert.is(columns["snapshotsLost"], 0);
    // 256 of the 384 MiB come over the network at most.
    assert.ok(columns["residencyMean"]! - timeout - planTime < 2.56 + 0.01);
  }
});

test("re-read of a lost class gives an intact restore that reads it from the VM's disk", () => {
  const columns = run(losingCache("re-read"), 230);
  assert.is(columns["pIntact"], 1);
  const without = run(losingCache("zero-fill"), 230);
  near(
    columns["linkBytes"]! - without["linkBytes"]!,
    2 * 128 * 2 ** 20,
    "over the store's link to the NIC of the host",
  );
  near(columns["sourceBytes"]! - without["sourceBytes"]!, 0, "but no host sends it");
});

test("fail of a lost class loses the snapshots: the cluster starts cold with progress 0", () => {
  const columns = run(losingCache("fail"), 250);
  assert.is(columns["pFailed"], 1);
  assert.is(columns["snapshotsLost"], 1);
  near(columns["downtimeColdStart"]! * 250, coldStart);
  near(columns["rpoMean"], columns["downtimeCatchUp"]! * 250);
  const upAt = 190 + timeout + planTime + coldStart + 0.1;
  near(columns["workRatio"]! * 250, 250 - upAt, "what was worked since");
  near(
    columns["rpoMean"]! + columns["downtimePause"]! * 250 + columns["stall"]! * 190,
    190,
    "all that was worked before",
  );
});

const single = withCopies(loneVm, 1);
const holders = holdersOf(single, 0).concat(...[1, 2, 3].map((c) => holdersOf(single, c)));
/** The VM's host is gone for good; the hosts of its copies are away for 200 s. */
const unreachable = (rule: "wait" | "cold"): ClusterScenario =>
  hostOutages({ ...single, rollback: { ...single.rollback, unreachable: rule } }, [
    [0, 190, forever, true],
    ...[...new Set(holders)].map((host) => [host, 190, 390] as const),
  ]);

test("a restore point that nobody can reach now is waited for, when the plan says so", () => {
  const columns = run(unreachable("wait"), 410);
  assert.is(columns["pIntact"], 1);
  near(columns["downtimeNoSpare"]! * 410, 200 - timeout - planTime);
  assert.is(columns["snapshotsLost"], 0);
});

test("or the cluster starts cold at once, and forgets what it could not reach", () => {
  const columns = run(unreachable("cold"), 250);
  assert.is(columns["pFailed"], 1);
  assert.is(columns["downtimeNoSpare"], 0);
  near(columns["rtoMean"], timeout + planTime + coldStart);
  // Nothing can be written where all hosts of its copies are away, so the only restore point is the old one, or none.
  const later = run(hostOutages(unreachable("cold"), [[0, 190, forever, true]]), 250);
  assert.is(later["pIntact"], 1, "with its copies there the cluster would have been restored");
});

test("an older restore point is taken when the newest is lost, and all work since its cut is lost with it", () => {
  // Kept twice, each in full, with one copy. The hosts of the first are away while the second is cut, so it lies elsewhere.
  const full: ClusterScenario = {
    ...withCopies(loneVm, 1),
    dataCentre: { ...loneVm.dataCentre, hostsPerRack: 8 },
    snapshot: { ...loneVm.snapshot, record: "full", capture: "stop-and-copy" },
  };
  const kept: ClusterScenario = { ...full, storage: { ...full.storage, keep: 2 } };
  const hostsOf = (scenario: ClusterScenario, horizon: number): number[] =>
    [...copiesOf(finishedDomain({ ...scenario, horizon })).targets.keys()].map(({ index }) => index);
  const first = hostsOf(kept, 70);
  const away = first.map((host) => [host, 70, 100] as const);
  const second = hostsOf(hostOutages(kept, away), 110);
  assert.equal(
    second.filter((host) => first.includes(host)),
    [],
  );
  const gone = [0, ...second].map((host) => [host, 115, forever, true] as const);
  const columns = run(hostOutages(kept, [...away, ...gone]), 140);
  assert.is(columns["pIntact"], 1);
  assert.is(columns["snapshotsLost"], 1);
  const pauses = columns["downtimePause"]! * 140;
  near(columns["rpoMean"], 115 - 40 - pauses, "from the first cut on");
  // With one version kept there is nothing older.
  assert.is(run(hostOutages(full, [...away, ...gone]), 160)["pFailed"], 1);
});

test("a restore point is as old as its cut, an image as the time since the cluster was started from it", () => {
  // Durable cuts are 40 s apart, and the last snapshot but one is the restore point until the last one is durable.
  const calm = run(loneVm, 200);
  near(
    calm["restorePointAgeMax"],
    40 + finishedDomain({ ...loneVm, horizon: 60 }).ledger.sample("durabilityLatency").max,
  );
  const cold = finishedDomain({ ...losingCache("fail"), horizon: 260 });
  const age = (horizon: number): number => {
    const domain = finishedDomain({ ...losingCache("fail"), horizon });
    return domain.ledger.sample("restorePointAge").mean * horizon;
  };
  const upAt = 190 + timeout + planTime + coldStart;
  assert.is(cold.ledger.sum("failed"), 1);
  // The integral of an age over its last second.
  near(age(upAt + 11) - age(upAt + 10), 10.5);
  near(age(upAt - 10) - age(upAt - 11), upAt - 10.5, "all since the start is at stake until then");
});

test("when the source of a restore fails and that is known, another copy is read from where the first ended", () => {
  const calm = run(hostOutages(loneVm, [[0, 190, 900]]), 230);
  const restoring = 190 + timeout + planTime + 1;
  for (const source of [2, 3, 4, 5]) {
    const columns = run(
      hostOutages(loneVm, [
        [0, 190, 900],
        [source, restoring, 900],
      ]),
      230,
    );
    assert.is(columns["rollbacks"], 1);
    const late = columns["residencyMean"]! - calm["residencyMean"]!;
    assert.ok(late < timeout + 3, "nothing arrives twice");
    near(columns["rtoMean"]! - columns["residencyMean"]!, resumeTime);
  }
});

test("a rollback whose restore point is lost on the way plans anew", () => {
  const copies = [...new Set(holders)];
  const strikes = 190 + timeout + planTime + 0.2;
  const columns = run(
    hostOutages(single, [[0, 190, forever, true], ...copies.map((host) => [host, strikes, forever, true] as const)]),
    300,
  );
  assert.is(columns["rollbacks"], 1);
  assert.is(columns["pFailed"], 1);
  assert.ok(columns["rtoMean"]! >= timeout + planTime + coldStart);
});

test("no copy goes to a host that failed after the only snapshot so far was given up", () => {
  // The VM fails during its first capture, so its cluster starts cold; meanwhile a host of the planned copies fails for good.
  const { interval } = steady.snapshot;
  const [holder] = [...copiesOf(finishedDomain({ ...steady, horizon: interval + 20 })).targets].map(
    ([{ index }]) => index,
  );
  const failing = hostOutages(vmFailures(steady, [[0, interval + 0.1]]), [[holder!, interval + 10, forever, true]]);
  const domain = finishedDomain({ ...failing, horizon: 3 * interval + coldStart + 60 });
  const targets = [...copiesOf(domain).targets];
  assert.ok(targets.length >= 3);
  for (const [host, shares] of targets)
    assert.ok(host.up || shares.every((share) => share === 0), `${host.name} is down`);
});

test.run();
