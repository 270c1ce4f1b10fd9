import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makePrivately, removePrivately, testbedFolder } from "../../real/ownership/private-folder.ts";
import { manifestName, type PointManifest } from "../../real/store/point-manifest.ts";
import { findPoints } from "../../real/store/restore-points.ts";
import { TestbedError } from "../../real/testbed-error.ts";
import { Streams } from "../../sim/index.ts";
import { skipUnless } from "../runner/skip.ts";
import { AgentHost, digestOf, pointOf } from "./agent-host.ts";

const second = 1000;
const address = "127.0.0.1";
const token = "0123456789abcdef".repeat(2);
const draws = new Streams(11).get("crashes");
const contentOf = (length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 1024) bytes.writeUInt32LE(draws.integer(0, 2 ** 32 - 1), at);
  return bytes;
};

const crashes = suite("restore points while agents are killed");
const hosts = ["k1", "k2"].map((name) => new AgentHost(`k${process.pid.toString(36)}`, name));
crashes.before(async () => {
  for (const host of hosts) await host.start();
});
crashes.after(async () => {
  for (const host of hosts) await host.end();
});

/** What a controller knows: points that it has called durable and has not let go. */
const durable = new Map<string, PointManifest>();
/** Points of which it is not known how far they came. */
const unknown = new Set<string>();
let last = 0;
let base: readonly [string, Buffer] | undefined;

const kinds = ["write", "copy", "publish", "retire"] as const;
/** What an agent is to die in: so many of a kind of steps from now, and moments after it was asked for that one. */
let death: { readonly kind: (typeof kinds)[number]; left: number; readonly kill: () => void } | undefined;

/** Does a step, in which an agent may die. */
const step = async (kind: (typeof kinds)[number], task: () => Promise<unknown>): Promise<void> => {
  const done = task();
  if (death?.kind === kind && --death.left === 0) death.kill();
  await done;
};

const put = async ({ agent }: AgentHost, name: string, content: Buffer): Promise<void> => {
  for (let at = 0; at < content.length; at += 2 ** 18) {
    const data = content.toString("base64", at, at + 2 ** 18);
    await step("write", () => agent.ask("writeFile", { name, offset: at, data }, 20 * second));
  }
};

const copy = async (from: AgentHost, to: AgentHost, name: string): Promise<void> => {
  const { port } = await to.agent.ask("takeFile", { address, token, name, milliseconds: 20_000 }, 20 * second);
  const given = { address, port, token, name, milliseconds: 20_000 };
  await step("copy", () => from.agent.ask("giveFile", given, 30 * second));
};

/** Takes snapshots, each a record upon a full one; the second is made anew now and then. It goes on until an agent is dead. */
const live = async (): Promise<void> => {
  for (;;) {
    const [from, to] = last % 2 === 0 ? hosts : [...hosts].reverse();
    const number = ++last;
    const added: (readonly [string, Buffer])[] = [[`r${number}`, contentOf(600_000)]];
    if (base === undefined || number % 4 === 0) {
      base = undefined;
      added.unshift([`f${number}`, contentOf(900_000)]);
    }
    for (const [name, content] of added) {
      await put(from!, name, content);
      await copy(from!, to!, name);
    }
    const point = pointOf(number, base === undefined ? added : [base, ...added]);
    unknown.add(manifestName(point));
    for (const host of [from!, to!]) await step("publish", () => host.publish(point));
    unknown.delete(manifestName(point));
    durable.set(manifestName(point), point);
    base ??= added[0]!;
    for (const name of [...durable.keys()].slice(0, -2)) {
      durable.delete(name);
      unknown.add(name);
      for (const host of hosts) await step("retire", () => host.agent.ask("retire", { name }, 20 * second));
      unknown.delete(name);
    }
  }
};

