import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { placeCopies } from "../../models/placement/copy-placement.ts";
import { HostFiles } from "../../real/replay/host-files.ts";
import { RealCluster } from "../../real/replay/real-cluster.ts";
import { RealHost } from "../../real/replay/real-host.ts";
import { RealSnapshot } from "../../real/replay/real-snapshot.ts";
import { RealStore } from "../../real/replay/real-store.ts";
import { Recorder } from "../../real/replay/recorder.ts";
import { RunEvents } from "../../real/replay/run-events.ts";
import { findPoints } from "../../real/store/restore-points.ts";
import { AgentHost } from "./agent-host.ts";
import { replayedScenario } from "./replayed-scenario.ts";
import { flags, type MadePage, streamOf, syntheticLinux } from "./synthetic-linux.ts";

const testbed = `c${process.pid.toString(36)}`;
const test = suite("contents that guests have in common");
const made = ["h1", "h2", "h3", "h4"].map((name) => new AgentHost(testbed, name));
test.before(async () => {
  for (const host of made) await host.start();
});
test.after(async () => {
  for (const host of made) await host.end();
});

const policy =
  "{free: {copies: 1, onLoss: fail}, cacheClean: {copies: 1, onLoss: fail}, cacheDirty: {copies: 2, onLoss: fail}, " +
  "anonymous: {copies: 2, onLoss: fail}, kernel: {copies: 2, onLoss: fail}, dropZero: true}";

/** Frames of a memory that a test fills: 20 of one kind, 20 of another. */
const pages = (anonymous: (i: number) => number, cached: (i: number) => number): MadePage[] => [
  ...Array.from({ length: 20 }, (_, i) => ({ mapping: 1n, fill: anonymous(i) })),
  ...Array.from({ length: 20 }, (_, i) => ({ flags: flags.lru, fill: cached(i) })),
];

/** Three VMs on hosts 0, 1 and 1, or each on its own; nothing of them runs. */
const stageOf = (places: readonly number[], ...settings: string[]) => {
  const scenario = replayedScenario(
    ...["cluster.vms=3", `storage.policy=${policy}`, "storage.copies=1", "storage.keep=1"],
    ...["snapshot.record=incremental", "snapshot.fullEvery=8", "storage.expired=keep-chain", ...settings],
  );
  const events = new RunEvents(1000);
  const hosts = made.map(
    ({ agent }, i) => new RealHost(i, agent, { address: "127.0.0.1", offset: 0, spec: scenario.dataCentre }),
  );
  const cluster = new RealCluster(scenario, events);
  const files = new HostFiles(hosts, events);
  const { storage } = scenario;
  const store = new RealStore(
    hosts,
    files,
    events,
    storage,
    placeCopies(storage.placement, hosts, () => 0),
  );
  const notes: string[] = [];
  const recorder = new Recorder({ files, storage, isIncremental: true, onNote: (note) => notes.push(note) });
  for (const [i, vm] of cluster.vms.entries()) {
    vm.host = hosts[places[i]!]!;
    vm.disks = [`v${i}.disk`];
  }
  let number = 0;
  /** Takes a snapshot of these memories. */
  const taken = async (memories: readonly (readonly MadePage[])[], whole = false): Promise<RealSnapshot> => {
    number += 1;
    const captures = cluster.vms.map((vm, i) => {
      const file = `v${i}.s${number}`;
      const folder = made[vm.host!.index]!.files;
      writeFileSync(join(folder, file), streamOf(syntheticLinux(memories[i]!)), { mode: 0o600 });
      const disk = vm.disks.at(-1)!;
      writeFileSync(join(folder, disk), `the disk of ${file}`, { mode: 0o600 });
      const times = { untilCut: 0, cutAt: number, pause: 0, duration: 0 };
      return { vm, captured: { mode: "post-copy" as const, bytes: 1, disk, file, ...times } };
    });
    const parts = await recorder.record(captures, whole);
    const snapshot = new RealSnapshot(cluster, number, {
      ...{ cutAt: number, pause: 0, captureDuration: 0, whole: parts.every(({ isWhole }) => isWhole) },
      parts: parts.map(({ part }) => part),
    });
    store.captured(snapshot);
    await store.replicate(snapshot);
    assert.is(snapshot.state, "durable");
    assert.equal(notes, []);
    return snapshot;
  };
  const end = async (): Promise<void> => {
    await store.end();
    for (const host of hosts) await host.reset();
    for (const { files } of made) for (const name of readdirSync(files)) assert.match(name, /disk|layer/);
  };
  return { hosts, cluster, files, store, taken, end };
};

/** Packs that VMs share: with their VMs, pages, and holders. */
const sharedIn = ({ parts }: RealSnapshot, files: HostFiles) =>
  [...new Set(parts.flatMap(({ packs }) => packs.flatMap(({ name, from }) => (from === undefined ? [] : [name]))))]
    .map((name) => ({
      vms: parts.filter(({ packs }) => packs.some((one) => one.name === name)).map(({ vm }) => vm.index),
      pages: files.sizeOf(name) / 4096,
      group: parts.flatMap(({ packs }) => packs).find((one) => one.name === name)!.group,
      holders: files.holders(name).length,
    }))
    .sort((one, other) => one.group - other.group || other.pages - one.pages);

