import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { mixesFor, mixSaving, savingCeiling, sharingVms, storedMix } from "../../models/analytic/storage-saving.ts";
import type { ClassStorage, ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { finishedDomain } from "./finished-domain.ts";
import { loneVm } from "./lone-vm.ts";
import { smallCluster } from "./small-cluster.ts";

const near = (found: number, expected: number, within: number, what: string): void =>
  assert.ok(Math.abs(found - expected) <= within, `${what}: ${found}, not ${expected}`);

test("PARS's 53.9 % follow from 19 % critical pages in three copies, and two thirds are the most without dropping", () => {
  near(mixSaving({ critical: 0.1915, single: 0.8085, dropped: 0 }, 3), 0.539, 1e-9, "PARS");
  near(mixSaving({ critical: 0.19, single: 0.81, dropped: 0 }, 3), 0.539, 2e-3, "PARS, rounded");
  near(savingCeiling(3), 2 / 3, 1e-12, "ceiling");
  near(mixSaving({ critical: 0, single: 1, dropped: 0 }, 3), savingCeiling(3), 1e-12, "all kept once");
});

test("70 % need 3 c + s = 0.9: a third of the pages once and 48 % dropped beside 19 % critical, and never more than 30 %", () => {
  const mixes = mixesFor(0.7, 3);
  near(mixes.mostCritical, 0.3, 1e-12, "most critical");
  assert.ok(mixes.criticalWithoutDropping < 0, "not without dropping");
  const at19 = mixes.at(0.19)!;
  near(at19.single, 0.33, 1e-12, "once");
  near(at19.dropped, 0.48, 1e-12, "dropped");
  near(mixes.at(0.25)!.dropped, 0.6, 1e-12, "beside 25 %");
  assert.is(mixes.at(0.31), undefined);
});

test("every mix that is found for a saving has that saving", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 2, max: 5 }),
      (saving, critical, copies) => {
        const mix = mixesFor(saving, copies).at(critical);
        if (mix !== undefined) near(mixSaving(mix, copies), saving, 1e-9, "saving");
        else {
          const all = { critical, single: 0, dropped: 1 - critical };
          const least = { critical, single: 1 - critical, dropped: 0 };
          assert.ok(mixSaving(all, copies) < saving + 1e-9 || mixSaving(least, copies) > saving - 1e-9, "out of reach");
        }
      },
    ),
    { seed: 4 },
  );
});

test("VMs share what they have in common with those of their cluster that placement puts on the same host", () => {
  for (const placement of ["first-fit", "spread"] as const) {
    for (const vms of [3, 5, 7]) {
      const { cluster } = smallCluster;
      const scenario: ClusterScenario = {
        ...smallCluster,
        horizon: 1,
        cluster: {
          ...cluster,
          placement,
          count: 2,
          vms,
          quorum: vms,
          traffic: { ...cluster.traffic, kind: "even", vms },
        },
        rollback: { ...smallCluster.rollback, placement },
        storage: { ...smallCluster.storage, deduplication: "host" },
      } as ClusterScenario;
      const { clusters } = finishedDomain(scenario);
      const groups = clusters.reduce((sum, one) => sum + new Set(one.vms.map(({ host }) => host)).size, 0);
      near(sharingVms(scenario)!, (2 * vms) / groups, 1e-12, `${placement}, ${vms} VMs`);
    }
  }
  assert.is(sharingVms({ ...smallCluster, storage: { ...smallCluster.storage, deduplication: "hosts" } }), 3);
  assert.is(sharingVms(smallCluster), 1);
});

test("what a run stores of full snapshots is what the algebra says of its page mix", () => {
  const plans: readonly Partial<ClusterScenario["storage"]["types"]>[] = [
    {},
    { cacheClean: { copies: 0, onLoss: "re-read" } },
    { kernel: { erasure: { data: 2, parity: 1 }, onLoss: "fail" }, anonymous: { copies: 2, onLoss: "kill-process" } },
    { anonymous: { group: { size: 3, parity: 1 }, onLoss: "fail" } },
  ];
  for (const [i, types] of plans.entries()) {
    const scenario: ClusterScenario = {
      ...loneVm,
      horizon: 4000,
      fidelity: "fast-forward",
      snapshot: { ...loneVm.snapshot, interval: 400, record: "full" },
      storage: {
        ...loneVm.storage,
        keep: 1,
        types: { ...loneVm.storage.types, ...types } as { [type: string]: ClassStorage } as never,
      },
    };
    const stored = simulateCluster(scenario, { seed: 1, replication: 0 }).metrics["storedPeak"]!;
    const { vm, workload } = scenario.cluster;
    const one = 3 * vm.memory * (1 - storedMix(workload.classes, scenario.storage, 3).saving);
    // At most the one that is kept and the next, which is written before that is let go.
    near(stored / one, 2, 1e-6, `plan ${i}`);
  }
});

test("parts that do not add up are refused by name", () => {
  assert.throws(() => mixSaving({ critical: 0.5, single: 0.6, dropped: 0 }, 3), /must add up to 1/);
  assert.throws(() => mixSaving({ critical: -0.1, single: 1.1, dropped: 0 }, 3), /critical must lie between 0 and 1/);
});

test.run();
