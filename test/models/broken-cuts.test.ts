import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ClusterScenario, type CutProtocol, cutProtocols } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { watchCluster } from "../../models/watch.ts";
import { finishedDomain } from "./finished-domain.ts";
import { loneVm } from "./lone-vm.ts";
import { hostOutages, smallCluster, vmFailures } from "./small-cluster.ts";

const seed = 7;
const { vms } = smallCluster.cluster;

/** Three VMs that get ready for a cut within seconds of each other. Without stalls the books have to close exactly. */
const slowToCut = (cut: CutProtocol, capture: "post-copy" | "stop-and-copy"): ClusterScenario => ({
  ...smallCluster,
  snapshot: {
    ...smallCluster.snapshot,
    cut,
    capture,
    record: "incremental",
    clockSkew: 2,
    costs: { ...smallCluster.snapshot.costs, fault: 0, track: 0, prepareSpread: { law: "exponential", mean: 1 } },
  },
  cluster: { ...smallCluster.cluster, traffic: { kind: "even", vms, messagesPerSecond: 0.3 } },
});

/** When each VM is cut for the second snapshot, if nothing fails. */
const secondCut = (scenario: ClusterScenario): Map<string, number> => {
  const cuts = new Map<string, number>();
  for (const events of watchCluster({ ...scenario, horizon: 100 }, { seed, replication: 0 })) {
    for (const event of events) if (event.kind === "cut" && event.snapshot === 2) cuts.set(event.vm, event.at);
  }
  return cuts;
};

test("a VM that fails before its own cut breaks that of the others; nothing of it is left, and the next one holds", () => {
  const life = fc.record({
    cut: fc.constantFrom(...cutProtocols),
    capture: fc.constantFrom("post-copy" as const, "stop-and-copy" as const),
    vm: fc.integer({ min: 0, max: vms - 1 }),
    after: fc.double({ min: 0, max: 3, noNaN: true }),
  });
  let broken = 0;
  fc.assert(
    fc.property(life, ({ cut, capture, vm, after }) => {
      const scenario = slowToCut(cut, capture);
      const cuts = secondCut(scenario);
      const at = 80 + after;
      // The others are cut before the failure is found, four seconds after it at the earliest.
      const breaks = at < cuts.get(`cluster vm ${vm}`)!;
      const failing = vmFailures(scenario, [[vm, at]]);

      const found = finishedDomain({ ...failing, horizon: at + 6 });
      assert.is(found.ledger.sum("cutsBroken"), breaks ? 1 : 0, `${cut}, VM ${vm} at ${at}`);
      assert.is(found.clusters[0]!.cut, undefined);
      assert.equal(
        [...found.transfers.active].filter(({ options }) => options.errand === "capture"),
        [],
      );

      const { metrics } = simulateCluster({ ...failing, horizon: 200 }, { seed, replication: 0 });
      assert.is(metrics["rollbacks"], 1);
      assert.is(metrics["pIntact"], 1);
      assert.ok(metrics["snapshotsDurable"]! >= 2, `${metrics["snapshotsDurable"]} durable snapshots`);
      if (breaks) {
        broken += 1;
        assert.is(metrics["cutsBroken"], 1);
        assert.is(metrics["snapshotsFailed"], 0, "what was never cut is no snapshot");
        assert.ok(metrics["rpoMean"]! > 30, `only the first snapshot is left, but ${metrics["rpoMean"]} s were lost`);
      }
    }),
    { numRuns: 60, seed: 3, includeErrorInReport: true },
  );
  assert.ok(broken >= 10, `only ${broken} cuts were broken`);
});

test("what a rollback returns to is the mean of what the cluster had done at the cut of each VM", () => {
  // Whoever is cut stands still for a second, and with all VMs in the quorum nothing counts meanwhile.
  const base = slowToCut("independent", "post-copy");
  const scenario: ClusterScenario = {
    ...base,
    snapshot: { ...base.snapshot, costs: { ...base.snapshot.costs, device: 1, armPerPage: 0 } },
  };
  const failing = vmFailures({ ...scenario, horizon: 79 }, [[0, 70]]);
  const { metrics } = simulateCluster(failing, { seed, replication: 0 });
  const cuts: number[] = [];
  for (const events of watchCluster(failing, { seed, replication: 0 })) {
    for (const event of events) if (event.kind === "cut" && event.at < 70) cuts.push(event.at);
  }
  cuts.sort((a, b) => a - b);
  /** Time in which all VMs run, up to `time`. */
  const worked = (time: number): number => {
    let [up, free] = [0, 0];
    for (const cut of cuts) {
      up += Math.max(0, Math.min(cut, time) - free);
      free = Math.max(free, cut + 1);
    }
    return up + Math.max(0, time - free);
  };
  const point = cuts.reduce((sum, cut) => sum + worked(cut), 0) / vms;
  assert.ok(Math.abs(metrics["rpoMean"]! - (worked(70) - point)) < 1e-9, `${metrics["rpoMean"]} s were lost`);
});

test("faults behind a cut that is never complete are none of a snapshot", () => {
  const { snapshot } = smallCluster;
  const costs = { ...snapshot.costs, prepareSpread: { law: "exponential", mean: 2 } } as const;
  const scenario = { ...smallCluster, horizon: 44, snapshot: { ...snapshot, cut: "independent", costs } } as const;
  const { metrics } = simulateCluster(vmFailures(scenario, [[0, 39.9]]), { seed, replication: 0 });
  assert.is(metrics["snapshots"], 0);
  assert.ok(metrics["stall"]! > 0);
  assert.ok(Number.isNaN(metrics["faults"]));
});

test("a failure between two steps of a cut, at the very instant of both, is waited for like any other", () => {
  // The outage of another host makes the failure come after the pause at the same instant.
  for (const capture of ["stop-and-copy", "pre-copy", "post-copy"] as const) {
    const scenario: ClusterScenario = {
      ...loneVm,
      horizon: 600,
      snapshot: { ...loneVm.snapshot, interval: 20, capture, record: "incremental" },
    };
    const failing = hostOutages(scenario, [
      [3, 285, 285.5],
      [0, 300, Number.POSITIVE_INFINITY, true],
    ]);
    const { metrics } = simulateCluster(failing, { seed: 1, replication: 0 });
    assert.is(metrics["rollbacks"], 1, capture);
    assert.is(metrics["pIntact"], 1, capture);
  }
});

test.run();
