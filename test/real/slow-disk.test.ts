import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pageTypes } from "../../models/scenario.ts";
import { giveChain, passOn } from "../../real/agent/file-chain.ts";
import { giveFile, takeFile } from "../../real/agent/file-transfer.ts";
import { piecesOf } from "../../real/agent/files.ts";
import { MulticastOffers } from "../../real/agent/multicast/offers.ts";
import { takeMulticast } from "../../real/agent/multicast/take.ts";
import { rebuildCapture } from "../../real/agent/recording.ts";
import { PageFeed } from "../../real/capture/page-feed.ts";
import { PageRecord } from "../../real/capture/page-record.ts";
import { recordStream } from "../../real/capture/record-stream.ts";
import { fromFile, intoFile } from "../../real/capture/stream-file.ts";
import { VersionPages } from "../../real/capture/version-pages.ts";
import { offDisk } from "../../real/disk/off-disk.ts";
import { ownDisk } from "../../real/disk/own-disk.ts";
import { slack } from "../../real/disk/shared-rate.ts";
import { AgentHost } from "./agent-host.ts";
import { madeStream } from "./made-stream.ts";
import { number, ReadingGuest } from "./reading-guest.ts";

const folder = mkdtempSync(join(tmpdir(), "slow-disk-"));
const at = (name: string): string => join(folder, name);
const address = "127.0.0.1";
const token = "0123456789abcdef".repeat(2);
const second = 1000;
const milliseconds = 20 * second;

const counted = suite("bytes that a slow disk lets pass");
counted.after(() => rmSync(folder, { recursive: true, force: true }));

/** What of a task passes the disk of this process, which is that of everybody who takes part. */
const passing = async (task: () => Promise<unknown>): Promise<{ read: number; write: number }> => {
  const bytes = { read: 0, write: 0 };
  const ways = ["read", "write"] as const;
  const own = ways.map((way) => ownDisk[way].pass);
  for (const way of ways)
    ownDisk[way].pass = async (more) => {
      bytes[way] += more;
    };
  try {
    await task();
  } finally {
    for (const [i, way] of ways.entries()) ownDisk[way].pass = own[i]!;
  }
  return bytes;
};

const size = 1_000_003;
writeFileSync(at("f"), Buffer.alloc(size, "content "));

counted("are those of a copy, read by who sends it and written by who takes it", async () => {
  const copied = await passing(async () => {
    const { port } = await takeFile(folder, { address, token, name: "copy", milliseconds });
    await giveFile(folder, { address, port, token, name: "f", milliseconds });
  });
  assert.equal(copied, { read: size, write: size });
});

counted("are read once for all who read them at the same time", async () => {
  const reading = async () => {
    const file = await open(at("f"));
    return { file, pieces: offDisk(file, piecesOf(file)) };
  };
  const lengths: number[] = [];
  const read = await passing(async () => {
    const [one, other] = [await reading(), await reading()];
    // Now one is ahead, now the other.
    for (const { pieces } of [one, other, other, one, one, other, other, one, one, other]) {
      const { value } = await pieces.next();
      lengths.push(value?.length ?? 0);
    }
    for (const { file } of [one, other]) await file.close();
    assert.is(
      lengths.reduce((sum, length) => sum + length, 0),
      2 * size,
    );
  });
  assert.equal(read, { read: size, write: 0 });
  const again = await passing(async () => {
    const { file, pieces } = await reading();
    for await (const piece of pieces) assert.ok(piece.length > 0);
    await file.close();
  });
  assert.equal(again, { read: size, write: 0 });
});

counted("are those of copies of several hosts, which one sends once", async () => {
  writeFileSync(at("f1"), Buffer.alloc(size, "content "));
  const [one, other] = ["one", "other"].map((name) => mkdtempSync(at(name))) as [string, string];
  const names = ["f1"];
  const chain = await passing(async () => {
    const last = await passOn(one, { address, token, names, next: null, milliseconds });
    const next = { address, token, port: last.port };
    const { port } = await passOn(other, { address, token, names, next, milliseconds });
    const given = await giveChain(folder, { address, port, token, names, hosts: 2, milliseconds });
    assert.equal(given.taken, [true, true]);
  });
  assert.equal(chain, { read: size, write: 2 * size });
  for (const into of [one, other]) rmSync(join(into, "f1"));
  const offers = new MulticastOffers(folder);
  let repaired = 0;
  const multicast = await passing(async () => {
    const { port } = await offers.offer({ address, token, pieces: names, milliseconds });
    const taking = [one, other].map((into) =>
      takeMulticast(into, { address, source: address, port, token, names, milliseconds }),
    );
    const given = await offers.give({ port, members: 2, joinMilliseconds: 5000, bytesPerSecond: 50_000_000 });
    assert.ok(given.receivers.every(({ taken }) => taken));
    repaired = given.repairedBytes;
    await Promise.all(taking);
  });
  assert.equal(multicast, { read: size + repaired, write: 2 * size });
});

/** A stream of 200 pages with contents, as QEMU ends it. */
const stream = madeStream(
  200,
  Array.from({ length: 200 }, (_, frame) => [frame, frame + 1]),
  `\x04devices\0\x06${number(4, 14).toString("latin1")}{"devices":[]}`,
);

