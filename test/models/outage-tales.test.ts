import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Component, Outage } from "../../models/failures/failure-spec.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { finishedDomain } from "./finished-domain.ts";
import { holdings, loneVm } from "./lone-vm.ts";
import { hostOutages } from "./small-cluster.ts";
import { forever, near, run } from "./tale.ts";

/** One VM on host 0 of rack 0, which it has for itself; three more racks of two hosts hold its copies. */
const lone: ClusterScenario = {
  ...loneVm,
  dataCentre: { ...loneVm.dataCentre, racks: 4, hostsPerRack: 2 },
  snapshot: { ...loneVm.snapshot, costs: { ...loneVm.snapshot.costs, fault: 0, track: 0 } },
};
const { timeout } = lone.detection;
const { planTime, coldStart } = lone.rollback;

const outage = (
  scenario: ClusterScenario,
  component: Component,
  start: number,
  end: number,
  index = 0,
  permanent = component === "disk",
): ClusterScenario => {
  const list: Outage[] = [{ component: index, start, end, permanent }];
  return { ...scenario, failures: { ...scenario.failures, [component]: { kind: "times", outages: list } } };
};

for (const component of ["rack", "uplink"] as const) {
  test(`a ${component} that is back before the timeout costs its time and no rollback`, () => {
    const [calm, out] = [run(lone, 300), run(outage(lone, component, 190, 193), 300)];
    assert.is(out["rollbacks"], 0);
    assert.is(out[`${component}Failures`], 1);
    near(out["downtimeDetect"]! * 300, 3);
    near(out["workRatio"], calm["workRatio"]! - 3 / 300, "what a VM does that nobody reaches does not count");
    assert.is(out["snapshotsDurable"], calm["snapshotsDurable"]);
    assert.is(out["snapshotsFailed"], 0);
  });

  test(`behind a ${component} that stays out the VM is fenced after the timeout, and rolled back elsewhere`, () => {
    const scenario = outage(lone, component, 190, 280);
    const out = run(scenario, 260);
    assert.is(out["rollbacks"], 1);
    assert.is(out["pIntact"], 1);
    near(out["downtimeDetect"]! * 260, timeout);
    assert.ok(out["rtoMean"]! > timeout + planTime, "counted from the outage");
    const domain = finishedDomain({ ...scenario, horizon: 260 });
    assert.ok(domain.clusters[0]!.vms[0]!.host!.rack !== 0);
    // The rest is as if its hosts had failed and were to come back with their disks.
    const both = [0, 1].map((host) => [host, 190, 280] as const);
    const failed = run(hostOutages(lone, both), 260);
    near(out["workRatio"], failed["workRatio"]!);
    near(out["rpoMean"], failed["rpoMean"]!);
  });
}

test("a snapshot on its way into a rack that is cut off stands still, and goes on when that is back", () => {
  const calm = finishedDomain({ ...lone, horizon: 79 });
  const captured = 40 + calm.ledger.sample("captureDuration").max;
  const durable = 40 + calm.ledger.sample("durabilityLatency").max;
  const rack = Math.floor([...holdings(calm).keys()][0]! / 2);
  const strikes = (captured + durable) / 2;
  const out = run(outage(lone, "uplink", strikes, strikes + 3, rack), 79);
  near(out["durabilityLatencyMax"], durable - 40 + 3);
  near(out["sourceBytes"], calm.ledger.sum("sourceBytes"), "no byte is sent twice");
  near(out["availability"], calm.ledger.sum("up") / 79);
});

test("the cut waits for a VM that is cut off, and is taken when it is back", () => {
  const out = finishedDomain({ ...outage(lone, "uplink", 79, 81.5), horizon: 119 });
  assert.is(out.ledger.sum("snapshots"), 2);
  near(out.clusters[0]!.cutAt, 81.5);
});

test("with its disk a host loses the copies on it, but not its VM", () => {
  const calm = finishedDomain({ ...lone, horizon: 190 });
  const [holder, bytes] = [...holdings(calm)].find(([host]) => host !== 0)!;
  const out = run(outage(lone, "disk", 190, forever, holder), 400);
  assert.is(out["diskFailures"], 1);
  near(out["repairBytes"], bytes, "all of them are made again elsewhere");
  near(out["availability"], run(lone, 400)["availability"]!);
});

test("without its disk a VM runs on but is not captured; the first snapshot on the new one is whole", () => {
  const scenario = outage(lone, "disk", 190, 300);
  const [before, without, after] = [run(lone, 190), run(scenario, 299), run(scenario, 335)];
  assert.is(without["snapshots"], before["snapshots"]);
  near(without["downtimePause"]! * 299, before["downtimePause"]! * 190);
  assert.is(after["snapshots"], before["snapshots"]! + 1);
  const domain = finishedDomain({ ...scenario, horizon: 335 });
  assert.is(domain.clusters[0]!.vms[0]!.stagedOn, undefined, "the restore points on the old disk are gone");
  // Restore points on other hosts are left, so a failure costs all work since the last of them.
  const rolled = run({ ...scenario, failures: { ...scenario.failures, vm: vmFailure(290) } }, 330);
  assert.is(rolled["pIntact"], 1);
  near(rolled["rpoMean"], 290 - 160, "since the cut at 160", 1e-3);
});
const vmFailure = (at: number) =>
  ({ kind: "times", outages: [{ component: 0, start: at, end: at, permanent: false }] }) as const;

