import { test } from "uvu";
import * as assert from "uvu/assert";
import { distinctWrites, memoryTable } from "../../models/guest/memory.ts";
import type { ClusterSpec } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { smallCluster } from "./small-cluster.ts";

const { cluster, storage } = smallCluster;

const withClasses = (change: (one: (typeof cluster.workload.classes)[number], i: number) => object): ClusterSpec => ({
  ...cluster,
  workload: {
    ...cluster.workload,
    classes: cluster.workload.classes.map((one, i) => ({ ...one, ...change(one, i) })),
  },
});

test("distinct writes begin like the writes and end at all pages", () => {
  assert.ok(Math.abs(distinctWrites(1e6, 1e-3, 1) / 1e-3 - 1) < 1e-8);
  assert.is(distinctWrites(1000, 1e9, 1), 1000);
  assert.is(distinctWrites(0, 5, 7), 0);
  assert.is(distinctWrites(10, 0, 7), 0);
});

test("a class with no copies is neither captured nor stored, and is read again where its loss asks for it", () => {
  const dropping = { ...storage, types: { ...storage.types, cacheClean: { copies: 0, onLoss: "re-read" as const } } };
  const table = memoryTable(cluster, dropping);
  assert.equal(
    table.dropped.map(({ type }) => type),
    ["free", "cacheClean"],
  );
  assert.is(table.bytes, 256 * 2 ** 20);
  assert.is(table.reReadBytes, 128 * 2 ** 20);
  assert.is(memoryTable(cluster, storage).reReadBytes, 0, "zero-fill costs nothing");
});

test("zero pages are dropped only where the plan says so, and the others are written as often each", () => {
  const half = withClasses(() => ({
    content: { zero: 0.5, selfDuplicate: 0, interVm: { all: 0, pair: 0 }, unique: 0.5 },
  }));
  const dropped = memoryTable(half, storage);
  const kept = memoryTable(half, { ...storage, dropZero: false });
  assert.is(dropped.bytes, kept.bytes / 2);
  assert.equal(
    dropped.classes.map(({ writesPerPage }) => writesPerPage),
    kept.classes.map(({ writesPerPage }) => writesPerPage),
  );
});

test("page classes must add up to the memory of the VM", () => {
  assert.throws(() => memoryTable({ ...cluster, vm: { ...cluster.vm, memory: 2 ** 30 } }, storage), RangeError);
});

test("a guest that writes nothing has snapshots of nothing, and they are restore points all the same", () => {
  const idle = { ...smallCluster, cluster: withClasses(() => ({ writesPerSecond: 0 })) };
  const { metrics } = simulateCluster({ ...idle, horizon: 3990 }, { seed: 7, replication: 0 });
  const first = simulateCluster({ ...idle, horizon: 100 }, { seed: 7, replication: 0 }).metrics;
  assert.is(metrics["faults"], 0);
  assert.is(metrics["sourceBytes"], first["sourceBytes"], "only the first snapshot holds pages");
  assert.is(metrics["snapshotsDurable"], metrics["snapshots"]);
});

test("a guest of which nothing is stored is snapshotted and rolled back without moving a byte", () => {
  const none = { copies: 0, onLoss: "zero-fill" } as const;
  const types = { free: none, cacheClean: none, cacheDirty: none, anonymous: none, kernel: none };
  const failures = {
    ...smallCluster.failures,
    vm: { kind: "times" as const, outages: [{ component: 1, start: 100, end: 100, permanent: false }] },
  };
  const { metrics } = simulateCluster(
    { ...smallCluster, storage: { ...storage, types }, failures },
    { seed: 7, replication: 0 },
  );
  // Zeros in pages that were not free are not what the guest had there.
  assert.is(metrics["pDegraded"], 1);
  assert.is(metrics["linkBytes"], 0);
  assert.is(metrics["storedPeak"], 0);
});

test.run();
