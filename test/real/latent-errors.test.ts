import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { placeCopies } from "../../models/placement/copy-placement.ts";
import { storeFolder } from "../../real/ownership/private-folder.ts";
import { FileChecks } from "../../real/replay/file-checks.ts";
import { HostFiles } from "../../real/replay/host-files.ts";
import { LatentErrors } from "../../real/replay/latent-errors.ts";
import { RealCluster } from "../../real/replay/real-cluster.ts";
import { HostDown, RealHost } from "../../real/replay/real-host.ts";
import { RealSnapshot } from "../../real/replay/real-snapshot.ts";
import { RealStore } from "../../real/replay/real-store.ts";
import { RunEvents } from "../../real/replay/run-events.ts";
import { findPoints } from "../../real/store/restore-points.ts";
import { AgentHost } from "./agent-host.ts";
import { replayedScenario } from "./replayed-scenario.ts";

const testbed = `l${process.pid.toString(36)}`;
const names = ["h1", "h2", "h3", "h4"];
const test = suite("bytes of copies that go wrong unnoticed");
const made = names.map((name) => new AgentHost(testbed, name));
test.before(async () => {
  for (const host of made) await host.start();
});
test.after(async () => {
  for (const host of made) await host.end();
});

const scenario = replayedScenario();
const second = 1000;
const bytes = 50_000;

interface Stage {
  readonly hosts: readonly RealHost[];
  readonly events: RunEvents;
  readonly files: HostFiles;
  readonly store: RealStore;
  readonly snapshot: RealSnapshot;
  readonly latent: LatentErrors;
}

/**
 * Runs a task while bytes go wrong, with a snapshot of one file `name` that host 0 has captured and that has its copies.
 *
 * @param errors seconds at which a byte goes wrong, by host
 */
const withCopies = async (
  name: string,
  { errors, scrub }: { readonly errors: readonly (readonly number[])[]; readonly scrub: number },
  task: (stage: Stage) => Promise<void>,
): Promise<void> => {
  const events = new RunEvents(1000);
  events.start();
  const { dataCentre, storage } = scenario;
  const hosts = made.map(
    ({ agent }, i) => new RealHost(i, agent, { address: "127.0.0.1", offset: 0, spec: dataCentre }),
  );
  const cluster = new RealCluster(scenario, events);
  const checks = new FileChecks((wrong) => latent.wrong(wrong));
  const files = new HostFiles(hosts, events, checks);
  const place = placeCopies(storage.placement, hosts, () => 0);
  const store = new RealStore(hosts, files, events, storage, place);
  const drawn = hosts.map((_, i) => ({ times: errors[i] ?? [], where: () => 0.5 }));
  const latent = new LatentErrors({ events, hosts, cluster, files, store, checks, errors: drawn, scrub });
  const [source] = hosts;
  const data = Buffer.alloc(bytes, name).toString("base64");
  await source!.agent.ask("writeFile", { name, offset: 0, data }, second);
  await files.seal(source!, [name]);
  files.written(source!, [[name, bytes]]);
  const part = { vm: cluster.vms[0]!, source: source!, records: [name], packs: [], disks: [], bytes };
  const times = { cutAt: 0, pause: 0, captureDuration: 0 };
  const snapshot = new RealSnapshot(cluster, 1, { ...times, parts: [part], whole: true });
  store.captured(snapshot);
  await store.replicate(snapshot);
  assert.is(snapshot.state, "durable");
  assert.is(files.holders(name).length, 3);
  assert.equal(await published(name), { copies: 3, wrong: 0 });
  const abort = new AbortController();
  const failed: unknown[] = [];
  const ended = latent.begin(abort.signal, (error) => failed.push(error));
  try {
    await task({ hosts, events, files, store, snapshot, latent });
    await latent.mended();
    assert.equal(failed, []);
  } finally {
    abort.abort();
    for (const one of await Promise.allSettled(ended))
      assert.ok(
        one.status === "fulfilled" || one.reason.name === "AbortError",
        `${(one as { reason: unknown }).reason}`,
      );
    await store.end();
    for (const host of hosts) await host.reset();
    for (const host of names) assert.not(existsSync(storeFolder(testbed, host)));
  }
};

