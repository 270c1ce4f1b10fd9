import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { pages as pagesCommand } from "../../real/commands/pages.ts";
import { MemoryImageError } from "../../real/pages/image-error.ts";
import { fingerprintWords } from "../../real/pages/page-contents.ts";
import { SeenContents } from "../../real/pages/seen-contents.ts";
import type { Survey } from "../../real/pages/survey.ts";
import { capturedLine } from "../scenarios/captured-line.ts";
import { load as loadCase } from "../scenarios/overlay.ts";
import { countsOfMixed, surveying } from "./surveying.ts";
import {
  buddy,
  elfOf,
  flags,
  frames,
  type MadePage,
  noteOf,
  own,
  streamOf,
  syntheticLinux,
} from "./synthetic-linux.ts";

const folder = mkdtempSync(join(tmpdir(), "snapback-pages-"));
test.after(() => rmSync(folder, { recursive: true }));

const { surveyed, counts } = surveying(folder);

const { dirty, lru, slab, swapCache, private: attached, backed, locked } = flags;
/** One of each class, a free block of four, and an anonymous compound page of three. */
const mixed: readonly MadePage[] = [
  { flags: lru },
  { flags: lru | dirty },
  { flags: lru | attached },
  { flags: lru | dirty | attached },
  { flags: swapCache | backed },
  { flags: swapCache },
  { flags: slab | lru, mapping: 1n },
  { mapcount: buddy, private: 2n },
  { flags: lru },
  { flags: lru },
  { flags: lru },
  { flags: lru, mapping: 0x1001n },
  { head: own + 11 },
  { head: own + 11 },
  { flags: lru | locked, mapping: 0x1001n },
];
const expected = countsOfMixed;

for (const levels of [4, 5] as const)
  test(`each frame is classified by its struct page, through ${levels} levels of page tables`, () => {
    assert.equal(counts(syntheticLinux(mixed, levels)), expected);
  });

test("a raw image, an ELF core and a migration stream of the same memory have the same survey", () => {
  const image = syntheticLinux(mixed.map((page, i) => ({ ...page, fill: i % 3 })));
  const raw = surveyed(image);
  assert.is(raw.frames, frames);
  assert.equal(surveyed(elfOf(image)), raw);
  assert.equal(surveyed(streamOf(image)), raw);
});

test("a page that a stream has twice is as it was sent last", () => {
  const image = syntheticLinux([{ fill: 7 }]);
  const stream = streamOf(image);
  const [end, zero] = [stream.length - 18 - 13, Buffer.alloc(9)];
  zero.writeBigUInt64BE(BigInt((own * 4096) | 0x22));
  const resent = Buffer.concat([stream.subarray(0, end), zero, stream.subarray(end)]);
  const zeros = (content: Buffer): number => surveyed(content).classes.reduce((sum, one) => sum + one.zero, 0);
  assert.is(zeros(resent), zeros(stream) + 1);
});

test("Linux 6.12 tells free and slab by the highest byte of _mapcount, 5.10 to 6.9 by all of it", () => {
  const { "NUMBER(PG_slab)": _, ...others } = noteOf();
  const [free, slabs] = [0xf0 << 24, 0xf5 << 24];
  const note = {
    ...others,
    "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)": String(free),
    "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)": String(slabs),
  };
  const pages = [{ mapcount: free, private: 0n }, { mapcount: slabs | 3 }, { mapcount: buddy }];
  assert.equal(counts(syntheticLinux(pages, 4, note)), { free: 1, slab: 1 });
});

test("zeros are no duplicates; a content counts as inside its machine before it counts as across", () => {
  const seen = new SeenContents();
  const page = (fill: number): MadePage => ({ flags: lru, fill });
  const clean = ({ classes }: Survey) => classes.find((one) => one.class === "cache-clean");
  const first = surveyed(syntheticLinux([page(0), page(0), page(1), page(1), page(2)]), 0, seen);
  assert.equal(clean(first), { class: "cache-clean", frames: 5, zero: 2, inside: 1, across: 0 });
  const second = surveyed(syntheticLinux([page(1), page(1), page(3), page(2)]), 1, seen);
  assert.equal(clean(second), { class: "cache-clean", frames: 4, zero: 0, inside: 1, across: 2 });
});