test("a disk that fails under a capture or before the copies are made takes the snapshot with it", () => {
  for (const capture of ["post-copy", "stop-and-copy", "pre-copy"] as const) {
    const record = capture === "post-copy" ? "lazy-incremental" : "incremental";
    const plan = { ...lone, snapshot: { ...lone.snapshot, capture, record } } as ClusterScenario;
    const { ledger, clusters } = finishedDomain({ ...plan, horizon: 119 });
    const { cutAt } = clusters[0]!;
    // Of two snapshots the second is quicker.
    const [captured, durable] = (["captureDuration", "durabilityLatency"] as const).map((name) => {
      const { mean, max } = ledger.sample(name);
      return cutAt + 2 * mean - max;
    }) as [number, number];
    // Pre-copy has copied its pages before the cut.
    const capturing = capture === "pre-copy" ? cutAt - 0.1 : (cutAt + captured) / 2;
    for (const at of [capturing, (captured + durable) / 2]) {
      const out = run(outage(plan, "disk", at, at + 10), 119);
      assert.is(out["snapshotsFailed"], 1, `${capture}, at ${at}`);
      assert.is(out["snapshotsDurable"], 1);
      assert.is(out["rollbacks"], 0);
      near(out["workRatio"], run(plan, 119)["workRatio"]!, "the VM runs on", 5e-3);
    }
  }
});

test("a cold start stands still while the store is out", () => {
  const failing = hostOutages(lone, [[0, 10, 500]]);
  const begins = 10 + timeout + planTime;
  const out = run(outage(failing, "store", begins + 5, begins + 25), 200);
  near(out["downtimeColdStart"]! * 200, coldStart + 20);
  const already = run(outage(failing, "store", 0, begins + 8), 200);
  near(already["downtimeColdStart"]! * 200, coldStart + 8);
  assert.is(already["storeFailures"], 1);
});

test("a healthy VM that is suspected is fenced and rolled back in place, at once", () => {
  const suspicion = {
    ...lone.detection,
    falseSuspicion: { kind: "law", time: { law: "deterministic", value: 190 } },
  } as const;
  const out = run({ ...lone, detection: suspicion }, 260);
  assert.is(out["falseSuspicions"], 1);
  assert.is(out["vmFailures"], 0);
  assert.is(out["rollbacks"], 1);
  assert.is(out["downtimeDetect"], 0);
  const early = { ...lone, detection: suspicion };
  near(run(early, 199)["linkBytes"], run(lone, 199)["linkBytes"]!, "its host has all pages");
});

test("a rack that is gone for ever is as if all its hosts were, and so is a shock that takes them", () => {
  const both = run(
    hostOutages(lone, [
      [0, 190, 600, true],
      [1, 190, 600, true],
    ]),
    500,
  );
  const rack = run(outage(lone, "rack", 190, 600, 0, true), 500);
  const shock = {
    name: "shock",
    strikes: { kind: "times", times: [190] },
    takes: { kind: "hosts", hosts: [0, 1] },
    probability: 1,
    within: 0,
    repair: { law: "deterministic", value: 410 },
    permanent: 1,
  } as const;
  const shocked = run({ ...lone, failures: { ...lone.failures, shocks: [shock] } }, 500);
  const counts = ["hostFailures", "rackFailures", "shocks"];
  assert.equal(
    [rack, shocked].map((one) => counts.map((name) => one[name])),
    [
      [0, 1, 0],
      [2, 0, 1],
    ],
  );
  for (const [column, value] of Object.entries(both)) {
    if (counts.includes(column) || Number.isNaN(value)) continue;
    near(rack[column], value, `rack: ${column}`);
    near(shocked[column], value, `shock: ${column}`);
  }
});

test("while the quorum holds, only the work of the VM that is cut off is missing", () => {
  const pair: ClusterScenario = {
    ...lone,
    cluster: { ...lone.cluster, placement: "spread", vms: 2, quorum: 1 },
    rollback: { ...lone.rollback, placement: "spread" },
    dataCentre: { ...lone.dataCentre, racks: 8, hostsPerRack: 1 },
  };
  const [calm, out] = [run(pair, 300), run(outage(pair, "uplink", 190, 193), 300)];
  near(out["availability"], calm["availability"]!);
  near(out["workRatio"], calm["workRatio"]! - 1.5 / 300, "half of three seconds");
});

test("outages of a rack and of its uplink overlap: the rack is back when both are over", () => {
  const both = outage(outage(lone, "rack", 190, 192), "uplink", 191, 193.5);
  near(run(both, 300)["downtimeDetect"]! * 300, 3.5);
  assert.is(run(both, 300)["rollbacks"], 0);
});

test("what is down already does not fail again", () => {
  const twice = (component: Component): ClusterScenario => {
    const list = [190, 191].map((start) => ({ component: 0, start, end: start + 2, permanent: component === "disk" }));
    return { ...lone, failures: { ...lone.failures, [component]: { kind: "times", outages: list } } };
  };
  for (const component of ["disk", "rack", "uplink", "store"] as const) {
    const out = run(twice(component), 300);
    assert.equal([out[`${component}Failures`], out["ignoredOutages"]], [1, 1], component);
  }
});

test.run();
