import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { giveFile, takeFile } from "../../real/agent/file-transfer.ts";
import { fromFile, intoFile, type StreamFile } from "../../real/capture/stream-file.ts";
import { GuestPort } from "../../real/guest/guest-port.ts";
import { QmpClient } from "../../real/qmp/client.ts";
import { Streams } from "../../sim/index.ts";
import { skipUnless } from "../runner/skip.ts";

const folder = mkdtempSync(join(tmpdir(), "files-"));
const [here, there] = ["here", "there"].map((name) => mkdtempSync(join(folder, name))) as [string, string];
const test = suite("a file between two agents");
test.after(() => rmSync(folder, { recursive: true, force: true }));
const token = "0123456789abcdef".repeat(2);
const address = "127.0.0.1";
const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => assert.unreachable("it must fail"),
    (error) => error.message,
  ) as Promise<string>;

const bytesOf = (length: number): Buffer => {
  const draws = new Streams(3).get("bytes");
  return Buffer.from(Array.from({ length }, () => draws.integer(0, 255)));
};

test("arrives whole, whatever its size, private to its user", async () => {
  for (const length of [0, 1, 31, 32, 33, 262_144, 262_145, 1_000_003]) {
    const bytes = bytesOf(length);
    writeFileSync(join(here, "f"), bytes);
    const { port } = await takeFile(there, { address, token, name: `g${length}`, milliseconds: 5000 });
    assert.equal(await giveFile(here, { address, port, token, name: "f", milliseconds: 5000 }), { bytes: length });
    assert.ok(readFileSync(join(there, `g${length}`)).equals(bytes), `${length} bytes`);
    assert.is(statSync(join(there, `g${length}`)).mode & 0o777, 0o600);
  }
});

/** Says something to what takes a file, and waits until it has ended the connection. */
const say = (port: number, bytes: Buffer): Promise<string> =>
  new Promise((resolve) => {
    let answer = "";
    const socket = connect({ host: address, port, allowHalfOpen: true }, () => socket.end(bytes));
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
    socket.on("end", () => socket.destroy());
  });

test("is not taken from a stranger, nor cut off, nor altered", async () => {
  const content = bytesOf(5000);
  for (const said of [
    Buffer.alloc(0),
    Buffer.from(token),
    Buffer.concat([Buffer.from(token), content]),
    Buffer.concat([Buffer.from(token), content, Buffer.alloc(32)]),
    Buffer.concat([Buffer.from(token.replace("0", "1")), content, Buffer.alloc(32)]),
  ]) {
    const { port } = await takeFile(there, { address, token, name: "bad", milliseconds: 5000 });
    assert.is(await say(port, said), "");
    assert.not(existsSync(join(there, "bad")));
  }
  assert.not(readdirSync(there).some((name) => name.endsWith(".draft")));
  const { port } = await takeFile(there, { address, token, name: "bad", milliseconds: 5000 });
  const other = token.replace("0", "1");
  assert.match(
    await failure(giveFile(here, { address, port, token: other, name: "f", milliseconds: 5000 })),
    /did not take f|ECONNRESET|EPIPE/,
  );
});

test("is not read through a link, and its port closes when nobody comes", async () => {
  writeFileSync(join(folder, "secret"), "secret");
  symlinkSync(join(folder, "secret"), join(here, "link"));
  const { port } = await takeFile(there, { address, token, name: "l", milliseconds: 5000 });
  assert.match(await failure(giveFile(here, { address, port, token, name: "link", milliseconds: 5000 })), /ELOOP/);
  await say(port, Buffer.alloc(0));
  const { port: lonely } = await takeFile(there, { address, token, name: "l", milliseconds: 50 });
  const given = { address, port: lonely, token, name: "f", milliseconds: 5000 };
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.match(await failure(giveFile(here, given)), /ECONNREFUSED/);
});

test("is awaited whatever strangers say, and however many keep silent", async () => {
  const content = bytesOf(1000);
  writeFileSync(join(here, "f"), content);
  const { port } = await takeFile(there, { address, token, name: "awaited", milliseconds: 20_000 });
  const silent = Array.from({ length: 60 }, () =>
    connect({ host: address, port })
      .on("error", () => {})
      .resume(),
  );
  await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once("connect", resolve))));
  const other = token.replace("0", "1");
  for (const said of [Buffer.alloc(0), Buffer.from(other), Buffer.from(token.slice(0, 31)), content])
    assert.is(await say(port, said), "");
  assert.not(
    readdirSync(there).some((name) => name.endsWith(".draft")),
    "no stranger makes a file",
  );
  await giveFile(here, { address, port, token, name: "f", milliseconds: 5000 });
  assert.ok(readFileSync(join(there, "awaited")).equals(content));
  // The port has closed with the one that was awaited, and silent ones are not held.
  await Promise.all(silent.map((socket) => socket.closed || new Promise((resolve) => socket.once("close", resolve))));
  assert.match(
    await failure(giveFile(here, { address, port, token, name: "f", milliseconds: 5000 })),
    /ECONNREFUSED|ECONNRESET/,
  );
});

