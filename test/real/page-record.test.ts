import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pageTypes } from "../../models/scenario.ts";
import type { PackPlan } from "../../real/capture/changed-pages.ts";
import { PageRecord } from "../../real/capture/page-record.ts";
import { rebuildStream } from "../../real/capture/rebuild-stream.ts";
import { recordStream } from "../../real/capture/record-stream.ts";
import { capturedLedger } from "../../real/guest/captured-ledger.ts";
import { Streams } from "../../sim/index.ts";
import { madeStream } from "./made-stream.ts";

const folder = mkdtempSync(join(tmpdir(), "record-"));
const at = (name: string): string => join(folder, name);
const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => assert.unreachable("it must fail"),
    (error) => error.message,
  ) as Promise<string>;

/** One pack for pages of all types. */
const packOf = (record: string): PackPlan[] => [{ name: `${record}.pack`, types: pageTypes }];

const baseOf = (chain: readonly PageRecord[]) => (chain.length === 0 ? {} : { base: chain.at(-1)! });

const records = suite("a record");
records.after(() => rmSync(folder, { recursive: true, force: true }));

const stream = (name: string, ...made: Parameters<typeof madeStream>): string => {
  writeFileSync(at(name), madeStream(...made));
  return at(name);
};
const digest = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

records("gives back a stream of more than is read or written at once, pages and what is between them", async () => {
  const pages = Array.from({ length: 700 }, (_, i): [number, number] => [i, i % 7 === 0 ? 0 : i]);
  // Longer than a window, and than what is held back for writing.
  const devices = Array.from({ length: 200_000 }, (_, i) => `device ${i};`).join("");
  const captured = stream("long", 700, pages, devices);
  const recorded = await recordStream(captured, at("long.record"), { packs: packOf("long") });
  assert.is(recorded.added, 600);
  assert.is(statSync(at("long.pack")).size, 600 * 4096);
  const pack = readFileSync(at("long.pack"));
  for (const i of [0, 15, 16, 255, 256, 599]) {
    const fill = pages.filter(([, one]) => one !== 0)[i]![1];
    assert.equal(pack.subarray(i * 4096, (i + 1) * 4096), Buffer.alloc(4096, `page ${fill} `), `page ${i}`);
  }
  await rebuildStream([PageRecord.open(at("long.record"))], at("long.again"));
  assert.is(digest(at("long.again")), digest(captured));
});

records("holds what has changed since the one before, and gives every stream back byte by byte", async () => {
  const streams = [
    stream(
      "s1",
      6,
      [
        [0, 1],
        [1, 2],
        [2, 0],
        [3, 3],
        [4, 4],
        [5, 0],
      ],
      "devices of the first",
    ),
    // Frame 1 is other, 2 is no longer zeros, 3 is; and 4 was sent twice, as a pre-copy does.
    stream(
      "s2",
      6,
      [
        [4, 9],
        [0, 1],
        [1, 5],
        [2, 6],
        [3, 0],
        [5, 0],
        [4, 4],
      ],
      "others",
    ),
    // 1 is as it was at first, 3 too.
    stream(
      "s3",
      6,
      [
        [0, 1],
        [1, 2],
        [2, 6],
        [3, 3],
        [4, 4],
        [5, 7],
      ],
      "",
    ),
  ];
  const chain: PageRecord[] = [];
  for (const [i, one] of streams.entries()) {
    const recorded = await recordStream(one, at(`r${i}`), { packs: packOf(`r${i}`), ...baseOf(chain) });
    assert.is(recorded.logicalBytes, statSync(one).size);
    const pack = at(`r${i}.pack`);
    assert.is(recorded.writtenBytes, statSync(at(`r${i}`)).size + statSync(pack).size);
    assert.equal(recorded.packs, [{ name: `r${i}.pack`, bytes: 4096 * recorded.changed }]);
    assert.is(statSync(pack).mode & 0o777, 0o600);
    assert.equal(
      [recorded.zero, recorded.changed],
      [
        [2, 4],
        [2, 2],
        [0, 3],
      ][i],
    );
    assert.is(statSync(at(`r${i}`)).mode & 0o777, 0o600);
    chain.push(PageRecord.open(at(`r${i}`)));
  }
  for (const [i, one] of streams.entries()) {
    await rebuildStream(chain.slice(0, i + 1), at(`back${i}`));
    assert.is(digest(at(`back${i}`)), digest(one));
  }
  assert.match(
    await failure(rebuildStream([chain[0]!, chain[2]!], at("no"))),
    /r2: it builds on record [0-9a-f]+, and .*r0 is/,
  );
  assert.match(await failure(rebuildStream([chain[1]!], at("no"))), /r1: it builds on record .* which is missing/);
  assert.not(existsSync(at("no")) || existsSync(`${at("no")}.draft`));
  stream(
    "other",
    7,
    [
      [0, 1],
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
      [5, 0],
      [6, 0],
    ],
    "",
  );
  assert.match(
    await failure(recordStream(at("other"), at("no"), { packs: packOf("no"), base: chain[0]! })),
    /has 6 frames, that of .* 7/,
  );
});

