import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dropPages } from "../../real/drop/drop-pages.ts";
import { killingLossOf, makeChanges } from "../../real/drop/kill-by-loss.ts";
import { type KillingLoss, type Unsafe, unsafeReasons } from "../../real/drop/killing-loss.ts";
import { fillStream } from "../../real/drop/reduced-stream.ts";
import {
  elfOf,
  flags,
  fourGiB,
  frames,
  highOwn,
  type MadePage,
  noteOf,
  own,
  streamOf,
  syntheticLinux,
} from "./synthetic-linux.ts";

const folder = mkdtempSync(join(tmpdir(), "killing-loss-"));
const loss = suite("the loss of a process's memory");
loss.after(() => rmSync(folder, { recursive: true, force: true }));

const page = 4096;
/** What a kernel that is known tells beside the usual. */
const note = {
  ...noteOf(),
  "OFFSET(page._refcount)": "52",
  "NUMBER(PG_head_mask)": "65536",
};
const madeOf = (...pages: readonly MadePage[]): Buffer => syntheticLinux(pages, 4, note);

let files = 0;
const file = (content: Uint8Array): string => {
  const path = join(folder, `file${files++}`);
  writeFileSync(path, content);
  return path;
};
const lossOf = (content: Uint8Array, lost: Iterable<number>): KillingLoss => killingLossOf(file(content), lost);
/** What becomes of an image. */
const changed = (content: Buffer, { changes }: KillingLoss): Buffer => {
  const path = file(content);
  makeChanges(path, changes);
  return readFileSync(path);
};

const anonymous = 0x1001n;
/** An entry as x86-64 has it for a page of a process that was written: present, writable, for processes, dirty, and not executed. */
const mapping = (frame: number): bigint => (1n << 63n) | (BigInt(frame) << 12n) | 0x867n;
const table = (...words: readonly bigint[]): MadePage => ({ mapcount: ~0x200, words });
/** Memory of processes that so many entries map. */
const mapped = (entries: number, fill: number, more: MadePage = {}): MadePage => ({
  ...{ flags: flags.lru, mapping: anonymous, mapcount: entries - 1, references: entries, fill },
  ...more,
});
/** What becomes of an entry whose page is lost: not present, type 31 in the highest bits, and offset 2 inverted from bit 9 on. */
const lostEntry = 0xfffffffffffffa00n;

loss("is told to all page tables that map it, and to nothing else", () => {
  const [once, twice, kept] = [own + 2, own + 3, own + 4];
  const image = madeOf(
    table(mapping(once), 0n, mapping(twice), mapping(kept)),
    table(mapping(twice), mapping(kept)),
    mapped(1, 1),
    mapped(2, 2),
    mapped(2, 3),
  );
  const found = lossOf(image, [twice, once]);
  assert.equal(found.killing, [once, twice]);
  assert.is(found.unsafe.size, 0);
  const expected = madeOf(
    table(lostEntry, 0n, lostEntry, mapping(kept)),
    table(lostEntry, mapping(kept)),
    mapped(1, 1, { mapcount: -1 }),
    mapped(2, 2, { mapcount: -1 }),
    mapped(2, 3),
  );
  assert.ok(changed(image, found).equals(expected));
  assert.equal(lossOf(image, []), { killing: [], unsafe: new Map(), changes: [] });
});

/** A page, entries that map it, and why its loss would not kill. */
const cases: readonly (readonly [Unsafe, MadePage, readonly bigint[]])[] = [
  ["notAnonymous", { flags: flags.lru, mapcount: 0, references: 1, fill: 1 }, [mapping(own + 1)]],
  ["notAnonymous", { mapcount: -129, private: 0n, fill: 1 }, []],
  ["locked", mapped(1, 1, { flags: flags.lru | flags.locked }), [mapping(own + 1)]],
  ["compound", mapped(1, 1, { flags: flags.lru | 0x10000 }), [mapping(own + 1)]],
  ["merged", mapped(1, 1, { mapping: 0x1003n }), [mapping(own + 1)]],
  ["referred", mapped(1, 1, { references: 2 }), [mapping(own + 1)]],
  ["referred", mapped(1, 1, { flags: 0, references: 3 }), [mapping(own + 1)]],
  ["referred", mapped(1, 1, { references: 0 }), [mapping(own + 1)]],
  ["referred", mapped(0, 1, { references: 1 }), []],
  ["hidden", mapped(2, 1), [mapping(own + 1)]],
  ["hidden", mapped(1, 1), [mapping(own + 1), mapping(own + 1)]],
  // Not present, the kernel's own, and one that maps a larger page.
  ["hidden", mapped(1, 1), [mapping(own + 1) & ~1n]],
  ["hidden", mapped(1, 1), [mapping(own + 1) & ~4n]],
  ["hidden", mapped(1, 1), [mapping(own + 1) | 0x80n]],
];

for (const [reason, made, words] of cases)
  loss(`is not left to its processes if it is ${unsafeReasons[reason]}`, () => {
    const image = madeOf(table(...words), made);
    const found = lossOf(image, [own + 1]);
    assert.equal([...found.unsafe], [[own + 1, reason]]);
    assert.equal([found.killing, found.changes], [[], []]);
  });

