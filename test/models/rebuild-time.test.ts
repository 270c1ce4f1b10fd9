import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { rebuildTime } from "../../models/transfer/rebuild-time.ts";
import { hostOutages, smallCluster, vmFailures } from "./small-cluster.ts";

const test = suite("memories that are made again");
const MiB = 2 ** 20;

test("take one after the other on a host, side by side on several, and no time where guests do not wait for them", () => {
  const [one, other] = [{}, {}];
  const eager = { resume: "eager", rebuildRate: 50 * MiB } as const;
  assert.is(rebuildTime([one, other, one, undefined], 100 * MiB, eager), 4);
  assert.is(rebuildTime([one, other], 100 * MiB, eager), 2);
  assert.is(rebuildTime([], 100 * MiB, eager), 0);
  assert.is(rebuildTime([one, one], 100 * MiB, { ...eager, rebuildRate: Number.POSITIVE_INFINITY }), 0);
  for (const resume of ["on-demand", "working-set"] as const)
    assert.is(rebuildTime([one, one], 100 * MiB, { ...eager, resume }), 0);
});

/** A host is lost when its VM has a restore point, and the VM is restored on a free host, or on that of another VM. */
const lostHost = (rebuildRate: number, placement: "pack" | "spread"): ClusterScenario =>
  hostOutages({ ...smallCluster, horizon: 400, rollback: { ...smallCluster.rollback, placement, rebuildRate } }, [
    [0, 200, 400, true],
  ]);

for (const [placement, together] of [
  ["spread", 1],
  ["pack", 2],
] as const)
  test(`put off the first instruction by the memories of the busiest host: ${placement}`, () => {
    const [free, dear] = [Number.POSITIVE_INFINITY, 80 * MiB].map(
      (rate) => simulateCluster(lostHost(rate, placement), { seed: 1, replication: 0 }).metrics,
    );
    // All but the free pages of a VM.
    const seconds = (together * 384) / 80;
    assert.is(free!["rollbacks"], 1);
    for (const column of ["rtoMean", "ttrMean"])
      assert.ok(
        Math.abs(dear![column]! - free![column]! - seconds) < 1e-9,
        `${column} ${dear![column]! - free![column]!}`,
      );
    assert.is(dear!["restoreBytes"], free!["restoreBytes"]);
  });

test("may be broken off by whatever fails meanwhile", () => {
  const slow = { ...smallCluster, horizon: 600, rollback: { ...smallCluster.rollback, rebuildRate: 40 * MiB } };
  const run = { seed: 1, replication: 0 };
  let brokenOff = 0;
  for (let second = 200; second < 225; second += 0.7) {
    const twice = simulateCluster(
      hostOutages(slow, [
        [0, 200, 600, true],
        [1, second, 600, true],
      ]),
      run,
    ).metrics;
    const vm = simulateCluster(vmFailures(hostOutages(slow, [[0, 200, 600, true]]), [[1, second]]), run).metrics;
    for (const { rollbacks, pIntact } of [twice, vm]) {
      assert.ok(rollbacks! >= 1 && pIntact === 1, `${second}: ${rollbacks} rollbacks, ${pIntact} intact`);
      if (rollbacks === 1) brokenOff++;
    }
  }
  assert.ok(brokenOff > 20, `${brokenOff} were broken off`);
});

test.run();
