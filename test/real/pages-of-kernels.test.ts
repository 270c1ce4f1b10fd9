import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { MemoryImageError } from "../../real/pages/image-error.ts";
import { countsOfMixed, surveying } from "./surveying.ts";
import {
  elfOf,
  flagsOf,
  fourGiB,
  frames,
  highOwn,
  type Layout,
  type MadePage,
  noteOf,
  own,
  streamOf,
  streamOfRam,
  syntheticLinux,
  usual,
} from "./synthetic-linux.ts";

const folder = mkdtempSync(join(tmpdir(), "snapback-kernels-"));
test.after(() => rmSync(folder, { recursive: true }));

const { surveyed, counts } = surveying(folder);

/** Frames of each class, a free block of four and a compound page of three, from a frame on. */
const mixed = (layout: Layout, first: number): readonly MadePage[] => {
  const { dirty, lru, slab, swapCache, private: attached, backed, locked } = flagsOf(layout);
  return [
    { flags: lru },
    { flags: lru | dirty },
    { flags: lru | attached },
    { flags: lru | dirty | attached },
    { flags: swapCache | backed },
    { flags: swapCache },
    layout.slabType === undefined ? { flags: slab } : { mapcount: layout.slabType },
    { mapcount: layout.buddy, private: 2n },
    ...[0, 1, 2].map(() => ({ flags: lru })),
    { flags: lru, mapping: 0x1001n },
    ...[0, 1].map(() => ({ head: first + 11 })),
    { flags: lru | locked, mapping: 0x1001n },
  ];
};
const expected = countsOfMixed;
const twice = Object.fromEntries(Object.entries(expected).map(([name, count]) => [name, 2 * count]));

/**
 * Numbers of the kernels that differ in what matters here: 5.10 to 6.9 have a flag for slab; 6.10 and 6.11 a type of page,
 * of which one bit is cleared; from 6.12 on the highest byte is the type.
 */
const kernels: Readonly<Record<string, Layout>> = {
  "5.10": { ...usual, lru: 4, others: { ...usual.others, swapCache: 10 } },
  "6.10": { ...usual, lru: 5, others: { ...usual.others, swapCache: 11, backed: 17 }, slabType: ~0x1000 },
  "6.12": { ...usual, lru: 5, others: { ...usual.others, backed: 17 }, buddy: 0xf0 << 24, slabType: 0xf5 << 24 },
};

for (const [release, layout] of Object.entries(kernels))
  for (const levels of [4, 5] as const)
    test(`frames of a kernel like ${release} are found below and above 4 GiB, through ${levels} levels`, () => {
      const high = mixed(layout, highOwn);
      const image = syntheticLinux(mixed(layout, own), levels, noteOf(levels, layout), { layout, high });
      assert.equal(counts(elfOf(image, [0, fourGiB])), twice);
    });

/** How kernels tell that a compound page is one of hugetlbfs: 5.10 to 6.5, 6.6 to 6.9, and from 6.10 on. */
const huge: readonly (readonly [Record<string, string>, head: MadePage, firstTail: MadePage])[] = [
  [{ "NUMBER(HUGETLB_PAGE_DTOR)": "2", "OFFSET(page.compound_dtor)": "56" }, {}, { destructor: 2 }],
  [{ "NUMBER(PG_hugetlb)": "7" }, {}, { flags: 1 << 7 }],
  [{ "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)": `${~0x100}` }, { mapcount: ~0x100 }, {}],
];

for (const [lines, head, firstTail] of huge)
  test(`pages of hugetlbfs are memory of processes, told by ${Object.keys(lines)[0]}`, () => {
    const other = [{}, { head: own, destructor: 1 }, { head: own }];
    const compound = [head, { ...firstTail, head: own + 3 }, { head: own + 3 }, { head: own + 3 }];
    const image = syntheticLinux([...other, ...compound], 4, { ...noteOf(), ...lines });
    assert.equal(counts(image), { anonymous: 4 });
  });

