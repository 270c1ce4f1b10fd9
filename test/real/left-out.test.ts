import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { leaveOut, pagesOf } from "../../real/drop/left-out.ts";
import type { FrameClass } from "../../real/pages/page-classes.ts";
import { buddy, flags, own, streamOf, syntheticLinux } from "./synthetic-linux.ts";

const folder = mkdtempSync(join(tmpdir(), "left-out-"));
const drops = suite("pages that are left out");
drops.after(() => rmSync(folder, { recursive: true, force: true }));

const page = 4096;
/** One of each kind, and of free ones a block of two: the second has no fields of its own. */
const image = syntheticLinux([
  { mapcount: buddy, private: 1n, fill: 1 },
  { fill: 2 },
  { flags: flags.lru, fill: 3 },
  { flags: flags.lru | flags.dirty, fill: 4 },
  { flags: flags.lru, mapping: 1n, fill: 5 },
  { flags: flags.slab, fill: 6 },
  { flags: flags.lru },
]);
const devices = Buffer.from("states of devices");
const made = Buffer.concat([streamOf(image), devices]);
const stream = join(folder, "stream");
writeFileSync(stream, made);

let files = 0;
const without = async (classes: readonly FrameClass[]): Promise<Buffer> => {
  const to = join(folder, `to${files++}`);
  await leaveOut(stream, to, pagesOf(stream, classes).pages);
  return readFileSync(to);
};
/** A stream whose pages of these contents hold zeros. */
const zeroed = (...fills: readonly number[]): Buffer => {
  const expected = Buffer.from(made);
  for (const fill of fills) {
    const at = expected.indexOf(Buffer.alloc(page, fill));
    assert.ok(at > 0);
    expected.fill(0, at, at + page);
  }
  return expected;
};

drops("are zeros in the stream, in which all else stays as it was, byte for byte", async () => {
  assert.ok((await without(["free"])).equals(zeroed(1, 2)));
  assert.ok((await without(["cache-clean"])).equals(zeroed(3)));
  assert.ok((await without(["cache-dirty", "slab"])).equals(zeroed(4, 6)));
  assert.ok((await without(["anonymous", "free"])).equals(zeroed(1, 2, 5)));
  assert.ok((await without([])).equals(made));
});

drops("are told with those of their classes that held zeros anyway", () => {
  const { pages, zero } = pagesOf(stream, ["cache-clean"]);
  assert.equal(pages, [{ index: own + 2, offset: made.indexOf(Buffer.alloc(page, 3)), class: "cache-clean" }]);
  assert.is(zero, 1);
  assert.equal(pagesOf(stream, ["cache-private-clean"]), { pages: [], zero: 0 });
});

drops("get what is found elsewhere instead of zeros, when there is something", async () => {
  const to = join(folder, "elsewhere");
  await leaveOut(stream, to, pagesOf(stream, ["cache-clean"]).pages, ({ index }) => Buffer.alloc(page, index));
  const expected = Buffer.from(made);
  expected.fill(own + 2, made.indexOf(Buffer.alloc(page, 3)), made.indexOf(Buffer.alloc(page, 3)) + page);
  assert.ok(readFileSync(to).equals(expected));
});

const messageOf = (task: () => Promise<unknown>): Promise<string> => task().then(String, (error) => error.message);

drops("are taken over no file that is there, and leave none when they cannot be taken", async () => {
  const { pages } = pagesOf(stream, ["free"]);
  const to = join(folder, "short");
  assert.match(await messageOf(() => leaveOut(stream, to, pages, () => Buffer.alloc(1))), /a page of 1 bytes/);
  assert.not(existsSync(to) || existsSync(`${to}.draft`));
  writeFileSync(`${to}.draft`, "another's");
  assert.match(await messageOf(() => leaveOut(stream, to, pages)), /EEXIST/);
  assert.is(readFileSync(`${to}.draft`, "utf8"), "another's");
  const none = join(folder, "none");
  writeFileSync(none, made.subarray(0, made.length / 2));
  assert.throws(() => pagesOf(none, ["free"]), /none: .*the file ends/);
  writeFileSync(none, streamOf(Buffer.alloc(64 * page)));
  assert.throws(() => pagesOf(none, ["free"]), /no VMCOREINFO was found/);
});

drops.run();