crashes("lose nothing that was durable, and leave nothing that is half there", async () => {
  for (let round = 0; round < 24; round++) {
    const victim = hosts[draws.integer(0, 1)]!;
    const delay = draws.integer(0, 8);
    const killed = new Promise<void>((resolve, reject) => {
      const kill = (): void => void sleep(delay).then(() => victim.kill().then(resolve, reject));
      death = { kind: kinds[round % kinds.length]!, left: draws.integer(1, 4), kill };
    });
    await live().catch((error) => {
      if (!(error instanceof TestbedError)) throw error;
    });
    await killed;
    await victim.start();
    const { points, faults } = await findPoints(hosts.map(({ agent }) => agent));
    assert.equal(faults, []);
    const found = new Map(points.map((point) => [point.name, point]));
    for (const [name, manifest] of durable) {
      const point = found.get(name);
      assert.ok(point, `${name} is there after round ${round}`);
      assert.equal(point.manifest, manifest);
      for (const { name: file } of manifest.files) assert.is(point.holders.get(file)!.length, 2, `${name}: ${file}`);
    }
    for (const point of points) {
      assert.ok(durable.has(point.name) || unknown.has(point.name), `${point.name} was let go`);
      assert.ok(point.complete && point.wrong === 0, `${point.name} is whole wherever it is`);
    }
    for (const host of hosts) {
      const here = points.filter((point) => point.hosts.includes(host.agent));
      const needed = new Set(here.flatMap(({ name, manifest }) => [name, ...manifest.files.map((one) => one.digest)]));
      if (host === victim && existsSync(host.store))
        assert.equal(readdirSync(host.store).sort(), [...needed].sort(), `${host.name} keeps what is needed`);
    }
    // As a controller does that begins anew: what was not called durable goes.
    for (const name of unknown) for (const host of hosts) await host.agent.ask("retire", { name }, 20 * second);
    unknown.clear();
    if (base !== undefined && ![...durable.values()].at(-1)?.files.some(({ name }) => name === base![0]))
      base = undefined;
  }
});

crashes.run();

const disk = suite("restore points on a full disk");
const small = `d${process.pid.toString(36)}`;
const mounted = testbedFolder(small);
const hosted = new AgentHost(small, "h");
let isMounted = false;
/** Whether there is a small disk, which a test may fill. */
const smallDisk = async (): Promise<boolean> => {
  if (process.getuid?.() !== 0) return false;
  makePrivately(mounted);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", mounted], { stdio: "ignore" });
  } catch {
    removePrivately(mounted);
    return false;
  }
  isMounted = true;
  await hosted.start();
  return true;
};
disk.after(async () => {
  if (!isMounted) return;
  try {
    await hosted.kill();
  } finally {
    execFileSync("umount", [mounted]);
    removePrivately(mounted);
  }
});

const fillTheDisk = async (): Promise<void> => {
  const kept: PointManifest[] = [];
  let refusal = "";
  for (let number = 1; refusal === "" && number < 20; number++) {
    const content = contentOf(700_000);
    try {
      await put(hosted, `r${number}`, content);
      const point = pointOf(number, [[`r${number}`, content]]);
      await hosted.publish(point);
      kept.push(point);
    } catch (error) {
      refusal = (error as Error).message;
      await hosted.agent.ask("removeFile", { name: `r${number}` }, 20 * second);
    }
  }
  assert.match(refusal, /ENOSPC/);
  assert.ok(kept.length >= 3);
  // Not a byte is left for a manifest either.
  const content = contentOf(4096);
  await put(hosted, "small", content);
  const filler = join(hosted.files, "filler");
  assert.throws(() => writeFileSync(filler, Buffer.alloc(2 ** 23)), /ENOSPC/);
  let refused = "";
  await hosted.publish(pointOf(99, [["small", content]])).catch((error) => {
    refused = error.message;
  });
  assert.match(refused, /ENOSPC/);
  const check = async (): Promise<void> => {
    const { points, faults } = await findPoints([hosted.agent]);
    assert.equal(faults, []);
    assert.equal(
      points.map(({ manifest }) => manifest),
      kept,
    );
    assert.ok(points.every(({ complete }) => complete));
  };
  await check();
  assert.not(existsSync(join(hosted.store, digestOf(content))));
  await hosted.agent.ask("removeFile", { name: "r1" }, 20 * second);
  await hosted.agent.ask("retire", { name: manifestName(kept.shift()!) }, 20 * second);
  await hosted.publish(pointOf(99, [["small", content]]));
  kept.push(pointOf(99, [["small", content]]));
  await check();
  rmSync(filler);
  await hosted.kill();
  await hosted.start();
  await check();
};

disk(
  "stay when no more can be written, and make room when one is let go",
  skipUnless(smallDisk, "needs root, to mount a small disk", fillTheDisk),
);

disk.run();