counted("are those of a stream that QEMU sends, but not of one that was just made for it", async () => {
  writeFileSync(at("sent"), stream);
  for (const isPaged of [false, true]) {
    const file = at(`captured-${isPaged}`);
    const captured = await passing(async () => {
      const into = await intoFile(file, isPaged);
      const [, bytes] = await Promise.all([fromFile(at("sent"), into.uri.slice("unix:".length)), into.whole]);
      await into.close();
      assert.is(bytes, stream.length);
    });
    assert.ok(readFileSync(file).equals(stream));
    assert.equal(captured, { read: 0, write: stream.length });
  }
});

counted(
  "are those of records that are made, of streams that are made of them, and of pages for a guest that runs",
  async () => {
    writeFileSync(at("stream"), stream);
    let written = 0;
    const recorded = await passing(async () => {
      const packs = [{ name: "pack", types: pageTypes }];
      ({ writtenBytes: written } = await recordStream(at("stream"), at("record"), { packs }));
    });
    assert.is(written, statSync(at("record")).size + 200 * 4096);
    assert.equal(recorded, { read: 0, write: written });
    const rebuilt = await passing(() => rebuildCapture(folder, folder, { records: ["record"], stream: "again" }));
    assert.ok(readFileSync(at("again")).equals(stream));
    assert.equal(rebuilt, { read: stream.length, write: stream.length });
    const pages = new VersionPages([PageRecord.open(at("record"))]);
    const guest = new ReadingGuest();
    const fed = await passing(async () => {
      const feed = new PageFeed(pages, guest, { background: Number.POSITIVE_INFINITY });
      await feed.prepare([3, 5]);
      assert.is((await feed.run()).bytes, 200 * 4096);
    });
    assert.ok(guest.isWhole);
    assert.equal(fed, { read: 200 * 4096, write: 0 });
    pages.close();
  },
);

const agents = suite("a host whose disk is slow");
const hosts = ["d1", "d2"].map((name) => new AgentHost(`d${process.pid.toString(36)}`, name));
agents.before(async () => {
  for (const host of hosts) await host.start();
});
agents.after(async () => {
  for (const host of hosts) await host.end();
});

const bytes = 2 ** 22;
let copies = 0;

/** Seconds for copying a file from one to the other. */
const copy = async ([from, to]: readonly [AgentHost, AgentHost]): Promise<number> => {
  const name = `copy${copies++}`;
  const { port } = await to.agent.ask("takeFile", { address, token, name, milliseconds }, second);
  const began = performance.now();
  await from.agent.ask("giveFile", { address, port, token, name: "f", milliseconds }, milliseconds);
  return (performance.now() - began) / 1000;
};

agents("sends and takes copies at its rate, until it is as fast as ever; a new agent finds it so", async () => {
  const [one, other] = hosts as [AgentHost, AgentHost];
  const fill = async (): Promise<void> => {
    const data = Buffer.alloc(2 ** 18, "content ").toString("base64");
    for (let offset = 0; offset < bytes; offset += 2 ** 18)
      await one.agent.ask("writeFile", { name: "f", offset, data }, second);
  };
  await fill();
  // The fastest of some: what else this machine does can make one late.
  const fast = async (): Promise<number> =>
    Math.min(await copy([one, other]), await copy([one, other]), await copy([one, other]));
  const slow = async (rates: { readonly read: number; readonly write: number }, host: AgentHost): Promise<number> => {
    await host.agent.ask("slowDisk", { rates }, second);
    const taken = await copy([one, other]);
    await host.agent.ask("slowDisk", { rates: null }, second);
    return taken;
  };
  const calm = await fast();
  const rate = bytes / (8 * calm + 2 * slack);
  const least = bytes / rate - slack;
  for (const [rates, host] of [
    [{ read: rate, write: 2 ** 40 }, one],
    [{ read: 2 ** 40, write: rate }, other],
  ] as const) {
    const taken = await slow(rates, host);
    assert.ok(taken >= least && taken > 8 * calm, `${taken} s, and ${calm} s before`);
  }
  await other.agent.ask("slowDisk", { rates: { read: rate, write: 2 ** 40 } }, second);
  assert.ok((await fast()) < least, "what it takes is not read");
  await other.agent.ask("slowDisk", { rates: null }, second);
  assert.ok((await fast()) < least, "it has recovered");
  await one.agent.ask("slowDisk", { rates: { read: 1, write: 1 } }, second);
  await one.kill();
  await one.start();
  await fill();
  assert.ok((await fast()) < least, "a new agent");
});

agents("recovers while something waits for it", async () => {
  const [one, other] = hosts as [AgentHost, AgentHost];
  await other.agent.ask("slowDisk", { rates: { read: 1, write: 1 } }, second);
  const copying = copy([one, other]);
  await new Promise((done) => setTimeout(done, 200));
  await other.agent.ask("slowDisk", { rates: null }, second);
  assert.ok((await copying) < 5);
});

agents("has a rate of a byte per second at least", async () => {
  const [one] = hosts as [AgentHost, AgentHost];
  for (const rates of [{ read: 0, write: 5 }, { read: 5 }, 7]) {
    const asked = one.agent.ask("slowDisk", { rates } as never, second);
    const reason = await asked.then(String, (error: Error) => error.message);
    assert.match(reason, /slowDisk: what it was given is not what it takes/);
  }
});

counted.run();
agents.run();
