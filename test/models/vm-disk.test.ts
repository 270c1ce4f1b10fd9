import { test } from "uvu";
import * as assert from "uvu/assert";
import { DataCentre } from "../../models/data-centre/data-centre.ts";
import { GuestWrites } from "../../models/guest/guest-writes.ts";
import type { VmDiskSpec } from "../../models/scenario.ts";
import { layerBytes } from "../../models/store/disk-layer.ts";
import { VmDisk } from "../../models/store/vm-disk.ts";
import { FluidNetwork, Simulation } from "../../sim/index.ts";
import { smallCluster } from "./small-cluster.ts";

const spec: VmDiskSpec = { bytes: 1000, writeRate: 100, on: "store" };
const centre = new DataCentre(new FluidNetwork(new Simulation()), smallCluster.dataCentre);

/** A disk that was cut at these versions, each after so many seconds of work. */
const diskWith = (cuts: readonly (readonly [version: number, work: number])[]): VmDisk => {
  const disk = new VmDisk(spec, new GuestWrites(centre, spec));
  for (const [version, work] of cuts) disk.freeze(version, disk.unfrozen(work), undefined);
  return disk;
};

const shown = (disk: VmDisk) => disk.layers.map(({ version, whole, bytes }) => [version, whole, bytes] as const);
const written = (work: number): number => layerBytes(spec, work);
/** Blocks that two stretches of work have written together are those that all of their work has. */
const together = (one: number, other: number): number => written(one + other);

test("the layer above takes over the blocks of a snapshot that is gone, each of them once", () => {
  const disk = diskWith([
    [1, 9],
    [2, 4],
    [3, 2],
  ]);
  disk.release(2);
  assert.equal(
    shown(disk).map(([version, whole]) => [version, whole]),
    [
      [1, true],
      [3, false],
    ],
  );
  assert.ok(Math.abs(shown(disk)[1]![2] - together(4, 2)) < 1e-9);
  disk.release(1);
  assert.equal(shown(disk), [[3, true, 1000]], "upon nothing it holds all");
});

test("without a layer above, the next one that is frozen does", () => {
  const disk = diskWith([
    [1, 9],
    [2, 4],
  ]);
  disk.release(2);
  assert.equal(shown(disk), [[1, true, 1000]]);
  assert.ok(Math.abs(disk.unfrozen(2) - together(4, 2)) < 1e-9);
  disk.freeze(3, disk.unfrozen(2), undefined);
  assert.equal(
    shown(disk).map(([version]) => version),
    [1, 3],
  );
  const alone = diskWith([[1, 9]]);
  alone.release(1);
  assert.ok(alone.fresh, "what was all there is has to be frozen again");
  assert.is(alone.unfrozen(2), 1000);
});

test("a rollback discards all layers above that of its cut", () => {
  const disk = diskWith([
    [1, 9],
    [2, 4],
    [3, 2],
  ]);
  disk.release(3);
  disk.revertTo(2);
  assert.equal(
    shown(disk).map(([version]) => version),
    [1, 2],
  );
  assert.is(disk.unfrozen(5), written(5), "nothing is left of the future");
  disk.clear();
  assert.ok(disk.fresh && shown(disk).length === 0);
});

test("memory of a cut whose layer is not there is not restored", () => {
  const disk = diskWith([
    [1, 9],
    [2, 4],
  ]);
  disk.release(1);
  assert.throws(
    () => disk.revertTo(1),
    /snapshot 1 has no layer of the disk, which has 2: both must be of the same cut/,
  );
});

test("with its copies lost a disk is frozen whole again", () => {
  const disk = diskWith([
    [1, 9],
    [2, 4],
  ]);
  disk.startOver();
  assert.is(disk.unfrozen(2), 1000);
  disk.freeze(3, disk.unfrozen(2), undefined);
  assert.equal(shown(disk), [[3, true, 1000]]);
  assert.is(disk.unfrozen(2), written(2));
});

test("guests leave a link what they do not write, a failed link passes nothing, and both give back all they took", () => {
  const [host] = centre.hosts;
  const capacity = centre.capacityOf(centre.store);
  const all = centre.store.capacity;
  const disk = diskWith([]);
  disk.begin(host!, 0.5);
  assert.is(centre.store.capacity, all - 50, "throttled to half its speed");
  disk.end();
  disk.begin(host!, 1);
  assert.is(centre.store.capacity, all - 100);
  capacity.fail();
  assert.is(centre.store.capacity, 0);
  disk.end();
  assert.is(centre.store.capacity, 0, "still failed");
  capacity.recover();
  assert.is(centre.store.capacity, all);
  disk.end();
  assert.is(centre.store.capacity, all, "a guest that stands still stops only once");
});

test.run();
