import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import type { ClusterScenario, VmDiskSpec } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import type { SimulatedDomain } from "../../models/simulation/simulated-domain.ts";
import { bitmapBytes, layerBytes, layerCosts } from "../../models/store/disk-layer.ts";
import { finishedDomain } from "./finished-domain.ts";
import { loneVm } from "./lone-vm.ts";
import { hostOutages, vmFailures } from "./small-cluster.ts";

const MiB = 2 ** 20;
const forever = Number.POSITIVE_INFINITY;

const near = (found: number | undefined, expected: number, what = ""): void =>
  assert.ok(
    Math.abs(found! - expected) <= 1e-6 * Math.max(1e-3, Math.abs(expected)),
    `${what}: ${found} instead of ${expected}`,
  );

const run = (scenario: ClusterScenario, horizon: number): Columns =>
  simulateCluster({ ...scenario, horizon }, { seed: 7, replication: 0 }).metrics;

/** A lone VM that nothing stalls, so that its work is time, with a disk; cuts at 40, 80, … and three copies of all. */
const withDisk = (disk: Partial<VmDiskSpec> = {}): ClusterScenario => ({
  ...loneVm,
  cluster: {
    ...loneVm.cluster,
    vm: { ...loneVm.cluster.vm, disk: { bytes: 256 * MiB, writeRate: 2 * MiB, on: "local", ...disk } },
  },
  snapshot: { ...loneVm.snapshot, costs: { ...loneVm.snapshot.costs, fault: 0, track: 0 } },
});

const without: ClusterScenario = {
  ...withDisk(),
  cluster: { ...loneVm.cluster, vm: { cores: 2, memory: 512 * MiB } },
};

const { planTime, resumeTime } = loneVm.rollback;
const { timeout } = loneVm.detection;
const { disk: hostDisk, nic } = loneVm.dataCentre.host;
const { store } = loneVm.dataCentre;

/** Work between the cut at 40 and that at 80, or between later ones. */
const workBefore = (cut: "second" | "later", scenario = withDisk()): number => {
  const { ledger } = finishedDomain({ ...scenario, horizon: 130 });
  const pauses = ledger.sample("pause");
  // The first cut protects all memory, the others what was written.
  return 40 - (cut === "second" ? pauses.max : pauses.quantile(0));
};

const layersOf = (domain: SimulatedDomain) => domain.clusters[0]!.vms[0]!.disk!.layers;

test("a layer holds each block once that was written since the cut before, and the first one holds all", () => {
  const kept = { ...withDisk(), storage: { ...loneVm.storage, keep: 3 } };
  const layers = layersOf(finishedDomain({ ...kept, horizon: 130 }));
  assert.equal(
    layers.map(({ version, whole }) => [version, whole]),
    [
      [1, true],
      [2, false],
      [3, false],
    ],
  );
  near(layers[0]!.bytes, 256 * MiB);
  const expected = (work: number): number => 256 * MiB * (1 - Math.exp((-2 * work) / 256));
  near(layers[1]!.bytes, expected(workBefore("second")));
  near(layers[2]!.bytes, expected(workBefore("later")));
  near(run(kept, 130)["diskLayerBytes"], (layers[1]!.bytes + layers[2]!.bytes) / 2);
});

test("a layer grows with the work until it holds all blocks, and not at all without writes", () => {
  const disk: VmDiskSpec = { bytes: 100 * MiB, writeRate: MiB, on: "local" };
  near(layerBytes(disk, 1), 100 * MiB * (1 - Math.exp(-0.01)));
  near(layerBytes(disk, 1e-6), 1e-6 * MiB, "each block that is written is another one at first");
  near(layerBytes(disk, 1e5), 100 * MiB);
  assert.is(layerBytes({ ...disk, writeRate: 0 }, 1e5), 0);
});

test("the layer of every cut costs its bitmap's write while the guest is paused", () => {
  // A bit for each block: the 50 GB of iROW in blocks of 64 KiB need about 100 KiB.
  near(bitmapBytes({ bytes: 50e9, writeRate: 0, on: "local" }, { copies: 3, block: 65536 }), 762_940 / 8);
  const bitmap = (256 * MiB) / 65536 / 8;
  for (const [on, expected] of [
    ["local", hostDisk.latency + bitmap / hostDisk.write],
    ["store", store.latency + bitmap / store.bandwidth],
  ] as const) {
    for (const capture of ["post-copy", "stop-and-copy", "pre-copy"] as const) {
      const mode = { capture, record: "incremental" } as const;
      // Nothing is written to disk, so that the copier keeps its bandwidth.
      const paused = (scenario: ClusterScenario): number =>
        run({ ...scenario, snapshot: { ...scenario.snapshot, ...mode } }, 130)["pauseMax"]!;
      near(paused(withDisk({ on, writeRate: 0 })) - paused(without), expected, `${on}, ${capture}`);
    }
  }
});