test("are stored once for all of them, as often as the best of their pages deserve, and again in later versions", async () => {
  const { hosts, cluster, files, store, taken, end } = stageOf([0, 1, 2], "storage.deduplication=hosts");
  // All have the anonymous pages in common, two of them the cached ones, and one has some of those as anonymous pages.
  const first = [
    pages(
      (i) => 1 + i,
      (i) => 30 + i,
    ),
    pages(
      (i) => 1 + i,
      (i) => 30 + i,
    ),
    pages(
      (i) => 1 + i,
      () => 200,
    ),
  ];
  const one = await taken(first, true);
  const shared = sharedIn(one, files);
  // Frames of the made-up kernel itself are in common, too, as far as they are alike; of pages of one content there is one.
  const [all, two] = shared;
  assert.equal([all!.vms, all!.group, all!.holders], [[0, 1, 2], 0, 3]);
  assert.ok(all!.pages >= 20 && all!.pages <= 20 + 19, `${all!.pages} pages`);
  assert.equal(two, { vms: [0, 1], pages: 20, group: 1, holders: 2 });
  assert.is(shared.length, 2);
  const third = one.parts[2]!.packs.filter(({ from }) => from === undefined);
  const once = third.find(({ group }) => group === 1)!;
  assert.is(files.sizeOf(once.name), 4096, "20 pages of one content");
  assert.equal(await store.verify(), { points: 1, spoilt: [] });
  const bytes = one.parts.map((part) => part.bytes / 4096);
  assert.ok(
    bytes.every((count) => count >= 40),
    `${bytes} pages were captured`,
  );

  // A few pages are others: they are in packs of their own. The whole version after them refers to what is shared already.
  const second = first.map((memory, vm) => memory.map((page, i) => (i === 0 ? { ...page, fill: 100 + vm } : page)));
  const two2 = await taken(second);
  assert.equal(sharedIn(two2, files), sharedIn(one, files));
  // Contents that go to other frames are in the pack already, which stands once among those of each part.
  const moved = await taken(second.map((memory) => [...memory.slice(1, 20), memory[0]!, ...memory.slice(20)]));
  for (const { packs } of moved.parts) assert.is(new Set(packs.map(({ name }) => name)).size, packs.length);
  assert.equal(sharedIn(moved, files), sharedIn(one, files));
  assert.equal(await store.verify(), { points: 1, spoilt: [] });
  const again = await taken(second, true);
  assert.equal(
    sharedIn(again, files).map(({ vms, pages, group }) => ({ vms, pages, group })),
    shared.map(({ vms, pages, group }) => ({ vms, pages, group })),
  );
  assert.is(two2.state, "deleted");
  assert.equal(await store.verify(), { points: 1, spoilt: [] });
  const [point] = (await findPoints(made.map(({ agent }) => agent))).points;
  assert.ok(point!.complete);

  // What the first host has written lies on others, too; and its points are lost with the last copy of what they share.
  await store.lost(hosts[0]!, cluster);
  assert.is(again.state, "durable");
  await store.repair(cluster);
  assert.equal(await store.verify(), { points: 1, spoilt: [] });
  const pack = again.parts[1]!.packs.find(({ from, group }) => from !== undefined && group === 1)!;
  for (const host of files.holders(pack.name)) await host.remove([pack.name]);
  store.missing(cluster);
  assert.is(again.state, "lost");
  // What the next version would build on is gone for two of them, whose records are whole.
  const last = await taken(second);
  assert.equal(
    last.parts.map(({ records }) => records.length),
    [1, 1, 2],
  );
  assert.equal(await store.verify(), { points: 1, spoilt: [] });
  await end();
});

test("are those of one host where that is asked for, and those of one guest", async () => {
  const alike = pages(
    (i) => 1 + i,
    (i) => 30 + i,
  );
  const onHost = stageOf([0, 1, 1], "storage.deduplication=host");
  const one = await onHost.taken([alike, alike, alike], true);
  assert.equal(
    sharedIn(one, onHost.files).map(({ vms, group }) => [vms, group]),
    [
      [[1, 2], 0],
      [[1, 2], 1],
    ],
  );
  assert.equal(await onHost.store.verify(), { points: 1, spoilt: [] });
  await onHost.end();

  for (const [deduplication, pages] of [
    ["vm", 2],
    ["none", 40],
  ] as const) {
    const { files, store, taken, end } = stageOf([0, 1, 2], `storage.deduplication=${deduplication}`);
    const same = Array.from({ length: 40 }, (_, i) => ({ mapping: 1n, fill: 1 + (i % 2) }));
    const own = await taken([same, same, same], true);
    assert.equal(sharedIn(own, files), []);
    const [pack] = own.parts[0]!.packs;
    const kernel = files.sizeOf(pack!.name) / 4096 - pages;
    assert.ok(kernel > 0 && kernel < 19, `${kernel} pages of the kernel beside ${pages}`);
    assert.equal(await store.verify(), { points: 1, spoilt: [] });
    await end();
  }
});

test.run();
