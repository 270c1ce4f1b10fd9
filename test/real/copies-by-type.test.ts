import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { placeCopies } from "../../models/placement/copy-placement.ts";
import { copyGroups } from "../../real/replay/copy-groups.ts";
import { HostFiles } from "../../real/replay/host-files.ts";
import { RealCluster } from "../../real/replay/real-cluster.ts";
import { RealHost } from "../../real/replay/real-host.ts";
import { type RealPart, RealSnapshot } from "../../real/replay/real-snapshot.ts";
import { RealStore } from "../../real/replay/real-store.ts";
import { RunEvents } from "../../real/replay/run-events.ts";
import { findPoints } from "../../real/store/restore-points.ts";
import { AgentHost } from "./agent-host.ts";
import { replayedScenario } from "./replayed-scenario.ts";
import { unattendedFailures } from "./unattended-failures.ts";

const testbed = `y${process.pid.toString(36)}`;
const test = suite("copies by the types of pages");
const made = ["h1", "h2", "h3", "h4"].map((name) => new AgentHost(testbed, name));
test.before(async () => {
  for (const host of made) await host.start();
});
test.after(async () => {
  for (const host of made) await host.end();
});

const second = 1000;
/** @param cache what clean cache is without any copy of it */
const policyOf = (cache: "fail" | "re-read" | "zero-fill"): string =>
  `{free: {copies: 1, onLoss: ${cache === "fail" ? cache : "zero-fill"}}, cacheClean: {copies: 1, onLoss: ${cache}}, ` +
  "cacheDirty: {copies: 2, onLoss: fail}, anonymous: {copies: 3, onLoss: fail}, kernel: {copies: 3, onLoss: fail}, dropZero: true}";
const sizes = { record: 1000, often: 5000, twice: 3000, once: 2000, disk: 4000 } as const;

/** A store with one VM on host 0, whose snapshots are files named by their number. */
const stageOf = (cache: Parameters<typeof policyOf>[0], ...settings: string[]) => {
  const scenario = replayedScenario(`storage.policy=${policyOf(cache)}`, "storage.copies=2", ...settings);
  const groups = copyGroups(scenario.storage);
  const events = new RunEvents(1000);
  const hosts = made.map(
    ({ agent }, i) => new RealHost(i, agent, { address: "127.0.0.1", offset: 0, spec: scenario.dataCentre }),
  );
  const cluster = new RealCluster(scenario, events);
  const files = new HostFiles(hosts, events);
  const store = new RealStore(
    hosts,
    files,
    events,
    scenario.storage,
    placeCopies(scenario.storage.placement, hosts, () => 0),
  );
  const source = hosts[0]!;
  const captured = async (number: number, before?: RealPart): Promise<RealSnapshot> => {
    const name = (kind: string): string => `${kind}-${number}`;
    for (const [kind, bytes] of Object.entries(sizes)) {
      const data = Buffer.alloc(bytes, name(kind)).toString("base64");
      await source.agent.ask("writeFile", { name: name(kind), offset: 0, data }, second);
    }
    const names = Object.keys(sizes).map(name);
    await files.seal(source, names);
    files.written(
      source,
      Object.entries(sizes).map(([kind, bytes]) => [name(kind), bytes] as const),
    );
    const record = name("record");
    const packs = ["often", "twice", "once"].map((kind, group) => ({
      name: name(kind),
      group,
      harm: groups[group]!.harm,
      record,
      from: undefined,
    }));
    const part = {
      ...{ vm: cluster.vms[0]!, source, bytes: 10_000 },
      records: [...(before?.records ?? []), record],
      packs: [...(before?.packs ?? []), ...packs],
      disks: [...(before?.disks ?? []), name("disk")],
    };
    const times = { cutAt: number, pause: 0, captureDuration: 0 };
    const snapshot = new RealSnapshot(cluster, number, { ...times, parts: [part], whole: before === undefined });
    store.captured(snapshot);
    return snapshot;
  };
  /** How many hosts hold each kind of file of a snapshot. */
  const holders = (number: number): Record<string, number> =>
    Object.fromEntries(Object.keys(sizes).map((kind) => [kind, files.holders(`${kind}-${number}`).length]));
  const stored = () => {
    const last = events.inOrder.findLast(({ kind }) => kind === "stored");
    assert.ok(last?.kind === "stored");
    const { copies, staged, underReplicated } = last;
    return { copies, staged, underReplicated: Number(underReplicated.toFixed(6)) };
  };
  return { scenario, events, hosts, cluster, files, store, captured, holders, stored };
};