test("what the guest writes to a local disk is taken off the disk of its host while it runs, and off no other", () => {
  // A copier that is faster than the disk: 384 MiB in all, 200 MiB/s for both.
  const { costs } = without.snapshot;
  const fast = (scenario: ClusterScenario): ClusterScenario => ({
    ...scenario,
    snapshot: { ...scenario.snapshot, record: "full", costs: { ...costs, copyRate: 1e12, unprotectPerPage: 0 } },
  });
  const captured = (scenario: ClusterScenario): number =>
    run(fast(scenario), 60)["captureDurationMean"]! - run(fast(scenario), 60)["pauseMean"]!;
  near(captured(without), 384 / 200 + hostDisk.latency);
  near(captured(withDisk({ writeRate: 40 * MiB })), 384 / 160 + hostDisk.latency);
  near(captured(withDisk({ writeRate: 40 * MiB, on: "store" })), 384 / 200 + hostDisk.latency);
  const stopped = { ...withDisk({ writeRate: 40 * MiB }) };
  const pause = run({ ...fast(stopped), snapshot: { ...fast(stopped).snapshot, capture: "stop-and-copy" } }, 60)[
    "pauseMean"
  ];
  const { create } = layerCosts(stopped.cluster.vm.disk!, stopped.storage.disk, hostDisk, store);
  near(pause, costs.fixed + create + 384 / 200, "a guest that is paused writes nothing");
  const domain = finishedDomain({ ...withDisk(), horizon: 60 });
  assert.is(domain.centre.hosts[0]!.diskWrite.capacity, hostDisk.write, "all is given back at the end");
});

test("a snapshot is durable when the layer of the local disk has its copies, too", () => {
  // Three copies of 384 MiB memory, one of them only once, and of 256 MiB disk leave by one network card.
  const memory = 3 * 256 + 128;
  const [plain, disk] = [without, withDisk({ writeRate: 0 })].map((scenario) => run(scenario, 79)) as [
    Columns,
    Columns,
  ];
  near(plain["sourceBytes"], memory * MiB);
  near(disk["sourceBytes"], (memory + 3 * 256) * MiB);
  near(disk["storedPeak"]! - plain["storedPeak"]!, 3 * 256 * MiB, "three copies");
  near(
    disk["diskStoredBytes"]! / disk["storedBytes"]!,
    (3 * 256) / (memory + 3 * 256),
    "of which the disk's are told apart",
  );
  const longer = disk["durabilityLatencyMean"]! - plain["durabilityLatencyMean"]!;
  assert.ok(longer > 0);
  near(run(withDisk({ on: "store" }), 79)["sourceBytes"], memory * MiB, "a layer on the store moves nowhere");
});

test("in place a rollback discards what was written since the cut, and moves nothing", () => {
  const failing = (scenario: ClusterScenario) => vmFailures(scenario, [[0, 190]]);
  const [plain, disk] = [run(failing(without), 230), run(failing(withDisk()), 230)];
  assert.is(disk["pIntact"], 1);
  // Only the bitmap of the layer is read.
  const { open, create } = layerCosts(withDisk().cluster.vm.disk!, withDisk().storage.disk, hostDisk, store);
  near(disk["residencyMean"]! - plain["residencyMean"]!, open);
  assert.ok(create > open, "this disk writes more slowly than it reads");
  const domain = finishedDomain({ ...failing(withDisk()), horizon: 195 });
  assert.equal(
    layersOf(domain).map(({ version }) => version),
    [4],
    "the layer of the cut at 160 is the uppermost",
  );
});

