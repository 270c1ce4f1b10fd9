import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { PackPlan } from "../../real/capture/changed-pages.ts";
import { noPack, PageRecord } from "../../real/capture/page-record.ts";
import { rebuildStream } from "../../real/capture/rebuild-stream.ts";
import { type Recorded, recordStream } from "../../real/capture/record-stream.ts";
import { Streams } from "../../sim/index.ts";
import { madeStream } from "./made-stream.ts";
import { buddy, flags, frames, type MadePage, own, streamOf, syntheticLinux } from "./synthetic-linux.ts";

const test = suite("packs of pages by their types");
const folder = mkdtempSync(join(tmpdir(), "packs-"));
const at = (name: string): string => join(folder, name);
test.after(() => rmSync(folder, { recursive: true, force: true }));
test.before.each(() => {
  for (const name of readdirSync(folder)) rmSync(at(name));
});

const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => assert.unreachable("it must fail"),
    (error) => error.message,
  ) as Promise<string>;

const kinds = {
  kernel: { flags: flags.slab },
  anonymous: { mapping: 1n },
  cacheDirty: { flags: flags.lru | flags.dirty },
  cacheClean: { flags: flags.lru },
  free: { mapcount: buddy },
} as const satisfies Record<string, MadePage>;
type Kind = keyof typeof kinds;

/** By falling number of copies; the made-up kernel's own frames are in the first. */
const packsOf = (record: string): PackPlan[] => [
  { name: `${record}.p0`, types: ["kernel", "anonymous"] },
  { name: `${record}.p1`, types: ["cacheDirty"] },
  { name: `${record}.p2`, types: ["cacheClean", "free"] },
];
const groupOf: Record<Kind, number> = { kernel: 0, anonymous: 0, cacheDirty: 1, cacheClean: 2, free: 2 };

type Content = readonly (readonly [kind: Kind, fill: number])[];
const write = (name: string, content: Content): string => {
  const pages = content.map(([kind, fill]) => ({ ...kinds[kind], fill }));
  writeFileSync(at(name), streamOf(syntheticLinux(pages)));
  return at(name);
};
const page = (fill: number): Buffer => Buffer.alloc(4096, fill);

const baseOf = (chain: readonly PageRecord[]) => (chain.length === 0 ? {} : { base: chain.at(-1)! });

/** Records versions one upon the other. */
const recorded = async (versions: readonly Content[]): Promise<{ chain: PageRecord[]; results: Recorded[] }> => {
  const chain: PageRecord[] = [];
  const results: Recorded[] = [];
  for (const [i, content] of versions.entries()) {
    results.push(
      await recordStream(write(`s${i}`, content), at(`r${i}`), { packs: packsOf(`r${i}`), ...baseOf(chain) }),
    );
    chain.push(PageRecord.open(at(`r${i}`)));
  }
  return { chain, results };
};
const givesBack = async (chain: readonly PageRecord[], stream: string): Promise<void> => {
  await rebuildStream(chain, at("back"));
  assert.ok(readFileSync(at("back")).equals(readFileSync(at(stream))), stream);
  rmSync(at("back"));
};

test("hold what has changed, and what deserves more copies than it had; together they give all back", async () => {
  const versions: Content[] = [
    [
      ["kernel", 1],
      ["anonymous", 2],
      ["cacheDirty", 3],
      ["cacheClean", 4],
      ["free", 5],
      ["cacheClean", 6],
    ],
    // The cache is dirty now, with the same content; what was anonymous is free; a free page is taken, and a cached one read anew.
    [
      ["kernel", 1],
      ["free", 2],
      ["cacheDirty", 3],
      ["cacheDirty", 4],
      ["anonymous", 5],
      ["cacheClean", 7],
    ],
    // All is clean again: it stays where it is.
    [
      ["kernel", 1],
      ["free", 2],
      ["cacheClean", 3],
      ["cacheClean", 4],
      ["cacheClean", 5],
      ["cacheClean", 7],
    ],
  ];
  const { chain, results } = await recorded(versions);
  const contents = (name: string): Buffer => readFileSync(at(name));
  assert.ok(contents("r0.p2").equals(Buffer.concat([4, 5, 6].map(page))));
  assert.ok(contents("r0.p1").equals(page(3)));
  assert.ok(contents("r0.p0").includes(Buffer.concat([1, 2].map(page))));
  assert.equal(
    results.map(({ untyped, moved }) => [untyped, moved]),
    [
      [null, 0],
      [null, 2],
      [null, 0],
    ],
  );
  assert.ok(contents("r1.p1").equals(page(4)));
  assert.ok(contents("r1.p2").equals(page(7)));
  assert.ok(contents("r1.p0").includes(page(5)) && !contents("r1.p0").includes(page(2)));
  const groups = chain[2]!.groups.subarray(own, own + 6);
  assert.equal([...groups], [0, 0, 1, 1, 0, 2]);
  assert.not(existsSync(at("r2.p1")) || existsSync(at("r2.p2")), "a pack of no pages is no file");
  for (const i of versions.keys()) await givesBack(chain.slice(0, i + 1), `s${i}`);
});