test("a content above 4 GiB repeats one below, and a tail there has its head below", () => {
  const { lru } = flagsOf(usual);
  const low = [{ flags: lru, mapping: 0x1001n, fill: 7 }];
  const high = [{ flags: lru, fill: 7 }, { head: own }];
  const image = syntheticLinux(low, 4, noteOf(), { high });
  const found = surveyed(elfOf(image, [0, fourGiB]));
  assert.is(found.frames, 2 * frames);
  const used = found.classes.filter((one) => one.frames > 0 && one.class !== "kernel");
  assert.equal(used, [
    { class: "cache-clean", frames: 1, zero: 0, inside: 1, across: 0 },
    { class: "anonymous", frames: 2, zero: 1, inside: 0, across: 0 },
  ]);
});

const GiB = 2 ** 30;
// The largest RAM below the hole, and where RAM is cut when there is more.
for (const [machine, flat, cut] of [
  ["pc-i440fx-7.2", 3.5 * GiB - 4096, 3 * GiB],
  ["pc-q35-7.2", 2.75 * GiB - 4096, 2 * GiB],
] as const)
  test(`a stream of ${machine} has RAM above 4 GiB when it has too much for below the hole`, () => {
    const image = syntheticLinux(mixed(usual, own), 4, noteOf(), { high: mixed(usual, highOwn) });
    const size = frames * 4096;
    const [low, high] = [image.subarray(0, size), image.subarray(size)];
    const { unmanaged, ...found } = counts(
      streamOfRam(flat + 4096, machine, [
        [0, low],
        [cut, high],
      ]),
    );
    assert.equal(found, twice);
    assert.ok(unmanaged! > (flat - GiB / 4) / 4096, "most of the memory has no memory map");
    const below = surveyed(streamOfRam(flat, machine, [[0, low]]));
    assert.is(below.frames, flat / 4096);
  });

test("a stream of a machine that is not known is read as far as all machines agree, and never for more than it can hold", () => {
  const image = syntheticLinux(mixed(usual, own));
  assert.equal(counts(streamOf(image, "microvm")), expected);
  const refusal = (content: Buffer): string => {
    try {
      surveyed(content);
    } catch (error) {
      assert.instance(error, MemoryImageError);
      return (error as Error).message;
    }
    return "";
  };
  const large = streamOfRam(2.75 * GiB, "micro\x1b", [[0, image]]);
  assert.match(refusal(large), /machine "micro" with 720896 frames of RAM: where its hole .* use dump-guest-memory/);
  const lie = streamOf(image);
  lie.writeBigUInt64BE(BigInt(2 ** 40) | 4n, lie.indexOf("ram") + 11);
  lie.writeBigUInt64BE(BigInt(2 ** 40), lie.indexOf("pc.ram") + 6);
  assert.match(refusal(lie), /pc.ram of 1099511627776 bytes, of which the file cannot have every page/);
});

test("frames above 4 GiB without a memory map are unmanaged", () => {
  const image = syntheticLinux(mixed(usual, own));
  const both = Buffer.concat([image, Buffer.alloc(frames * 4096)]);
  assert.equal(counts(elfOf(both, [0, fourGiB])), { unmanaged: frames, ...expected });
});

/** Any layout that a note can tell. */
const anyLayout = fc
  .record({
    size: fc.constantFrom(48, 56, 64, 72, 88),
    shift: fc.nat({ max: 30 }).map((lines) => 64 * lines),
    places: fc.shuffledSubarray([0, 8, 16, 24, 32, 40], { minLength: 5, maxLength: 5 }),
    // The second after the last is PG_mlocked.
    bits: fc
      .shuffledSubarray(
        Array.from({ length: 15 }, (_, i) => 2 * i + 1),
        { minLength: 5, maxLength: 5 },
      )
      .filter((bits) => bits[4]! <= 27 && !bits.includes(bits[4]! + 2)),
    free: fc.constantFrom(-129, 0xf0 << 24),
    slabType: fc.constantFrom(undefined, ~0x1000, 0xf5 << 24),
  })
  .map(({ size, shift, places, bits, free, slabType }): Layout => {
    const [flags, head, mapping, attached, mapcount] = places as [number, number, number, number, number];
    const [lru, slab, swapCache, ofOwner, backed] = bits as [number, number, number, number, number];
    return {
      ...{ size, shift, at: { flags, head, mapping, private: attached, mapcount }, lru, buddy: free },
      others: { slab, swapCache, private: ofOwner, backed },
      ...(slabType !== undefined && { slabType }),
    };
  });

