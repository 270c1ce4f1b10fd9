// needs: qemu-utils
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
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
import { rebuildPart } from "../../real/store/rebuild-point.ts";
import { findPoints } from "../../real/store/restore-points.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { AgentHost } from "./agent-host.ts";
import { replayedScenario } from "./replayed-scenario.ts";
import { flags, type MadePage, streamOf, syntheticLinux } from "./synthetic-linux.ts";

const test = suite("restore points of which clean cache is lost");
const made = ["h1", "h2", "h3"].map((name) => new AgentHost(`o${process.pid.toString(36)}`, name));
test.before(async () => {
  for (const host of made) await host.start();
});
test.after(async () => {
  for (const host of made) await host.end();
});

const page = 4096;
const second = 1000;
const address = "127.0.0.1";
const tools = (): string | undefined => (findCommand("qemu-io") === undefined ? undefined : findCommand("qemu-img"));

/** A VM on the first of three hosts, where the one copy of its clean cache stays; nothing of it runs. */
const stageOf = async () => {
  const scenario = replayedScenario(
    ...["dataCentre.hostsPerRack=3", "storage.policy=page-aware", "storage.placement=local-first", "storage.copies=2"],
    ...["snapshot.record=incremental", "snapshot.fullEvery=8", "storage.expired=keep-chain"],
  );
  const { storage } = scenario;
  const events = new RunEvents(1000);
  const spec = scenario.dataCentre;
  const hosts = made.map(({ agent }, i) => new RealHost(i, agent, { address, offset: 0, spec }));
  const cluster = new RealCluster(scenario, events);
  const files = new HostFiles(hosts, events);
  const store = new RealStore(
    hosts,
    files,
    events,
    storage,
    placeCopies(storage.placement, hosts, () => 0),
  );
  const notes: string[] = [];
  const recorder = new Recorder({ files, storage, isIncremental: true, onNote: (note) => notes.push(note) });
  const vm = cluster.vms[0]!;
  /** Cuts a memory, and a disk upon those before which this byte fills a block of. */
  const taken = async (number: number, memory: readonly MadePage[], cached: number): Promise<RealSnapshot> => {
    const { agent, index } = vm.host!;
    const folder = made[index]!.files;
    const [file, disk] = [`v0.s${number}`, vm.disks.at(-1)!];
    writeFileSync(join(folder, file), streamOf(syntheticLinux(memory)), { mode: 0o600 });
    execFileSync("qemu-io", ["-f", "qcow2", "-c", `write -P ${cached} ${number * page} ${page}`, disk], {
      cwd: folder,
    });
    const times = { untilCut: 0, cutAt: number, pause: 0, duration: 0 };
    const captured = { mode: "post-copy" as const, bytes: 1, disk, file, ...times };
    const [one] = await recorder.record([{ vm, captured }], false);
    await agent.ask("disk", { name: vm.disks.at(-1)!, on: disk }, 10 * second);
    const taken = { cutAt: number, pause: 0, captureDuration: 0, whole: one!.isWhole, parts: [one!.part] };
    const snapshot = new RealSnapshot(cluster, number, taken);
    store.captured(snapshot);
    await store.replicate(snapshot);
    assert.is(snapshot.state, "durable");
    return snapshot;
  };
  vm.host = hosts[0]!;
  vm.disks = ["v0.disk"];
  await vm.host.agent.ask("disk", { name: "v0.disk", on: 2 ** 20 }, 10 * second);
  return { hosts, cluster, files, store, vm, taken, notes };
};

const cached = (fill: number): MadePage => ({ flags: flags.lru, fill });
const anonymous = (fill: number): MadePage => ({ mapping: 1n, fill });

test(
  "are verified, found and rebuilt without it, and the next version of the guest holds all pages",
  skipUnless(tools, "needs qemu-img and qemu-io", async () => {
    const { hosts, cluster, files, store, vm, taken, notes } = await stageOf();
    await taken(1, [anonymous(1), cached(2), cached(9)], 2);
    const two = await taken(2, [anonymous(3), cached(2), cached(4)], 4);
    assert.equal(notes, ["cluster vm 0: 1 pages of its cache are not on its disk, and are stored as the best"]);
    const [part] = two.parts;
    const losable = part!.packs.filter(({ harm }) => harm === "none").map(({ name }) => name);
    assert.is(losable.length, 2);
    for (const name of losable) assert.equal(files.holders(name), [hosts[0]!]);
    assert.equal(await store.verify(), { points: 2, spoilt: [] });

    await store.lost(hosts[0]!, cluster);
    assert.is(two.state, "durable");
    assert.equal(store.newestReadable, { point: two, degraded: false });
    assert.equal(await store.verify(), { points: 2, spoilt: [] });
    const { points } = await findPoints(made.map(({ agent }) => agent));
    assert.equal(
      points.map(({ complete }) => complete),
      [true, true],
    );
    const { agent } = hosts.find((host) => host.files.size === 0 && host.index > 0)!;
    const target = { agent, address };
    const put = await rebuildPart(points[1]!, points[1]!.manifest.parts[0]!, target);
    assert.not(put.some((name) => losable.includes(name)));
    for (const name of put) await agent.ask("removeFile", { name }, second);
    await store.repair(cluster);
    assert.equal(await store.verify(), { points: 2, spoilt: [] });

    // It goes on elsewhere, where what is lost has not come.
    assert.equal(await files.rebuild(two, part!, hosts[1]!, "again"), { reRead: 2, zeroFilled: 0, killing: 0 });
    vm.host = hosts[1]!;
    vm.version = part;
    vm.disks = [...part!.disks, "v0.next"];
    await hosts[1]!.agent.ask("disk", { name: "v0.next", on: part!.disks.at(-1)! }, 10 * second);
    const three = await taken(3, [anonymous(3), cached(2), cached(4)], 5);
    assert.ok(three.whole);
    assert.equal(await store.verify(), { points: 2, spoilt: [] });
    await store.end();
    for (const host of hosts) await host.reset();
  }),
);

test.run();