records("that was cut off or altered anywhere is refused", async () => {
  stream(
    "s",
    4,
    [
      [0, 1],
      [1, 2],
      [2, 0],
      [3, 3],
    ],
    "devices",
  );
  await recordStream(at("s"), at("whole"), { packs: packOf("whole") });
  const whole = readFileSync(at("whole"));
  const draws = new Streams(7).get("faults");
  const refused = (bytes: Buffer): void => {
    writeFileSync(at("bad"), bytes);
    assert.throws(() => PageRecord.open(at("bad")), /no record, or was altered or cut off/);
  };
  for (let i = 0; i < 300; i++) {
    const bytes = Buffer.from(whole);
    const where = i < 200 ? i : draws.integer(0, bytes.length - 1);
    bytes[where]! ^= 1 << draws.integer(0, 7);
    refused(bytes);
    refused(whole.subarray(0, draws.integer(0, whole.length - 1)));
  }
  // A head that lies of sizes, with a digest that is right, asks for no memory.
  const length = whole.readUInt32LE(8);
  const head = JSON.parse(whole.toString("utf8", 12, 12 + length)) as Record<string, unknown>;
  for (const lie of [
    { frames: 2 ** 28 },
    { pages: 2 ** 27, frames: 2 ** 28 },
    { placed: 5 },
    { standIns: 2 },
    { standIns: 4 },
    { packs: [] },
    { packs: [{ name: "whole.pack", pages: 1 }] },
    { packs: [{ name: "../whole.pack", pages: 3 }] },
    { streamBytes: 2 ** 50 },
    { base: "0".repeat(64) },
  ]) {
    const told = Buffer.from(JSON.stringify({ ...head, ...lie }));
    const size = Buffer.alloc(4);
    size.writeUInt32LE(told.length);
    const bytes = Buffer.concat([whole.subarray(0, 8), size, told, whole.subarray(12 + length, -32)]);
    refused(Buffer.concat([bytes, createHash("sha256").update(bytes).digest()]));
  }
});

records("a stream of a guest that lies makes its reader hold little: blocks without end, ledgers in each page", () => {
  const announced = Array.from({ length: 300 }, (_, i) => {
    const block = Buffer.alloc(12);
    block.write(`\x03${String(i).padStart(3, "0")}`);
    block.writeBigUInt64BE(4096n, 4);
    return block;
  });
  // The stream up to where it tells how many bytes its blocks have, and what follows.
  const whole = readFileSync(stream("few", 1, [[0, 1]], ""));
  const told = whole.indexOf("pc.ram") - 9;
  whole.writeBigUInt64BE(300n * 4096n + 4n, told);
  writeFileSync(at("blocks"), Buffer.concat([whole.subarray(0, told + 8), ...announced]));
  assert.throws(() => capturedLedger(at("blocks")), /more than 256 blocks of memory/);
  const path = stream(
    "ledgers",
    3,
    [
      [0, 1],
      [1, 2],
      [2, 3],
    ],
    "",
  );
  const bytes = readFileSync(path);
  assert.throws(() => capturedLedger(path), /no page is the ledger/);
  for (const fill of [1, 2, 3]) {
    const page = bytes.indexOf(`page ${fill} `);
    bytes.fill(0, page, page + 4096);
    bytes.write("SNAPBACK LEDGER\n", page);
    bytes.writeBigUInt64LE(1n, page + 16);
    writeFileSync(path, bytes);
    if (fill === 1) assert.is(capturedLedger(path).peers.size, 0);
    else assert.throws(() => capturedLedger(path), /more than one page/);
  }
});

records.run();
