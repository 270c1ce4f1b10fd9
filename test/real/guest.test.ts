// needs: qemu-system-x86, build-essential
// limit: 300s
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { capture } from "../../real/capture/capture.ts";
import { restore } from "../../real/capture/restore.ts";
import { ledgerIn } from "../../real/guest/captured-ledger.ts";
import { cpio } from "../../real/guest/cpio.ts";
import { machineArguments } from "../../real/guest/guest-machine.ts";
import { GuestPort } from "../../real/guest/guest-port.ts";
import { whenListening } from "../../real/guest/when-listening.ts";
import { diskBytes, type WorkloadSettings, workloadText } from "../../real/guest/workload-settings.ts";
import { ByteReader } from "../../real/pages/byte-reader.ts";
import { QmpClient } from "../../real/qmp/client.ts";
import { streamRegions } from "../../real/streams/migration-stream.ts";
import { skipUnless } from "../runner/skip.ts";
import { testImage } from "./guest-image.ts";

const folder = mkdtempSync(join(tmpdir(), "guest-"));
const children: ChildProcess[] = [];
const guest = suite("a guest");
guest.after(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const settings: WorkloadSettings = {
  id: 3,
  image: 7,
  seed: 1,
  beat: 0.1,
  classes: [
    { content: "zero", pages: 500, writesPerSecond: 100, compressRatio: 1 },
    { content: "duplicate", pages: 500, writesPerSecond: 100, compressRatio: 1 },
    { content: "shared", pages: 500, writesPerSecond: 0, compressRatio: 2 },
    { content: "unique", pages: 4000, writesPerSecond: 2000, compressRatio: 2 },
  ],
  disk: { blocks: 64, writesPerSecond: 20 },
  cache: { pages: 256, writesPerSecond: 5 },
  peers: [],
};

const start = async (
  image: NonNullable<Awaited<ReturnType<typeof testImage>>>,
  name: string,
  disk: string,
  incoming = false,
) => {
  const at = (what: string): string => join(folder, `${name}.${what}`);
  writeFileSync(at("settings"), workloadText(settings));
  const paths = { settings: at("settings"), qmp: at("qmp"), port: at("port") };
  const machine = { ...image, ...paths, accelerator: "tcg", memory: 128, cores: 1, incoming } as const;
  const child = spawn(image.qemu, machineArguments({ ...machine, disk: { file: disk, format: "raw" } }), {
    stdio: ["ignore", "inherit", "inherit"],
  });
  children.push(child);
  const qmp = await whenListening(() => QmpClient.connect(paths.qmp, 10_000));
  return { child, qmp, port: await whenListening(() => GuestPort.connect(name, paths.port)) };
};

guest(
  "boots, works, and finds its memory and disk to be of one moment, also when restored; not when a page or a block is another",
  skipUnless(testImage, "needs Debian, QEMU and a C compiler", async (image) => {
    const disk = join(folder, "disk");
    writeFileSync(disk, "");
    truncateSync(disk, diskBytes(settings));
    const first = await start(image, "first", disk);
    await first.port.nextBeat(90_000);
    const before = await first.port.nextBeat(5000);
    await sleep(1000);
    const after = await first.port.nextBeat(5000);
    assert.ok(after.at > before.at && after.sequence > before.sequence && after.blocks > before.blocks);
    for (const [c, { writesPerSecond }] of settings.classes.entries())
      assert.is(after.written[c]! > before.written[c]!, writesPerSecond > 0, `class ${c}`);
    const found = await first.port.verify(60_000);
    assert.ok(found.verified, JSON.stringify(found));
    assert.is(found.pages, 5500);
    assert.is(found.blocks, 64);

    await first.port.hold(true, 10_000);
    const file = join(folder, "stream");
    await capture(first.qmp, "stop-and-copy", file, 60_000);
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    const second = await start(image, "second", disk, true);
    await restore(second.qmp, file, join(folder, "restore.sock"), 60_000);
    await second.qmp.execute("cont", {}, 5000);
    const whole = await second.port.verify(60_000);
    assert.ok(whole.verified && whole.sequence >= after.sequence, JSON.stringify(whole));
    await second.port.hold(false, 10_000);
    const { blocks } = await second.port.nextBeat(10_000);
    for (let beat = blocks; beat < blocks + 5; ) beat = (await second.port.nextBeat(10_000)).blocks;
    second.port.close();
    second.child.kill("SIGKILL");
    await once(second.child, "exit");

    // A page that says of itself that it is of another write.
    const bytes = readFileSync(file);
    const ledgers: number[] = [];
    for (let at = bytes.indexOf("SNAPBACK LEDGER\n"); at >= 0; at = bytes.indexOf("SNAPBACK LEDGER\n", at + 1))
      ledgers.push(at);
    const ledger = ledgers.map((at) => ledgerIn(bytes.subarray(at, at + 4096))).find((one) => one !== undefined);
    assert.ok(ledger);
    assert.is(ledger.id, settings.id);
    assert.ok(
      ledger.sequence >= found.sequence && ledger.beats >= after.beat,
      "the ledger is of the moment of the capture",
    );
    let spoilt = 0;
    const descriptor = openSync(file, "r");
    const [region] = streamRegions(new ByteReader(file, descriptor, bytes.length));
    closeSync(descriptor);
    for (const at of region!.at as Float64Array) {
      if (at < 0 || spoilt > 0) continue;
      const [sequence, index] = [bytes.readBigUInt64LE(at), bytes.readBigUInt64LE(at + 8)];
      if (sequence === 0n || sequence > BigInt(ledger.sequence) || index === 0n || index >= 4000n) continue;
      if (bytes.readBigUInt64LE(at + 4080) !== sequence || bytes.readBigUInt64LE(at + 4088) !== index) continue;
      for (const end of [0, 4080]) bytes.writeBigUInt64LE(sequence - 1n, at + end);
      spoilt++;
    }
    assert.is(spoilt, 1);
    writeFileSync(join(folder, "spoilt"), bytes, { mode: 0o600 });
    const third = await start(image, "third", disk, true);
    await restore(third.qmp, join(folder, "spoilt"), join(folder, "restore.sock"), 60_000);
    await third.qmp.execute("cont", {}, 5000);
    const bad = await third.port.verify(60_000);
    assert.is(bad.verified, false);
    assert.is(bad.badPages, 1, JSON.stringify(bad));
    assert.match(bad.first, /^page \d+ of class 3 is older than its last write$/);
    assert.ok(bad.blocksAhead > 0, "the disk has gone on since the memory's moment");
    third.port.close();
  }),
);

guest("whoever is no workload is not listened to: wrong words, long lines, floods and silence are errors", async () => {
  const said = async (speak: (socket: Socket) => void, ask: (port: GuestPort) => Promise<unknown>): Promise<string> => {
    const path = join(folder, "port.sock");
    const server = createServer(speak).listen(path);
    await once(server, "listening");
    const port = await GuestPort.connect("g", path);
    try {
      return await ask(port).then(
        () => "it must fail",
        (error: Error) => error.message,
      );
    } finally {
      port.close();
      server.close();
      rmSync(path, { force: true });
    }
  };
  const beat = (port: GuestPort): Promise<unknown> => port.nextBeat(2000);
  assert.match(await said((to) => to.write('{"beat":-1}\n'), beat), /^g: it says what no workload says$/);
  assert.match(await said((to) => to.write("beat\n"), beat), /^g: .*JSON/);
  assert.match(await said((to) => to.write("x".repeat(5000)), beat), /^g: a line of more than 4096 bytes$/);
  assert.match(
    await said((to) => to.write('{"fatal":"\\u001b[2Jno disk"}\n'), beat),
    /^g: its workload ended: \[2Jno disk$/,
  );
  assert.match(
    await said((to) => to.write('{"holding":true,"sequence":1}\n'), beat),
    /^g: it answers what nobody asked$/,
  );
  assert.match(
    await said(
      (to) => to.once("data", () => to.write('{"holding":false,"sequence":1}\n')),
      (port) => port.hold(true, 2000),
    ),
    /^g: it was told to hold, and does not$/,
  );
  const well = { beat: 1, at: 1, sequence: 1, written: [], late: 0, blocks: 0, sent: [0, 0], received: [0, 0] };
  const flood = `${JSON.stringify({ ...well, dropped: 0, keys: 0 })}\n`.repeat(100_001);
  const verdict = (port: GuestPort): Promise<unknown> => port.verify(30_000);
  assert.match(await said((to) => to.once("data", () => to.write(flood)), verdict), /^g: it says too much$/);
  assert.match(await said((to) => to.end(), beat), /^g: its port was closed$/);
  assert.match(
    await said(
      () => {},
      (port) => port.verify(200),
    ),
    /^g: no answer to verify in 0\.2 s$/,
  );
});

guest("no option of QEMU comes with a network card's address, and no control character with a verdict", async () => {
  const machine = {
    kernel: "k",
    initrd: "i",
    accelerator: "tcg",
    memory: 128,
    cores: 1,
    settings: "s",
    qmp: "q",
  } as const;
  const given = { ...machine, port: "p" };
  const network = (mac: string) => ({ ...given, network: { tap: "t", mac } });
  assert.ok(machineArguments(network("52:54:00:00:00:01")).some((one) => one.includes("mac=52:54:00:00:00:01")));
  assert.throws(
    () => machineArguments(network("52:54:00:00:00:01,romfile=/etc/passwd")),
    /is no address of a network card/,
  );
  const said = { verified: false, sequence: 1, pages: 1, badPages: 1, first: "\u001b[2Jpage", blocks: 0 };
  const more = {
    blocksBehind: 0,
    blocksAhead: 0,
    blocksTorn: 0,
    cached: 0,
    cachedBad: 0,
    keys: 0,
    keysBehind: 0,
    keysAhead: 0,
  };
  const path = join(folder, "verdict.sock");
  const speaking = createServer(
    (to) => void to.once("data", () => to.write(`${JSON.stringify({ ...said, ...more })}\n`)),
  );
  speaking.listen(path);
  await once(speaking, "listening");
  const port = await GuestPort.connect("g", path);
  try {
    await port.verify(5000).then(
      () => assert.unreachable(),
      (error: Error) => assert.match(error.message, /^g: it says what no workload says$/),
    );
  } finally {
    port.close();
    speaking.close();
  }
});

guest("settings that the workload cannot have are refused, and an archive is one that cpio reads", () => {
  assert.throws(() => workloadText({ ...settings, seed: -1 }), /-1 is no whole number/);
  assert.throws(() => workloadText({ ...settings, id: 0.5 }), /0.5 is no whole number/);
  assert.throws(() => workloadText({ ...settings, seed: 1e21 }), /1e\+21 is no whole number/);
  assert.throws(() => workloadText({ ...settings, beat: Number.NaN }), /NaN is no value/);
  const load = { clients: 5000, keys: 1, bytes: 1 };
  assert.throws(
    () => workloadText({ ...settings, redis: { keys: 1, writesPerSecond: 1, load } }),
    /at most 1000 clients/,
  );
  assert.throws(() => workloadText({ ...settings, address: "10.0.0.1/24\nclass unique 1 1 1" }), /is no value/);
  assert.throws(() => workloadText({ ...settings, classes: Array(9).fill(settings.classes[0]) }), /at most 8 classes/);
  const processes = { count: 17, pages: 1 };
  assert.throws(() => workloadText({ ...settings, processes }), /at most 16 processes beside its workload/);
  assert.match(workloadText({ ...settings, processes: { count: 2, pages: 9 } }), /^processes 2 9$/m);
  const peer = { id: settings.id + 1, address: "10.0.0.2", messages: { udp: 1, tcp: 0.5 } };
  assert.match(workloadText({ ...settings, peers: [peer] }), /^peer \d+ 10\.0\.0\.2 1 0\.5$/m);
  assert.throws(() => workloadText({ ...settings, peers: [peer, peer] }), /each is there once/);
  assert.throws(() => workloadText({ ...settings, peers: [{ ...peer, id: settings.id }] }), /peers are others/);
  for (const udp of [-1, 1.1e6, Number.NaN])
    assert.throws(
      () => workloadText({ ...settings, peers: [{ ...peer, messages: { udp, tcp: 1 } }] }),
      /0 to 1000000 to a peer/,
    );
  const archive = cpio([{ path: "a/b/file", data: Buffer.from("text"), executable: true }]);
  assert.is(archive.length % 4, 0);
  assert.is(archive.toString("latin1").split("070701").length - 1, 4, "two folders, a file and the end");
});

guest.run();