test("thousands of contents are told apart while the table grows, and where all of them want the same slot", () => {
  for (const slots of [1, 1000]) {
    const seen = new SeenContents();
    const fingerprint = (i: number) => new Int32Array(fingerprintWords).fill(5).fill(i, i % fingerprintWords);
    for (let i = 6; i < 6006; i++) assert.is(seen.add(i % slots, fingerprint(i), 0), "new");
    for (let i = 6; i < 6006; i++) assert.is(seen.add(i % slots, fingerprint(i), 1), "across");
  }
});

test("the command prints text, csv and json", () => {
  const { line, out } = capturedLine(folder);
  writeFileSync(join(folder, "a,b"), syntheticLinux(mixed));
  pagesCommand(line, { snapshot: ["a,b"], format: "csv" });
  assert.match(out(), /^file,class,type,frames,zero,inside,across\n/);
  assert.match(out(), /\n"a,b",cache-private-clean,cacheClean,1,1,0,0\n/);
  const json = capturedLine(folder);
  pagesCommand(json.line, { snapshot: ["a,b"], format: "json" });
  assert.is(JSON.parse(json.out())[0].release, "6.1.0-made");
  const text = capturedLine(folder);
  pagesCommand(text.line, { snapshot: ["a,b"], format: "text" });
  assert.match(text.out(), /^a,b: Linux 6.1.0-made, 64 frames of 4 KiB\n/);
  assert.throws(
    () => pagesCommand(text.line, { snapshot: ["none"], format: "text" }),
    /none: cannot be read \(ENOENT\)/,
  );
});

test("a scenario takes the page mix that the command prints, with the contents that were found", () => {
  const page = (fill: number): MadePage => ({ flags: lru, fill });
  writeFileSync(join(folder, "one"), syntheticLinux([page(9), page(7)]));
  const own = [page(0), page(1), page(1), page(7), page(2), page(3), page(4), page(5), ...mixed.slice(6, 8)];
  writeFileSync(join(folder, "two"), syntheticLinux(own));
  const { line, out } = capturedLine(folder);
  pagesCommand(line, { snapshot: ["one", "two"], format: "mix" });
  const texts = {
    "a.yaml": "cluster: { vm: { memory: 1MiB }, workload: { mix: ./mix.csv, curve: ./curve.csv } }",
    "mix.csv": out(),
    "curve.csv": "seconds,distinctPages\n1,2\n",
  };
  const { scenario } = loadCase(texts).points[0]!;
  assert.ok(scenario.model === "cluster");
  const { classes } = scenario.cluster.workload;
  const pagesOf = (type: string): number =>
    classes.filter((one) => one.type === type).reduce((sum, one) => sum + one.pages, 0);
  // 1 MiB has 256 frames, four for each of the 64.
  assert.equal(["cacheClean", "free", "kernel"].map(pagesOf), [8 * 4, 4 * 4, (frames - 12) * 4]);
  const clean = classes.find((one) => one.type === "cacheClean");
  assert.equal(clean?.content, {
    zero: 1 / 8,
    selfDuplicate: 1 / 8,
    interVm: { all: 1 / 8, pair: 0 },
    unique: 5 / 8,
  });
});

const refused = (content: Buffer, message: RegExp): void => {
  try {
    surveyed(content);
  } catch (error) {
    assert.instance(error, MemoryImageError);
    assert.match((error as Error).message, message);
    return;
  }
  assert.unreachable(`accepted, but expected ${message}`);
};