test("are as many as each deserves, beside what was captured; a chain's stay together, and what is lost is made again", async () => {
  const { hosts, cluster, store, captured, holders, stored, files } = stageOf("fail");
  const first = await captured(1);
  assert.equal(stored(), { copies: 0, staged: 15_000, underReplicated: 0 });
  await store.replicate(first);
  assert.is(first.state, "durable");
  assert.equal(holders(1), { record: 4, often: 4, twice: 3, once: 2, disk: 3 });
  assert.equal(stored(), { copies: 3 * 6000 + 2 * 7000 + 2000, staged: 15_000, underReplicated: 0 });
  const second = await captured(2, first.parts[0]!);
  await store.replicate(second);
  assert.equal(holders(2), { record: 4, often: 4, twice: 3, once: 2, disk: 3 });
  for (const kind of ["twice", "once"]) assert.equal(files.holders(`${kind}-1`), files.holders(`${kind}-2`), kind);

  // The only other copy of what is stored once is lost with its host: it is still where it was captured.
  const holder = files.holders("once-1").find(({ index }) => index > 0)!;
  await store.lost(holder, cluster);
  assert.is(second.state, "durable");
  // Two versions lack their copies of all but what was stored on other hosts, too.
  const lost = 2 * (6000 + 2000 + (holders(1)["twice"]! < 3 ? 7000 : 0));
  assert.equal(stored().underReplicated, Number((lost / 30_000).toFixed(6)));
  await store.repair(cluster);
  assert.equal(holders(2), { record: 4, often: 4, twice: 3, once: 2, disk: 3 });
  assert.is(stored().underReplicated, 0);
  const [, point] = (await findPoints(made.map(({ agent }) => agent))).points;
  assert.ok(point!.complete);
  assert.is(point!.holders.get("often-1")!.length, 4);
  assert.is(point!.holders.get("once-1")!.length, 2);

  // One after the other loses its disk before a repair: what was stored once is gone first, and both points with it.
  await store.lost(hosts[0]!, cluster);
  assert.is(second.state, "durable");
  await store.lost(files.holders("once-1")[0]!, cluster);
  assert.equal([first.state, second.state, holders(1)["often"]], ["lost", "lost", 2]);
  await store.end();
  for (const host of hosts) await host.reset();
});

test("lack those on a host that is away: they are made again elsewhere, and count again when it is back", async () => {
  const { hosts, cluster, store, captured, holders, stored, files } = stageOf("fail");
  await store.replicate(await captured(1));
  const away = files.holders("once-1").find(({ index }) => index > 0)!;
  const held = Object.entries(sizes).filter(([kind]) => away.files.has(`${kind}-1`));
  away.suspect();
  store.recount();
  const lacking = held.reduce((sum, [, bytes]) => sum + bytes, 0);
  assert.is(stored().underReplicated, Number((lacking / 15_000).toFixed(6)));
  await store.repair(cluster);
  // Two others are there: too few for what is to lie on three.
  assert.is(stored().underReplicated, 0.4);
  assert.is(holders(1)["once"], 3);
  assert.ok(files.holders("once-1").filter((host) => host !== away && host.index > 0).length === 1);
  await store.repair(cluster);
  assert.is(holders(1)["once"], 3, "as many as can be");
  away.answer();
  store.recount();
  assert.is(stored().underReplicated, 0);
  await store.end();
  for (const host of hosts) await host.reset();
});

