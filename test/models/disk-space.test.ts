import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterScenario, OnFull } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { assertBothFidelities } from "./both-fidelities.ts";
import { finishedDomain } from "./finished-domain.ts";
import { loneVm } from "./lone-vm.ts";
import { hostOutages } from "./small-cluster.ts";

/** Full snapshots of one VM, 384 MiB of which are stored, three times but for the cache. */
const limited = (capacity: number, onFull: OnFull, keep = 3): ClusterScenario => ({
  ...loneVm,
  horizon: 2000,
  dataCentre: {
    ...loneVm.dataCentre,
    host: { ...loneVm.dataCentre.host, disk: { ...loneVm.dataCentre.host.disk, capacity } },
  },
  snapshot: { ...loneVm.snapshot, interval: 60, record: "full" },
  storage: { ...loneVm.storage, keep, onFull },
});
const run = (scenario: ClusterScenario) => simulateCluster(scenario, { seed: 1, replication: 0 }).metrics;
const whole = finishedDomain(limited(Number.POSITIVE_INFINITY, "stop")).memory.bytes;

test("no snapshot is taken while a disk has no room for it, and time is counted for which that is so", () => {
  // The host of the VM holds one snapshot, and has no room for the next: none is ever let go.
  const columns = run(limited(1.5 * whole, "stop"));
  assert.is(columns["snapshots"], 1);
  // From the second cut, planned at 120 s, to the horizon.
  assert.ok(Math.abs(columns["diskFull"]! - (2000 - 120) / 2000) < 1e-3, `${columns["diskFull"]}`);
});

test("a run says for how long snapshots waited for room, and nothing where none did", () => {
  const notes = (capacity: number): string =>
    simulateCluster(limited(capacity, "stop"), { seed: 1, replication: 0 }).notes.join("\n");
  assert.match(notes(1.5 * whole), /disks were full: for 94 % of the time snapshots waited for room/);
  assert.not.match(notes(Number.POSITIVE_INFINITY), /full: for/);
});

test("or the oldest restore points are let go before their time, and snapshots go on with fewer of them", () => {
  const roomy = run(limited(Number.POSITIVE_INFINITY, "expire"));
  const columns = run(limited(2.5 * whole, "expire"));
  assert.is(columns["diskFull"], 0);
  assert.is(columns["snapshots"], roomy["snapshots"]);
  const domain = finishedDomain(limited(2.5 * whole, "expire"));
  const [chain] = domain.clusters.map((cluster) => domain.store.chain(cluster));
  assert.ok(chain!.versions.length < 3, `${chain!.versions.length} are kept of 3`);
  assert.ok(domain.store.space.peak <= 2.5 * whole);
});

test("a disk with room for all is as if it had no end", () => {
  const roomy = run(limited(100 * whole, "stop"));
  const endless = run(limited(Number.POSITIVE_INFINITY, "stop"));
  const { diskPeak: _, ...others } = endless;
  for (const [column, value] of Object.entries(others)) assert.ok(Object.is(roomy[column], value), column);
});

test("copies of a lost host go to hosts that have room for them", () => {
  const base = limited(4.2 * whole, "stop", 1);
  const failing = hostOutages({ ...base, horizon: 4000 }, [[3, 1000, Number.POSITIVE_INFINITY, true]]);
  const domain = finishedDomain(failing);
  for (const host of domain.centre.hosts) assert.ok(host.used <= 4.2 * whole, host.name);
  const columns = run(failing);
  assert.ok(columns["snapshotsDurable"]! > 40);
  assert.ok(columns["diskPeak"]! <= 4.2 * whole && columns["diskPeak"]! > whole);
});

test("without failures no disk is ever above its capacity, whatever is recorded and however many clusters share it", () => {
  for (const record of ["full", "incremental", "lazy-incremental"] as const) {
    for (const size of [1.6, 2.7, 4.1, 9]) {
      const base = limited(size * whole, "expire");
      const scenario: ClusterScenario = {
        ...base,
        cluster: { ...base.cluster, count: 3 },
        snapshot: {
          ...base.snapshot,
          record,
          interval: 30,
          fullEvery: record === "incremental" ? 4 : Number.POSITIVE_INFINITY,
        },
      };
      const columns = run(scenario);
      assert.ok(columns["diskPeak"]! <= size * whole, `${record}, ${size}: ${columns["diskPeak"]! / whole}`);
    }
  }
});

test("jumps agree with the full simulation when disks are full", () => {
  for (const onFull of ["stop", "expire"] as const) {
    const base = limited(3.5 * whole, onFull);
    const failing = hostOutages({ ...base, horizon: 20_000 }, [
      [0, 7_321, 8_000],
      [2, 15_000, Number.POSITIVE_INFINITY, true],
    ]);
    assertBothFidelities(failing, onFull);
  }
});

test.run();