test("whatever layout of struct page a note tells is read, also where one lies across two pages of memory", () => {
  fc.assert(
    fc.property(anyLayout, fc.constantFrom(4 as const, 5 as const), (layout, levels) => {
      const image = syntheticLinux(mixed(layout, own), levels, noteOf(levels, layout), { layout });
      assert.equal(counts(image), expected);
    }),
    { seed: 1, numRuns: 200 },
  );
});

/** The survey of whatever it is is a survey or a MemoryImageError, never anything else. */
const survives = (content: Uint8Array): void => {
  try {
    assert.ok(surveyed(content).frames > 0);
  } catch (error) {
    if (!(error instanceof MemoryImageError)) throw error;
    assert.match(error.message, /image: .{10}/, "it names the file and what is wrong");
  }
};

const hostile = syntheticLinux(mixed(usual, own), 5, noteOf(5), { high: mixed(usual, highOwn) });

test("random bytes behind any beginning are refused, or surveyed", () => {
  const beginning = fc.constantFrom("", "\x7fELF\x02\x01\x01", "QEVM\0\0\0\x03", "OSRELEASE=6.1\nSIZE(page)=64\n");
  fc.assert(
    fc.property(beginning, fc.uint8Array({ maxLength: 9000 }), fc.boolean(), (begin, random, isWhole) => {
      const content = Buffer.concat([Buffer.from(begin, "latin1"), random]);
      survives(isWhole ? Buffer.concat([content, Buffer.alloc(4096 - (content.length % 4096))]) : content);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("page tables of five levels that lead anywhere, in loops or out of the memory, end", () => {
  const target = fc.oneof(fc.integer({ min: 0, max: own }), fc.constantFrom(fourGiB, 2 ** 40 - 1, 12345));
  const change = fc.tuple(fc.integer({ min: 2, max: 14 }), fc.option(fc.nat({ max: 511 })), target, fc.boolean());
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const image = Buffer.from(hostile);
      for (const [table, index, to, isLarge] of changes)
        for (const entry of index === null ? Array.from({ length: 512 }, (_, i) => i) : [index])
          image.writeBigUInt64LE((BigInt(to) << 12n) | (isLarge ? 0x81n : 1n), table * 4096 + 8 * entry);
      survives(elfOf(image, [0, fourGiB]));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("memory maps that lie are surveyed, or refused", () => {
  const word = fc.tuple(fc.nat({ max: 1023 }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), fc.boolean(), (words, isSections) => {
      const image = Buffer.from(hostile);
      // The roots and the array of sections, or the memory map itself.
      for (const [at, value] of words) image.writeBigUInt64LE(value, (isSections ? 15 : 17) * 4096 + 8 * at);
      survives(elfOf(image, [0, fourGiB]));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("notes that lie or lack something are refused with the key, or their memory is surveyed", () => {
  const number = fc.oneof(
    fc.constantFrom(
      "0",
      "-1",
      "1",
      "8",
      "63",
      "64",
      "511",
      "4096",
      `${2 ** 31}`,
      `${2 ** 53}`,
      "0x10",
      "1e3",
      "",
      " 8",
    ),
    fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => value.toString(16)),
    fc.string({ maxLength: 5000 }),
  );
  const keys = Object.keys(noteOf(5));
  const lies = fc.dictionary(fc.constantFrom(...keys, "NUMBER(sme_mask)", "SYMBOL(swapper_pg_dir)"), number, {
    minKeys: 1,
    maxKeys: 4,
  });
  fc.assert(
    fc.property(lies, fc.subarray(keys, { maxLength: 2 }), (changed, left) => {
      const note = Object.fromEntries(
        Object.entries({ ...noteOf(5), ...changed }).filter(([key]) => !left.includes(key)),
      );
      survives(elfOf(syntheticLinux(mixed(usual, own), 5, note, { high: mixed(usual, highOwn) }), [0, fourGiB]));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("a core of 5 levels that ends anywhere is refused", () => {
  const core = elfOf(hostile, [0, fourGiB]);
  fc.assert(
    fc.property(fc.nat({ max: core.length - 1 }), (length) => {
      assert.throws(
        () => surveyed(core.subarray(0, length)),
        (error: Error) => error instanceof MemoryImageError,
      );
    }),
    { seed: 1, numRuns: 200 },
  );
});

test.run();
