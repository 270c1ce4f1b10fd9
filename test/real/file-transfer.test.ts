import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { giveFile, takeFile } from "../../real/agent/file-transfer.ts";
import { Streams } from "../../sim/index.ts";

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

test.run();
