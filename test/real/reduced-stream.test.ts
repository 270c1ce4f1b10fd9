import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiskBlocks } from "../../real/drop/disk-blocks.ts";
import { dropPages } from "../../real/drop/drop-pages.ts";
import { fillStream, reduceStream } from "../../real/drop/reduced-stream.ts";
import { ByteReader } from "../../real/pages/byte-reader.ts";
import { streamRegions } from "../../real/streams/migration-stream.ts";
import { madeStream } from "./made-stream.ts";
import { buddy, flags, streamOf, syntheticLinux } from "./synthetic-linux.ts";

const folder = mkdtempSync(join(tmpdir(), "reduced-stream-"));
const reduced = suite("a stream without pages that are not stored");
reduced.after(() => rmSync(folder, { recursive: true, force: true }));

const page = 4096;
const filled = (fill: number): Buffer => Buffer.alloc(page, fill);
const messageOf = (task: () => Promise<unknown>): Promise<string> => task().then(String, (error) => error.message);
let files = 0;
const file = (content: Uint8Array): string => {
  const path = join(folder, `file${files++}`);
  writeFileSync(path, content);
  return path;
};

/** Of each frame its content: its first byte, or 0 for zeros. */
const framesOf = (path: string): number[] => {
  const bytes = readFileSync(path);
  const descriptor = openSync(path, "r");
  const [region] = streamRegions(new ByteReader(path, descriptor, bytes.length));
  closeSync(descriptor);
  return Array.from(region!.at as Float64Array, (offset) => (offset < 0 ? 0 : bytes[offset]!));
};
const offsetIn = (content: Buffer, fill: number): number => content.indexOf(Buffer.alloc(page, `page ${fill} `));

const none = () => Promise.reject(new Error("nobody needs a disk"));

reduced("says that they hold zeros, also where one names its block, and nothing else of it is another", async () => {
  const pages = [
    [0, 1],
    [1, 2],
    [2, 0],
    [3, 3],
  ] as const;
  const whole = madeStream(4, pages, "devices");
  const at = (fill: number) =>
    ({ index: fill === 3 ? 3 : fill - 1, offset: offsetIn(whole, fill), class: "free" }) as const;
  const to = join(folder, "reduced");
  await reduceStream(file(whole), to, [at(3), at(1)], { zeroFilled: 0, killing: 0 });
  const without = madeStream(
    4,
    [
      [0, 0],
      [1, 2],
      [2, 0],
      [3, 0],
    ],
    "devices",
  );
  assert.ok(readFileSync(to).equals(without), "it is the stream of a memory that has zeros there");
  assert.equal(await fillStream(to, none), { reRead: 0, zeroFilled: 0, killing: 0 });
  assert.ok(readFileSync(to).equals(without));
});

reduced(
  "gets those again that lie on a disk, byte for byte; a disk that has something else there is refused",
  async () => {
    const whole = madeStream(
      3,
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
      "devices",
    );
    const stream = file(whole);
    const layer = file(Buffer.concat([3, 1].map((fill) => Buffer.alloc(page, `page ${fill} `))));
    const disk = async () => new DiskBlocks([{ start: 0, at: 0, bytes: 2 * page, file: layer }]);
    const hash = (fill: number): Buffer =>
      createHash("sha256")
        .update(Buffer.alloc(page, `page ${fill} `))
        .digest()
        .subarray(0, 16);
    const at = (index: number, start: number) => ({
      ...{ index, offset: offsetIn(whole, index + 1), class: "cache-clean" as const },
      onDisk: { start, hash: hash(index + 1) },
    });
    const to = join(folder, "again");
    await reduceStream(
      stream,
      to,
      [at(0, page), { index: 1, offset: offsetIn(whole, 2), class: "cache-clean" }, at(2, 0)],
      { zeroFilled: 1, killing: 0 },
    );
    const kept = readFileSync(to);
    assert.equal(framesOf(to), [0, 0, 0]);
    assert.is(offsetIn(kept, 1) + offsetIn(kept, 2) + offsetIn(kept, 3), -3, "no content of them is left");
    assert.equal(await fillStream(to, disk), { reRead: 2, zeroFilled: 1, killing: 0 });
    assert.ok(
      readFileSync(to).equals(
        madeStream(
          3,
          [
            [0, 1],
            [1, 0],
            [2, 3],
          ],
          "devices",
        ),
      ),
    );

    writeFileSync(to, kept);
    writeFileSync(layer, Buffer.concat([filled(7), filled(8)]));
    assert.match(await messageOf(() => fillStream(to, disk)), /the disk has another content at 4096/);
    assert.ok(readFileSync(to).equals(kept), "it stays as it was");
    assert.not(existsSync(`${to}.draft`));
    assert.match(await messageOf(() => fillStream(to, none)), /nobody needs a disk/);
    // What stands behind it is of another stream.
    const entry = kept.length - 20 - 2 * 36;
    const wrong = Buffer.from(kept);
    wrong.writeUInt32LE(1, entry);
    assert.match(await messageOf(() => fillStream(file(wrong), disk)), /no page 1 of zeros is at/);
    wrong.writeUInt32LE(2 ** 30, kept.length - 12);
    assert.match(await messageOf(() => fillStream(file(wrong), disk)), /shorter than what stands behind it/);
    const lost = reduceStream(stream, join(folder, "lost"), [{ index: 1, offset: offsetIn(whole, 1), class: "free" }], {
      zeroFilled: 0,
      killing: 0,
    });
    assert.match(await messageOf(() => lost), /no header of page 1/);
  },
);

const image = syntheticLinux([
  { mapcount: buddy, private: 0n, fill: 1 },
  { flags: flags.lru, fill: 2 },
  { flags: flags.lru | flags.dirty, fill: 3 },
  { flags: flags.lru, mapping: 1n, fill: 4 },
]);

reduced("lacks pages by their types, and tells how many a guest may miss", async () => {
  const zeroFilled = file(streamOf(image));
  const told = await dropPages(zeroFilled, { zeroFilled: ["free", "cacheClean"], reRead: [], killing: [] }, none);
  assert.equal(told, { zeroFilled: 2, reRead: 0, killing: 0, kept: 0, spared: "", untyped: null });
  assert.equal(
    [1, 2, 3, 4].map((fill) => readFileSync(zeroFilled).includes(filled(fill))),
    [false, false, true, true],
  );
  const madeUp = { reRead: 0, zeroFilled: 1, killing: 0 };
  assert.equal(await fillStream(zeroFilled, none), madeUp, "free pages are missed by nobody");
  const anonymous = file(streamOf(image));
  await dropPages(anonymous, { zeroFilled: ["free"], reRead: [], killing: [] }, none);
  assert.equal(await fillStream(anonymous, none), { reRead: 0, zeroFilled: 0, killing: 0 });
});

reduced("is whole where the guest's kernel does not tell its pages", async () => {
  const stream = file(streamOf(Buffer.alloc(64 * page, 1)));
  const before = readFileSync(stream);
  const told = await dropPages(stream, { zeroFilled: ["free"], reRead: ["cacheClean"], killing: ["anonymous"] }, none);
  assert.is(told.zeroFilled + told.reRead + told.killing + told.kept, 0);
  assert.match(told.untyped!, /no VMCOREINFO was found/);
  assert.ok(readFileSync(stream).equals(before));
});

reduced.run();