/** What the disks of the hosts have of the only restore point. */
const published = async (name: string): Promise<{ readonly copies: number; readonly wrong: number }> => {
  const { points, faults } = await findPoints(made.map(({ agent }) => agent));
  assert.equal([points.length, faults], [1, []]);
  return { copies: points[0]!.holders.get(name)!.length, wrong: points[0]!.wrong };
};

const digestOf = async ({ agent }: RealHost, name: string): Promise<string> =>
  (await agent.ask("digestOf", { name }, second)).digest;
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; !(await holds()); tries++) {
    assert.ok(tries < 200, "it does not come to that");
    await sleep(50);
  }
};

test("are found by scrubbing, and the copy made again from another", async () => {
  await withCopies("scrubbed", { errors: [[], [0.1], [0.1], [0.1]], scrub: 0.8 }, async ({ hosts, files, latent }) => {
    const right = await digestOf(hosts[0]!, "scrubbed");
    await until(() => latent.columns["latentErrorsFound"] === 2);
    await latent.mended();
    assert.equal(await published("scrubbed"), { copies: 3, wrong: 0 });
    assert.is(latent.columns["latentErrors"], 2, "the host that holds nothing has no error");
    assert.is(files.holders("scrubbed").length, 3);
    for (const host of files.holders("scrubbed")) assert.is(await digestOf(host, "scrubbed"), right);
    const delay = latent.columns["scrubDelay"]!;
    assert.ok(delay > 0 && delay < 10, `found after ${delay} s`);
    assert.ok(latent.columns["scrubBytes"]! >= 2 * bytes);
  });
});

test("are found by a restore, which reads another copy", async () => {
  await withCopies(
    "restored",
    { errors: [[], [0.1], [0.1], [0.1]], scrub: Infinity },
    async ({ hosts, files, snapshot, latent, store }) => {
      const right = await digestOf(hosts[0]!, "restored");
      await until(() => latent.columns["latentErrors"] === 2);
      const wrong = files.holders("restored").filter(({ index }) => index > 0);
      for (const host of wrong) assert.is.not(await digestOf(host, "restored"), right);
      // One that has a copy reads its own; one that has none is sent one.
      await files.bring(snapshot, snapshot.parts[0]!, wrong[0]!, "restore");
      assert.is(await digestOf(wrong[0]!, "restored"), right);
      hosts[0]!.suspect();
      const none = hosts.find(({ files: own }) => !own.has("restored"))!;
      await files.bring(snapshot, snapshot.parts[0]!, none, "restore");
      assert.is(await digestOf(none, "restored"), right);
      hosts[0]!.answer();
      await latent.mended();
      assert.is(store.newestReadable?.point, snapshot);
    },
  );
});

test("lose a restore point when every copy has one", async () => {
  await withCopies(
    "lost",
    { errors: [[0.1], [0.1], [0.1], [0.1]], scrub: Infinity },
    async ({ hosts, files, snapshot, store, events, latent }) => {
      await until(() => latent.columns["latentErrors"] === 3);
      const failure = await files.bring(snapshot, snapshot.parts[0]!, hosts[3]!, "restore").then(
        () => undefined,
        (error: unknown) => error,
      );
      assert.instance(failure, HostDown);
      await until(() => snapshot.state === "lost");
      await latent.mended();
      // A point that nobody can restore is let go.
      assert.equal(await findPoints(made.map(({ agent }) => agent)), { points: [], faults: [] });
      assert.is(store.newestReadable, undefined);
      const states = events.inOrder.flatMap((one: LifeCycleEvent) => (one.kind === "snapshot" ? [one.state] : []));
      assert.is(states.at(-1), "lost");
      assert.is(files.holders("lost").length, 0);
    },
  );
});

test.run();