test("what is broken is refused with its place", () => {
  const image = syntheticLinux(mixed);
  refused(Buffer.alloc(0), /ends inside the first word/);
  refused(Buffer.alloc(8192), /no VMCOREINFO was found/);
  refused(image.subarray(0, -1), /inside a frame/);
  refused(elfOf(image).subarray(0, -1), /program header 0: .* more than the file has/);
  refused(streamOf(image).subarray(0, -20), /the file ends inside/);
  refused(syntheticLinux([{ mapcount: buddy, private: 77n }]), /free block of order 77/);
  const note = (key: string, value: string): Buffer => syntheticLinux(mixed, 4, { ...noteOf(), [key]: value });
  refused(note("SIZE(page)", "99999999999999999999"), /frame 1: VMCOREINFO: SIZE\(page\)/);
  refused(note("OFFSET(page.flags)", "-8"), /OFFSET\(page.flags\) is -8; expected 0 to 56/);
  refused(note("SYMBOL(mem_section)", "0"), /mem_section would be at 0x0, which is not mapped/);
  refused(note("NUMBER(phys_base)", "4096000000000"), /frame \d+, which the file does not have/);
});

test("segments of an ELF core that share bytes of the file are refused, so that a small file cannot ask for much memory", () => {
  const core = elfOf(syntheticLinux(mixed));
  core.writeUInt16LE(2, 56);
  core.copy(core, 64 + 56, 64, 64 + 56);
  core.writeBigUInt64LE(1n << 40n, 64 + 56 + 24);
  refused(core, /program header 1: the segments hold more bytes than the file/);
});

test("tails of compound pages find their heads in any segment", () => {
  const core = elfOf(syntheticLinux(mixed));
  // The same memory in two segments, cut between the head at frame `own + 11` and its tails.
  const cut = BigInt((own + 12) * 4096);
  core.writeUInt16LE(2, 56);
  core.copy(core, 64 + 56, 64, 64 + 56);
  core.writeBigUInt64LE(cut, 64 + 32);
  core.writeBigUInt64LE(4096n + cut, 64 + 56 + 8);
  core.writeBigUInt64LE(cut, 64 + 56 + 24);
  core.writeBigUInt64LE(BigInt(frames * 4096) - cut, 64 + 56 + 32);
  assert.equal(counts(core), expected);
});

test("page tables that lead back to themselves end as any others", () => {
  const image = syntheticLinux(mixed);
  for (let entry = 0; entry < 512; entry++) image.writeBigUInt64LE(0x2001n, 2 * 4096 + 8 * entry);
  refused(image, /root|mem_section|section|struct page|page table/);
});

/** The survey of damaged content is a survey or a MemoryImageError, never anything else. */
const survives = (content: Buffer): void => {
  try {
    assert.ok(surveyed(content).frames > 0);
  } catch (error) {
    if (!(error instanceof MemoryImageError)) throw error;
  }
};

const whole = syntheticLinux(mixed);
const forms = { raw: whole, elf: elfOf(whole), stream: streamOf(whole) };
for (const [form, content] of Object.entries(forms))
  test(`damaged content (${form}) is refused with a typed error, or surveyed`, () => {
    const place = fc.nat({ max: content.length - 1 });
    // Half of the changes hit the headers, the note, the tables or the memory map.
    const change = fc.tuple(fc.oneof(place, fc.nat({ max: 255 })), fc.uint8Array({ minLength: 1, maxLength: 8 }));
    const damage = fc.tuple(fc.array(change, { maxLength: 12 }), fc.option(place));
    fc.assert(
      fc.property(damage, ([changes, end]) => {
        const damaged = Buffer.from(content);
        for (const [offset, bytes] of changes) damaged.set(bytes.subarray(0, damaged.length - offset), offset);
        survives(end === null ? damaged : damaged.subarray(0, end));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

test("a note of random numbers is refused with a typed error, or surveyed", () => {
  const keys = Object.keys(noteOf());
  const value = fc.oneof(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String), fc.string());
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), value), (changed) => {
      survives(syntheticLinux(mixed, 4, { ...noteOf(), ...changed }));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test.run();