loss("is left to them by entries of page tables alone, also where a page is on its way to a list of its kernel", () => {
  const image = madeOf(
    { words: [mapping(own + 2)] },
    table(mapping(own + 3)),
    mapped(1, 1),
    mapped(1, 2, { flags: 0, references: 2 }),
  );
  const found = lossOf(image, [own + 2, own + 3]);
  assert.equal([...found.unsafe], [[own + 2, "hidden"]]);
  assert.equal(found.killing, [own + 3]);
});

loss("kills nobody of a kernel on which it was not tried, and of no page that there is not", () => {
  const pages = [table(mapping(own + 1)), mapped(1, 1)];
  const found = lossOf(syntheticLinux(pages, 4, { ...note, OSRELEASE: "6.12.0-1-amd64" }), [own + 1]);
  assert.equal([...found.unsafe], [[own + 1, "unknownKernel"]]);
  assert.equal([found.killing, found.changes], [[], []]);
  const none = lossOf(madeOf(...pages), [frames, -1]);
  assert.equal(
    [...none.unsafe],
    [
      [frames, "notAnonymous"],
      [-1, "notAnonymous"],
    ],
  );
  const { "NUMBER(PG_head_mask)": _, ...without } = note;
  assert.throws(() => lossOf(syntheticLinux(pages, 4, without), [own + 1]), /PG_head_mask\) is missing/);
});

loss("is told of frames above 4 GiB, too, wherever the file has them", () => {
  const high = [mapped(2, 1), table(mapping(highOwn))];
  const content = (low: MadePage, above: readonly MadePage[]): Buffer =>
    elfOf(syntheticLinux([low], 4, note, { high: above }), [0, fourGiB]);
  const index = frames + (highOwn - fourGiB);
  const image = content(table(mapping(highOwn)), high);
  const found = lossOf(image, [index]);
  assert.equal(found.killing, [index]);
  const expected = content(table(lostEntry), [mapped(2, 1, { mapcount: -1 }), table(lostEntry)]);
  assert.ok(changed(image, found).equals(expected));
});

loss("leaves no entry of what is lost, and all entries of what is not, however pages are mapped", () => {
  const [tables, pages] = [4, 8];
  const first = own + tables;
  const entries = fc.array(fc.record({ in: fc.nat(tables - 1), of: fc.nat(pages - 1) }), { maxLength: 24 });
  const wrongly = fc.uniqueArray(fc.nat(pages - 1), { maxLength: 3 });
  fc.assert(
    fc.property(entries, wrongly, fc.uniqueArray(fc.nat(pages - 1)), (maps, miscounted, chosen) => {
      const counts = Array.from({ length: pages }, (_, of) => maps.filter((one) => one.of === of).length);
      const image = madeOf(
        ...Array.from({ length: tables }, (_, t) =>
          table(...maps.filter((one) => one.in === t).map(({ of }) => mapping(first + of))),
        ),
        ...counts.map((count, of) => mapped(count + (miscounted.includes(of) ? 1 : 0), of + 1)),
      );
      const lost = chosen.map((of) => first + of);
      const found = lossOf(image, lost);
      assert.is(found.killing.length + found.unsafe.size, lost.length);
      const after = changed(image, found);
      const presentIn = (content: Buffer, of: number): number => {
        let present = 0;
        for (let at = own * page; at < first * page; at += 8)
          if (content.readBigUInt64LE(at) === mapping(first + of)) present++;
        return present;
      };
      for (let of = 0; of < pages; of++) {
        const isKilling = chosen.includes(of) && counts[of]! > 0 && !miscounted.includes(of);
        assert.is(found.killing.includes(first + of), isKilling, `${of}`);
        assert.is(presentIn(after, of), isKilling ? 0 : counts[of]);
      }
      assert.ok(after.subarray(first * page).equals(image.subarray(first * page)), "no page itself is another");
    }),
    { numRuns: 40 },
  );
});

const none = () => Promise.reject(new Error("nobody needs a disk"));

loss("is dropped from a stream as far as it kills; all else of its type stays, with a word on why", async () => {
  const [lost, locked, shared] = [own + 1, own + 2, own + 3];
  const pages = (...entries: readonly bigint[]) => [
    table(...entries, mapping(locked), mapping(shared)),
    mapped(1, 1),
    mapped(1, 2, { flags: flags.lru | flags.locked }),
    mapped(1, 3, { references: 2 }),
  ];
  const stream = file(streamOf(madeOf(...pages(mapping(lost)))));
  const told = await dropPages(stream, { zeroFilled: [], reRead: [], killing: ["anonymous"] }, none);
  assert.equal(told, {
    ...{ zeroFilled: 0, reRead: 0, killing: 1, kept: 0 },
    ...{ spared: "1 in use by more than page tables", untyped: null },
  });
  assert.equal(await fillStream(stream, none), { reRead: 0, zeroFilled: 0, killing: 1 });
  const [, ...others] = pages();
  const expected = madeOf(
    table(lostEntry, mapping(locked), mapping(shared)),
    { ...others[0], mapcount: -1, fill: 0 },
    ...others.slice(1),
  );
  assert.ok(readFileSync(stream).equals(streamOf(expected)), "what was lost holds zeros, and nobody maps it");
});

loss.run();