test("are made again when their host is missed for its cable, and not when it is back before", async () => {
  const { scenario, events, hosts, cluster, store, captured, holders, stored, files } = stageOf(
    "fail",
    "dataCentre={racks: 4, hostsPerRack: 1}",
    "detection={heartbeat: 100ms, timeout: 1s}",
    "storage.repairDelay=100ms",
    "failures={vm: none, host: none, rack: {times: [{component: 1, start: 0s, end: 200ms}, {component: 1, start: 2s, end: 5s}]}}",
  );
  await store.replicate(await captured(1));
  assert.equal(
    files.holders("once-1").map(({ index }) => index),
    [0, 1],
  );
  const { failures, errors } = unattendedFailures({ scenario, events, hosts, cluster, store });
  events.start();
  failures.start();
  const until = (at: number): Promise<void> => sleep(second * Math.max(0, at - events.now));
  try {
    await until(1.9);
    assert.is(holders(1)["once"], 2);
    assert.is(stored().underReplicated, 0);
    while (holders(1)["once"] === 2 && events.now < 4.9) await sleep(50);
    assert.not(hosts[1]!.up);
    assert.is(holders(1)["once"], 3);
    await until(5.5);
    assert.ok(hosts[1]!.up);
    assert.is(stored().underReplicated, 0);
  } finally {
    await failures.stop();
  }
  assert.equal(errors, []);
  await store.end();
  for (const host of hosts) await host.reset();
});

test("are fewer by the capturing host's own where that counts, which is no longer beside them", async () => {
  const { hosts, cluster, store, captured, holders, stored } = stageOf("fail", "storage.placement=local-first");
  const first = await captured(1);
  await store.replicate(first);
  assert.equal(holders(1), { record: 3, often: 3, twice: 2, once: 1, disk: 2 });
  assert.equal(stored(), { copies: 3 * 6000 + 2 * 7000 + 2000, staged: 0, underReplicated: 0 });
  await store.lost(hosts[0]!, cluster);
  assert.is(first.state, "lost", "its only copy was there");
  await store.end();
  for (const host of hosts) await host.reset();
});

test("may be none of what is made up for: the point is readable without, is copied on, and is lost only with the rest", async () => {
  const { hosts, cluster, store, captured, holders, files } = stageOf("re-read");
  const first = await captured(1);
  await store.replicate(first);
  const second = await captured(2, first.parts[0]!);
  await store.replicate(second);
  assert.equal(holders(1), { record: 4, often: 4, twice: 3, once: 2, disk: 3 });
  assert.equal(store.newestReadable, { point: second, degraded: false });

  // One of its two hosts is down, and the other loses its disk: it cannot be read now, and then it can again.
  const [source, other] = [hosts[0]!, files.holders("once-2").find(({ index }) => index > 0)!];
  other.suspect();
  await store.lost(source, cluster);
  assert.equal([files.canRead("once-2"), files.holders("once-2")], [false, [other]]);
  assert.equal(store.newestReadable, { point: second, degraded: false });
  other.answer();
  assert.ok(files.canRead("once-2"));

  // The last copy is lost. What else lay on those two is made again, on the one that is empty too.
  await store.lost(other, cluster);
  assert.equal([first.state, second.state], ["durable", "durable"]);
  assert.equal(store.newestReadable, { point: second, degraded: false });
  await store.repair(cluster);
  assert.equal(holders(2), { record: 3, often: 3, twice: 2, once: 0, disk: 2 });
  const [, point] = (await findPoints(made.map(({ agent }) => agent))).points;
  assert.ok(point!.complete, "its manifest says what it can do without");
  assert.is(point!.holders.get("once-2")!.length, 0);

  for (const holder of files.holders("twice-2")) await holder.remove(["twice-2"]);
  store.missing(cluster);
  assert.equal([first.state, second.state], ["durable", "lost"]);
  assert.is(store.newestReadable?.point, first);
  await store.end();
  for (const host of hosts) await host.reset();
});

test("leave a point degraded where guests will miss what is lost", async () => {
  const { hosts, cluster, store, captured, files } = stageOf("zero-fill");
  const first = await captured(1);
  await store.replicate(first);
  assert.equal(store.newestReadable, { point: first, degraded: false });
  for (const holder of files.holders("once-1")) await holder.remove(["once-1"]);
  store.missing(cluster);
  assert.equal(store.newestReadable, { point: first, degraded: true });
  await store.end();
  for (const host of hosts) await host.reset();
});

test.run();