test("that was shown to be whole is not written to by another under the same name", async () => {
  const content = bytesOf(3000);
  writeFileSync(join(here, "f"), content);
  const given = { address, token, name: "twice", milliseconds: 5000 };
  const { port: first } = await takeFile(there, given);
  const { port: second } = await takeFile(there, given);
  // It has begun before the first comes, and breaks off after that.
  const slow = connect({ host: address, port: second }).on("error", () => {});
  slow.write(Buffer.concat([Buffer.from(token), Buffer.alloc(1000, "x")]));
  while (!readdirSync(there).some((name) => name.endsWith(".draft")))
    await new Promise((resolve) => setTimeout(resolve, 5));
  await giveFile(here, { address, port: first, token, name: "f", milliseconds: 5000 });
  slow.end(Buffer.alloc(1500, "y"));
  await new Promise((resolve) => slow.once("close", resolve));
  assert.ok(readFileSync(join(there, "twice")).equals(content));
});

/** A file system of 256 KiB, taken away when the task is over. */
const onSmallDisk = async (task: (disk: string) => Promise<void>): Promise<void> => {
  const disk = mkdtempSync(join(folder, "disk"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", disk]);
  try {
    await task(disk);
  } finally {
    execFileSync("umount", [disk]);
  }
};

test(
  "is given up where the disk is full, and leaves nothing there",
  skipUnless(
    () => process.getuid?.() === 0,
    "needs root for a small file system",
    () =>
      onSmallDisk(async (disk) => {
        writeFileSync(join(here, "large"), bytesOf(400_000));
        const { port } = await takeFile(disk, { address, token, name: "large", milliseconds: 5000 });
        assert.match(
          await failure(giveFile(here, { address, port, token, name: "large", milliseconds: 5000 })),
          /did not take large|ECONNRESET|EPIPE/,
        );
        assert.equal(readdirSync(disk), []);
        // The same for captured streams.
        for (const isPaged of [false, true]) {
          const stream = await intoFile(join(disk, "stream"), isPaged);
          const qemu = connect(stream.uri.replace("unix:", "")).on("error", () => {});
          qemu.end(bytesOf(400_000));
          assert.match(await failure(stream.whole), /ENOSPC/);
          await stream.close();
          assert.equal(readdirSync(disk), ["stream"]);
          rmSync(join(disk, "stream"));
        }
      }),
  ),
);

test("closes its own file, and no other that has been opened meanwhile", async () => {
  writeFileSync(join(here, "f"), bytesOf(100));
  const others: number[] = [];
  for (let i = 0; i < 10; i++) {
    const { port } = await takeFile(there, { address, token, name: "own", milliseconds: 5000 });
    let isDone = false;
    const giving = giveFile(here, { address, port, token, name: "f", milliseconds: 5000 }).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      if (others.length < 400) others.push(openSync(join(here, "f"), "r"));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await giving;
  }
  for (const descriptor of others) {
    assert.is(fstatSync(descriptor).size, 100);
    closeSync(descriptor);
  }
});

for (const isPaged of [false, true])
  test(`a captured stream is written as it came, ${isPaged ? "page by page" : "at once"}, or told to have broken`, async () => {
    const [broken, whole] = ["broken", "whole"].map((name) => join(here, `${name}-${isPaged}`));
    const bytes = bytesOf(2_500_000);
    const send = async (stream: StreamFile, upTo: number): Promise<Socket> => {
      const qemu = connect(stream.uri.replace("unix:", "")).on("error", () => {});
      for (let at = 0; at < upTo; at += 4104)
        if (!qemu.write(bytes.subarray(at, Math.min(at + 4104, upTo)))) await once(qemu, "drain");
      return qemu;
    };
    const stream = await intoFile(whole!, isPaged);
    (await send(stream, bytes.length)).end();
    assert.is(await stream.whole, bytes.length);
    await stream.close();
    assert.ok(readFileSync(whole!).equals(bytes));
    const cut = await intoFile(broken!, isPaged);
    await send(cut, 500_000);
    await cut.close();
    assert.match(await failure(cut.whole), /./);
    // Nobody has come yet.
    const unused = await intoFile(`${broken}-unused`, isPaged);
    await unused.close();
    assert.match(await failure(unused.whole), /abort/i);
    assert.equal(
      readdirSync(here).filter((name) => name.endsWith(".sock")),
      [],
    );
  });

test("no socket lies elsewhere than it was said to", async () => {
  const deep = join(folder, "d".repeat(90));
  mkdirSync(deep);
  assert.match(await failure(intoFile(join(deep, "stream"), true)), /a socket's path has at most 107 bytes/);
  assert.equal(readdirSync(deep), []);
  assert.match(await failure(fromFile(join(here, "f"), join(deep, "stream.sock"))), /at most 107 bytes/);
  assert.match(await failure(QmpClient.connect(join(deep, "guest.qmp"), 1000)), /at most 107 bytes/);
  assert.match(await failure(GuestPort.connect("g", join(deep, "guest.port"))), /at most 107 bytes/);
});

test.run();