test("that are lost, cut off or altered are named, and nothing is made of the rest", async () => {
  const { chain } = await recorded([
    [
      ["anonymous", 1],
      ["cacheDirty", 2],
      ["cacheClean", 3],
    ],
    [
      ["anonymous", 1],
      ["cacheDirty", 4],
      ["cacheClean", 3],
    ],
  ]);
  const whole = readFileSync(at("r0.p2"));
  const refused = async (what: RegExp): Promise<void> => {
    assert.match(await failure(rebuildStream(chain, at("back"))), what);
    assert.not(existsSync(at("back")) || existsSync(at("back.draft")));
  };
  const altered = Buffer.from(whole);
  altered[4000]! ^= 1;
  writeFileSync(at("r0.p2"), altered);
  await refused(/r0\.p2: its content of frame 21 is not what was captured; it was altered/);
  truncateSync(at("r0.p2"), 4095);
  await refused(/r0\.p2: it has 4095 bytes, and .*r0 has 1 pages in it; it was cut off/);
  rmSync(at("r0.p2"));
  await refused(/r0\.p2: .*r0 has pages in it, and it cannot be read \(ENOENT\)/);
  writeFileSync(at("r0.p2"), whole);
  await givesBack(chain, "s1");
});

test("of a guest that no kernel tells of are one, the first; of types that nobody stores there is none", async () => {
  const stream = madeStream(
    3,
    [
      [0, 1],
      [1, 0],
      [2, 2],
    ],
    "devices",
  );
  writeFileSync(at("s"), stream);
  const result = await recordStream(at("s"), at("r"), { packs: packsOf("r") });
  assert.match(result.untyped!, /s: no VMCOREINFO was found; is it the memory of a Linux guest\?/);
  assert.equal(result.packs, [{ name: "r.p0", bytes: 2 * 4096 }]);
  await givesBack([PageRecord.open(at("r"))], "s");

  write("t", [
    ["anonymous", 1],
    ["free", 2],
  ]);
  const some = await recordStream(at("t"), at("q"), { packs: packsOf("q").slice(0, 2) });
  assert.equal(
    some.packs.map(({ name }) => name),
    ["q.p0"],
  );
  const record = PageRecord.open(at("q"));
  assert.equal([...record.groups.subarray(own, own + 2)], [0, noPack]);
  assert.match(await failure(rebuildStream([record], at("back"))), /q: no pack has the content of frame 20/);
});

test("go with their record when that cannot be written", async () => {
  write("s", [["anonymous", 1]]);
  writeFileSync(at("r.draft"), "another's");
  assert.match(await failure(recordStream(at("s"), at("r"), { packs: packsOf("r") })), /EEXIST/);
  assert.equal(readdirSync(folder).sort(), ["r.draft", "s"]);
});

test("never hold a page with fewer copies than its type deserves, whatever becomes of it", async () => {
  const draws = new Streams(5).get("pages");
  const names = Object.keys(kinds) as Kind[];
  const draw = (): Content[number] => [names[draws.integer(0, names.length - 1)]!, draws.integer(0, 6)];
  for (let round = 0; round < 6; round++) {
    const count = frames - own;
    let content = Array.from({ length: count }, draw);
    const versions = Array.from({ length: 6 }, () => {
      content = content.map((one): Content[number] => {
        const [kind, fill] = draw();
        return [one, one, [one[0], fill], [kind, one[1]], [kind, fill]][draws.integer(0, 4)] as Content[number];
      });
      return content;
    });
    const { chain, results } = await recorded(versions);
    for (const [i, version] of versions.entries()) {
      await givesBack(chain.slice(0, i + 1), `s${i}`);
      for (const [index, [kind, fill]] of version.entries()) {
        const group = chain[i]!.groups[own + index]!;
        assert.ok(fill === 0 ? group === noPack : group <= groupOf[kind], `${kind} ${fill}: ${group}`);
      }
      const packed = results[i]!.packs.reduce((sum, { bytes }) => sum + bytes, 0);
      assert.is(packed, 4096 * (results[i]!.changed + results[i]!.moved));
      assert.is(results[i]!.writtenBytes, packed + statSync(at(`r${i}`)).size);
    }
    for (const name of readdirSync(folder)) rmSync(at(name));
  }
});

test.run();