test("on another host the whole disk arrives before the VM runs; a disk on the store is there at once", () => {
  const failing = (scenario: ClusterScenario) => hostOutages(scenario, [[0, 190, forever, true]]);
  const resident = (scenario: ClusterScenario): number =>
    run(failing(scenario), 230)["residencyMean"]! - timeout - planTime;
  const moved = (scenario: ClusterScenario): number =>
    run(failing(scenario), 230)["sourceBytes"]! - run(scenario, 190)["sourceBytes"]!;
  const disk = withDisk({ writeRate: 0 });
  // Host 1 takes over. Blocks of its own copies stay where they are: what it lacks comes through its network card.
  const lacking = (): number => {
    const domain = finishedDomain({ ...disk, horizon: 189 });
    const part = domain.store.chain(domain.clusters[0]!).newest!.parts[0]!;
    const own = domain.centre.hosts[1]!;
    const held = part.layer!.stored!.copies.targets.get(own)?.[0] ?? 0;
    return (1 - held) * 256 * MiB;
  };
  const more = moved(disk) - moved(without);
  near(more, lacking());
  assert.ok(more > 0 && resident(disk) >= resident(without) + (0.9 * more) / nic);
  near(moved(withDisk({ on: "store", writeRate: 0 })), moved(without));
});

test("a restore opens the layers one after the other, so a longer chain takes longer", () => {
  const keeping = (keep: number): ClusterScenario =>
    vmFailures({ ...withDisk(), storage: { ...loneVm.storage, keep } }, [[0, 190]]);
  const { open } = layerCosts(withDisk().cluster.vm.disk!, withDisk().storage.disk, hostDisk, store);
  near(run(keeping(3), 230)["residencyMean"]! - run(keeping(1), 230)["residencyMean"]!, 2 * open);
  // One, two and three layers when the first four snapshots become durable, before the merge that takes one away.
  near(run(keeping(1), 189)["chainDepth"], (1 + 2 + 2 + 2) / 4);
  near(run(keeping(3), 189)["chainDepth"], (1 + 2 + 3 + 4) / 4);
});

test("a merge reads and writes the layer on each host of its copies and on the VM's own", () => {
  for (const horizon of [119, 159]) {
    const [plain, disk] = [without, withDisk()].map((scenario) => finishedDomain({ ...scenario, horizon }));
    const carried = (domain: SimulatedDomain, what: "diskRead" | "diskWrite"): number =>
      domain.centre.hosts.reduce((sum, host) => sum + host[what].carried, 0);
    const merges = horizon === 119 ? 1 : 2;
    const second = layerBytes(disk!.scenario.cluster.vm.disk!, workBefore("second"));
    const third = layerBytes(disk!.scenario.cluster.vm.disk!, workBefore("later"));
    const merged = second + (merges - 1) * third;
    // Read once for its three copies, and by each of four disks when it is merged; written three and four times.
    const [reads, writes] = [256 * MiB + merged * (1 + 4), 3 * (256 * MiB + merged) + 4 * merged];
    // Less memory was written in the time of the longer pauses.
    const tolerance = 1e-3 * merged;
    assert.ok(Math.abs(carried(disk!, "diskRead") - carried(plain!, "diskRead") - reads) < tolerance);
    assert.ok(Math.abs(carried(disk!, "diskWrite") - carried(plain!, "diskWrite") - writes) < tolerance);
  }
});

test("on the store a merge uses its bandwidth twice for each byte, and no other link", () => {
  const scenario = withDisk({ on: "store" });
  const domain = finishedDomain({ ...scenario, horizon: 119 });
  const merged = layerBytes(scenario.cluster.vm.disk!, workBefore("second", scenario));
  near(domain.centre.store.carried, 2 * merged);
  const unwritten = withDisk({ on: "store", writeRate: 0 });
  near(run(scenario, 119)["linkBytes"], run(unwritten, 119)["linkBytes"]!, "over no network");
});

test("an interval in which the store cannot merge a layer stretches until it can", () => {
  // 20 of 30 MiB/s are the guest's: a merge reads and writes with the other 10, and with all of them in a pause. Layers
  // that hold blocks twice make the interval that is sustained a fixed point, although 20 + 2 × 20 is more than 30.
  const scenario = withDisk({ writeRate: 20 * MiB, on: "store" });
  const { ledger } = finishedDomain({
    ...scenario,
    horizon: 4000,
    dataCentre: { ...scenario.dataCentre, store: { ...store, bandwidth: 30 * MiB } },
    snapshot: { ...scenario.snapshot, interval: 10 },
  });
  const pause = ledger.sample("pause").quantile(0.5);
  let interval = 10;
  for (let i = 0; i < 1000; i++) {
    const layer = 256 * (1 - Math.exp((-20 * (interval - pause)) / 256));
    interval = pause + (2 * layer - 30 * pause) / 10;
  }
  near(ledger.sample("intervalAchieved").quantile(0.5), interval);
  assert.ok(interval > 50 && interval < 51);
});

