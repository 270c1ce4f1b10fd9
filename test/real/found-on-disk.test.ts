// needs: qemu-utils
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiskBlocks, diskExtents, extentsIn } from "../../real/drop/disk-blocks.ts";
import { dropPages } from "../../real/drop/drop-pages.ts";
import { foundOnDisk, readAgain } from "../../real/drop/found-on-disk.ts";
import type { StreamPage } from "../../real/drop/left-out.ts";
import { fillStream } from "../../real/drop/reduced-stream.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { flags, streamOf, syntheticLinux } from "./synthetic-linux.ts";

const folder = mkdtempSync(join(tmpdir(), "found-on-disk-"));
const cached = suite("pages that a kernel has cached of its disk");
cached.after(() => rmSync(folder, { recursive: true, force: true }));

const page = 4096;
const filled = (fill: number): Buffer => Buffer.alloc(page, fill);
const messageOf = (task: () => Promise<unknown>): Promise<string> => task().then(String, (error) => error.message);

/** Pages of a file that has nothing else. */
const pagesIn = (name: string, ...fills: readonly number[]): { stream: string; pages: StreamPage[] } => {
  const stream = join(folder, name);
  writeFileSync(stream, Buffer.concat(fills.map(filled)));
  return { stream, pages: fills.map((_, i) => ({ index: i, offset: i * page, class: "cache-clean" })) };
};

cached("are found wherever the disk has them, and read again from there alone if they are still the same", async () => {
  const file = join(folder, "layer");
  // A part of a disk from its byte 512 on, where a file system's blocks begin with its second one.
  writeFileSync(file, Buffer.concat([Buffer.alloc(1000), Buffer.alloc(page - 512, 9), ...[1, 2, 1, 3].map(filled)]));
  const disk = new DiskBlocks([
    { start: 2 ** 20, at: 1000 + page - 512 + 3 * page, bytes: page, file },
    { start: 512, at: 1000, bytes: 4 * page - 512, file },
  ]);
  const { stream, pages } = pagesIn("pages", 1, 2, 3, 4, 9, 2);
  const found = await foundOnDisk(stream, pages, disk);
  const starts = pages.map((one) => found.get(one)?.start);
  assert.equal(starts, [page, 2 * page, 2 ** 20, undefined, undefined, 2 * page]);
  for (const [i, fill] of [1, 2, 3].entries()) assert.equal(readAgain(disk, found.get(pages[i]!)!), filled(fill));
  const other = { ...found.get(pages[1]!)!, start: page };
  assert.throws(() => readAgain(disk, other), /the disk has another content at 4096/);
  assert.throws(() => disk.read(2 ** 20 + 1, page), /nothing at 1048577, or not in one piece/);
  assert.throws(() => disk.read(0, 1), /nothing at 0/);
  truncateSync(file, 1000 + 2 * page);
  assert.throws(() => readAgain(disk, found.get(pages[1]!)!), /a file ended/);
  disk.close();
});

const map = (...lines: readonly string[]): string =>
  ["Offset          Length          Mapped to       File", ...lines, ""].join("\n");

cached("lie where qemu-img says, which is read strictly", () => {
  assert.equal(extentsIn(map("0               0x20000         0x50000         a b.disk"), "/files"), [
    { start: 0, bytes: 0x20000, at: 0x50000, file: "/files/a b.disk" },
  ]);
  assert.equal(extentsIn(map(), "/files"), []);
  for (const wrong of [map("0 0x20000 a.disk"), map("0 0x20000 -1 a.disk"), map("0 0xfffffffffffffff 0 a"), "", "[]"])
    assert.throws(() => extentsIn(wrong, "/files"), /in a way that is not known/);
});

const qemuImg = (...given: readonly string[]): void => void execFileSync("qemu-img", given, { cwd: folder });

/** Writes a block through a layer, as a guest does. */
const write = (layer: string, block: number, fill: number): void =>
  void execFileSync("qemu-io", ["-f", "qcow2", "-c", `write -P ${fill} ${block * page} ${page}`, layer], {
    cwd: folder,
  });

const tools = (): string | undefined => (findCommand("qemu-io") === undefined ? undefined : findCommand("qemu-img"));

cached(
  "are taken from the layers of a disk, as it was at the cut; what is not on it stays stored",
  skipUnless(tools, "needs qemu-img and qemu-io", async () => {
    const clean = { flags: flags.lru };
    const stream = join(folder, "stream");
    const image = syntheticLinux([
      { ...clean, fill: 1 },
      { ...clean, fill: 2 },
      { ...clean, fill: 3 },
      { flags: flags.lru | flags.dirty, fill: 4 },
    ]);
    writeFileSync(stream, streamOf(image));
    qemuImg("create", "-q", "-f", "qcow2", "base", "1M");
    write("base", 5, 1);
    write("base", 6, 9);
    qemuImg("create", "-q", "-f", "qcow2", "-b", "base", "-F", "qcow2", "top");
    write("top", 6, 2);
    write("top", 40, 4);
    const open = async () => new DiskBlocks(await diskExtents(folder, "top", process.env));
    // Block 6 of the layer below is not what the guest sees there.
    const seen = pagesIn("seen", 9, 2);
    const disk = await open();
    const places = await foundOnDisk(seen.stream, seen.pages, disk);
    assert.equal(
      [...places].map(([{ index }, { start }]) => [index, start]),
      [[1, 6 * page]],
    );
    disk.close();

    const original = readFileSync(stream);
    const told = await dropPages(stream, { zeroFilled: [], reRead: ["cacheClean", "cacheDirty"], killing: [] }, open);
    // The fourth is dirty, but somebody has written the same.
    assert.equal(told, { zeroFilled: 0, reRead: 3, killing: 0, kept: 1, spared: "", untyped: null });
    assert.ok(readFileSync(stream).length < original.length - 3 * (page - 100));
    assert.equal(await fillStream(stream, open), { reRead: 3, zeroFilled: 0, killing: 0 });
    assert.ok(readFileSync(stream).equals(original), "what is read again is what was dropped");
    assert.match(
      await messageOf(() => diskExtents(folder, "none", process.env)),
      /none: its blocks are not told: .*No such/,
    );
    qemuImg("convert", "-q", "-c", "-O", "qcow2", "top", "compressed");
    assert.match(await messageOf(() => diskExtents(folder, "compressed", process.env)), /compressed/);
  }),
);

cached.run();