test("a guest that is throttled leaves more of the store to the merges that it is throttled for", () => {
  const scenario = withDisk({ writeRate: 20 * MiB, on: "store" });
  const columns = run(
    {
      ...scenario,
      dataCentre: { ...scenario.dataCentre, store: { ...store, bandwidth: 30 * MiB } },
      snapshot: { ...scenario.snapshot, interval: 40, onOverrun: "throttle" },
    },
    4000,
  );
  near(columns["intervalAchieved"], 40, "at full speed it would be 50");
  // At full speed 10 MiB/s are left, of which the speed that merges 40 s of work would be about 0.5.
  assert.ok(columns["workRatio"]! > 0.6 && columns["workRatio"]! < 0.95, `${columns["workRatio"]}`);
  assert.ok(columns["utilisationMerge"]! < 1);
});

test("memory without the disk of its cut is no restore point: the cluster starts cold", () => {
  // Memory has three copies, the disk one, which is lost together with the VM's host.
  const scenario: ClusterScenario = {
    ...withDisk(),
    storage: { ...loneVm.storage, disk: { copies: 1, block: 65536 } },
  };
  const domain = finishedDomain({ ...scenario, horizon: 189 });
  const { copies } = domain.store.chain(domain.clusters[0]!).newest!.parts[0]!.layer!.stored!;
  const holders = [...copies.targets.keys()].map(({ index }) => index);
  const lone = holders.slice(0, 1);
  const failing = (hosts: readonly number[], end: number, permanent: boolean): ClusterScenario =>
    hostOutages(scenario, [[0, 190, forever, true], ...hosts.map((host) => [host, 190, end, permanent] as const)]);
  const lost = run(failing(lone, forever, true), 250);
  assert.is(lost["snapshotsLost"], 1);
  assert.is(lost["pFailed"], 1);
  near(lost["downtimeColdStart"]! * 250, loneVm.rollback.coldStart);
  const away = run(failing(lone, 230, false), 250);
  assert.is(away["snapshotsLost"], 0);
  assert.is(away["pIntact"], 1, "one that comes back is waited for");
  near(away["downtimeNoSpare"]! * 250, 230 - 190 - timeout - planTime);
  assert.ok(away["rtoMean"]! > 40 + resumeTime);
});

test("while the store is out, a cluster with disks on it is neither cut nor restored", () => {
  const out = (scenario: ClusterScenario, start: number, end: number): ClusterScenario => ({
    ...scenario,
    failures: {
      ...scenario.failures,
      store: { kind: "times", outages: [{ component: 0, start, end, permanent: false }] },
    },
  });
  const [onStore, local] = [withDisk({ on: "store" }), withDisk()];
  assert.is(run(out(local, 170, 210), 245)["snapshots"], 6, "at 40, 80, … 240");
  assert.is(run(out(onStore, 170, 210), 245)["snapshots"], 5, "at 40, … 160 and 210");
  const resident = (scenario: ClusterScenario): number => run(vmFailures(scenario, [[0, 190]]), 260)["residencyMean"]!;
  const before = timeout + planTime + loneVm.dataCentre.latency + hostDisk.latency;
  near(resident(out(local, 191, 230)), resident(local));
  near(resident(out(onStore, 191, 230)), resident(onStore) - before + 40, "it begins when the store is back");
});

test("pages that are not kept are read again from a local disk, not from the store", () => {
  const { types } = loneVm.storage;
  const dropping = (scenario: ClusterScenario): ClusterScenario =>
    vmFailures(
      {
        ...scenario,
        storage: { ...loneVm.storage, types: { ...types, cacheClean: { copies: 0, onLoss: "re-read" } } },
      },
      [[0, 190]],
    );
  const fetched = (scenario: ClusterScenario): number =>
    finishedDomain({ ...dropping(scenario), horizon: 230 }).centre.store.carried;
  near(fetched(without), 128 * MiB);
  assert.is(fetched(withDisk()), 0);
  near(fetched(withDisk({ on: "store", writeRate: 0 })), 128 * MiB);
});

test("guests that write more than their links take are refused", () => {
  assert.throws(
    () => run(withDisk({ writeRate: 200 * MiB }), 50),
    /host 0 disk write: guests write .* nothing is left/,
  );
});

test.run();
