// needs: qemu-utils
import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type PageType, pageTypes } from "../../models/scenario.ts";
import { PageRecord } from "../../real/capture/page-record.ts";
import { type LostPacks, type Rebuilt, rebuildStream } from "../../real/capture/rebuild-stream.ts";
import { recordStream } from "../../real/capture/record-stream.ts";
import { killingLossOf, makeChanges } from "../../real/drop/kill-by-loss.ts";
import { ByteReader } from "../../real/pages/byte-reader.ts";
import { streamRegions } from "../../real/streams/migration-stream.ts";
import { Streams } from "../../sim/index.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { AgentHost, digestOf } from "./agent-host.ts";
import { buddy, flags, frames, type MadePage, noteOf, own, streamOf, syntheticLinux } from "./synthetic-linux.ts";

const test = suite("packs of which every copy is lost");
const folder = mkdtempSync(join(tmpdir(), "lost-packs-"));
const host = new AgentHost(`l${process.pid.toString(36)}`, "h");
const at = (name: string): string => join(folder, name);
test.before(() => host.start());
test.after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await host.end();
});
test.before.each(() => {
  for (const name of readdirSync(folder)) rmSync(at(name));
});

const page = 4096;
const filled = (fill: number): Buffer => Buffer.alloc(page, fill);
const failure = (task: Promise<unknown>): Promise<string> =>
  task.then(
    () => "it did not fail",
    (error) => error.message,
  );

const unasked = (): never => {
  throw new Error("nobody is to ask for this");
};

const kinds = {
  kernel: { flags: flags.slab },
  anonymous: { mapping: 1n },
  cacheDirty: { flags: flags.lru | flags.dirty },
  cacheClean: { flags: flags.lru },
  free: { mapcount: buddy, private: 0n },
} as const satisfies Record<PageType, MadePage>;
type Content = readonly (readonly [kind: PageType, fill: number])[];
const memoryOf = (content: Content): Buffer =>
  Buffer.concat([
    streamOf(syntheticLinux(content.map(([kind, fill]) => ({ ...kinds[kind], fill })))),
    Buffer.from("states of devices"),
  ]);

const keyOf = (content: Buffer): string => Buffer.from(digestOf(content), "hex").toString("latin1", 0, 16);

/** A disk that has these blocks, each filled with one byte. */
const diskOf = (...blocks: readonly number[]) => ({
  findOnDisk: async (hashes: ReadonlySet<string>): Promise<Map<string, number>> =>
    new Map(
      blocks.flatMap((fill, i) => (hashes.has(keyOf(filled(fill))) ? [[keyOf(filled(fill)), i * page] as const] : [])),
    ),
  readFromDisk: (start: number, hash: Buffer): Buffer => {
    const content = filled(blocks[start / page] ?? 0);
    if (keyOf(content) !== hash.toString("latin1")) throw new Error(`another content at ${start}`);
    return content;
  },
});
type Disk = ReturnType<typeof diskOf>;

const packsOf = (record: string) => [
  { name: `${record}.needed`, types: ["kernel", "anonymous", "cacheDirty"] as const },
  { name: `${record}.losable`, types: ["cacheClean", "free"] as const },
];

/** Records versions one upon the other; the cache is read again, or filled with zeros. */
const recorded = async (
  versions: readonly (readonly [Content, Disk])[],
  cache: "zeroFilled" | "reRead",
): Promise<{ chain: PageRecord[]; kept: number[] }> => {
  const types = {
    zeroFilled: cache === "zeroFilled" ? (["free", "cacheClean"] as const) : (["free"] as const),
    reRead: cache === "reRead" ? (["cacheClean"] as const) : [],
  };
  const chain: PageRecord[] = [];
  const kept: number[] = [];
  for (const [i, [content, { findOnDisk }]] of versions.entries()) {
    writeFileSync(at(`s${i}`), memoryOf(content));
    const base = chain.at(-1);
    const told = await recordStream(at(`s${i}`), at(`r${i}`), {
      packs: packsOf(`r${i}`),
      losable: { ...types, killing: [], findOnDisk, findKilling: unasked },
      ...(base === undefined ? {} : { base }),
    });
    kept.push(told.kept);
    chain.push(PageRecord.open(at(`r${i}`)));
  }
  return { chain, kept };
};

/** Makes the last version again without packs, which are moved out of the way for the while. */
const rebuiltWithout = async (
  chain: readonly PageRecord[],
  names: readonly string[],
  { readFromDisk }: Pick<LostPacks, "readFromDisk">,
): Promise<{ readonly madeUp: Rebuilt; readonly stream: Buffer }> => {
  const contents = names.map((name) => [name, readFileSync(at(name))] as const);
  for (const name of names) rmSync(at(name));
  try {
    const madeUp = await rebuildStream(chain, at("back"), { names: new Set(names), readFromDisk });
    return { madeUp, stream: readFileSync(at("back")) };
  } finally {
    rmSync(at("back"), { force: true });
    for (const [name, content] of contents) writeFileSync(at(name), content);
  }
};

/** Of each frame of a stream its first byte, 0 for zeros. */
const framesOf = (stream: Buffer): number[] => {
  writeFileSync(at("read"), stream);
  const descriptor = openSync(at("read"), "r");
  try {
    const [region] = streamRegions(new ByteReader(at("read"), descriptor, stream.length));
    return Array.from(region!.at as Float64Array, (offset) => (offset < 0 ? 0 : stream[offset]!));
  } finally {
    closeSync(descriptor);
  }
};

test("are made up for: clean cache from the disk of the same cut, exactly, and free pages by zeros", async () => {
  const content: Content = [
    ["anonymous", 1],
    ["cacheClean", 2],
    ["cacheClean", 3],
    ["cacheClean", 2],
    ["free", 4],
    ["cacheClean", 0],
  ];
  const disk = diskOf(9, 2);
  const { chain, kept } = await recorded([[content, disk]], "reRead");
  assert.equal(kept, [1]);
  const [needed, losable] = ["r0.needed", "r0.losable"].map((name) => readFileSync(at(name)));
  assert.ok(needed!.includes(filled(3)), "a page that is not on the disk is stored as the best");
  assert.ok(losable!.equals(Buffer.concat([2, 2, 4].map(filled))));
  const whole = memoryOf(content);
  const expected = Buffer.from(whole);
  expected.fill(0, whole.indexOf(filled(4)), whole.indexOf(filled(4)) + page);
  const { madeUp, stream } = await rebuiltWithout(chain, ["r0.losable"], disk);
  assert.equal(madeUp, { reRead: 2, zeroFilled: 0, killing: [] }, "nobody misses what was free");
  assert.ok(stream.equals(expected));
  assert.equal(await rebuildStream(chain, at("back")), { reRead: 0, zeroFilled: 0, killing: [] });
  assert.ok(readFileSync(at("back")).equals(whole), "with its packs it is as it was captured");

  // The disk of another cut, a page of another content, and a pack that is needed: nothing is made then.
  const refused = async (names: readonly string[], other: Disk, what: RegExp): Promise<void> => {
    assert.match(await failure(rebuiltWithout(chain, names, other)), what);
    assert.not(existsSync(at("back")) || existsSync(at("back.draft")));
  };
  rmSync(at("back"));
  await refused(["r0.losable"], diskOf(2, 9), /another content at 4096/);
  await refused(["r0.needed"], disk, /the pack with the content of frame \d+ is lost, and is needed/);
  const altered = Buffer.from(needed!);
  altered[altered.indexOf(filled(1))]! ^= 4;
  writeFileSync(at("r0.needed"), altered);
  await refused(["r0.losable"], disk, /r0\.needed: its content of frame 19 is not what was captured; it was altered/);
});

test("leave zeros that a guest may miss where that is what there is instead, and tell how many", async () => {
  const content: Content = [
    ["cacheClean", 2],
    ["cacheClean", 3],
    ["free", 4],
    ["cacheDirty", 2],
  ];
  const { chain, kept } = await recorded([[content, diskOf()]], "zeroFilled");
  assert.equal(kept, [0]);
  const { madeUp, stream } = await rebuiltWithout(chain, ["r0.losable"], diskOf());
  assert.equal(madeUp, { reRead: 0, zeroFilled: 2, killing: [] });
  const whole = memoryOf(content);
  const expected = Buffer.from(whole);
  for (const fill of [2, 3, 4]) expected.fill(0, whole.indexOf(filled(fill)), whole.indexOf(filled(fill)) + page);
  assert.ok(stream.equals(expected));
});

test("are made up for by the disk of the version that is restored, whichever version they are of", async () => {
  // What was cached is memory of a process then; and what is cached still lies elsewhere on the disk.
  const one: Content = [
    ["cacheClean", 2],
    ["cacheClean", 3],
    ["cacheClean", 5],
  ];
  const two: Content = [
    ["anonymous", 2],
    ["cacheClean", 3],
    ["cacheClean", 5],
  ];
  const [before, then] = [diskOf(2, 3, 5), diskOf(1, 1, 1, 3)];
  const { chain, kept } = await recorded(
    [
      [one, before],
      [two, then],
    ],
    "reRead",
  );
  assert.equal(kept, [0, 1]);
  const needed = readFileSync(at("r1.needed"));
  assert.ok(
    [2, 5].every((fill) => needed.includes(filled(fill))),
    "both must not be lost any more",
  );
  assert.not(existsSync(at("r1.losable")));
  for (const [i, disk, reRead] of [
    [0, before, 3],
    [1, then, 1],
  ] as const) {
    const { madeUp, stream } = await rebuiltWithout(chain.slice(0, i + 1), ["r0.losable"], disk);
    assert.equal(madeUp, { reRead, zeroFilled: 0, killing: [] });
    assert.ok(stream.equals(memoryOf([one, two][i]!)));
  }
});

test("cost no page that must not be lost, whatever becomes of pages and whichever packs are lost", async () => {
  const draws = new Streams(8).get("lost packs");
  const draw = (): Content[number] => [pageTypes[draws.integer(0, pageTypes.length - 1)]!, draws.integer(0, 6)];
  for (let round = 0; round < 4; round++) {
    let content = Array.from({ length: frames - own }, draw);
    const versions = Array.from({ length: 4 }, () => {
      content = content.map((one): Content[number] => {
        const [kind, fill] = draw();
        return [one, one, [one[0], fill], [kind, one[1]]][draws.integer(0, 3)] as Content[number];
      });
      const blocks = Array.from({ length: 5 }, () => draws.integer(0, 6));
      return [content, diskOf(...blocks)] as const;
    });
    const { chain } = await recorded(versions, "reRead");
    for (const [i, [content, disk]] of versions.entries()) {
      const losable = [...Array(i + 1).keys()].map((n) => `r${n}.losable`).filter((name) => existsSync(at(name)));
      const lost = losable.filter(() => draws.integer(0, 2) > 0);
      const { madeUp, stream } = await rebuiltWithout(chain.slice(0, i + 1), lost, disk);
      const found = framesOf(stream).slice(own);
      for (const [n, [kind, fill]] of content.entries())
        assert.ok(
          found[n] === fill || (kind === "free" && found[n] === 0),
          `round ${round}, version ${i}: ${kind} ${fill} is ${found[n]}`,
        );
      assert.is(madeUp.zeroFilled, 0);
      assert.is(stream.length, memoryOf(content).length);
    }
    for (const name of readdirSync(folder)) rmSync(at(name));
  }
});

test("are lost with the processes of their pages, where those are sure to be killed", async () => {
  writeFileSync(
    at("s"),
    memoryOf([
      ["anonymous", 1],
      ["anonymous", 2],
      ["cacheDirty", 3],
    ]),
  );
  const told = await recordStream(at("s"), at("r"), {
    packs: [
      { name: "needed", types: ["kernel", "cacheDirty"] },
      { name: "losable", types: ["anonymous"] },
    ],
    losable: {
      ...{ zeroFilled: [], reRead: [], killing: ["anonymous"] },
      findOnDisk: unasked,
      findKilling: ([first]) => ({ killing: new Set([first!]), spared: "1 in use by others" }),
    },
  });
  assert.equal([told.kept, told.spared], [0, "1 in use by others"]);
  assert.ok(readFileSync(at("losable")).equals(filled(1)));
  assert.ok(readFileSync(at("needed")).includes(filled(2)));
  const { madeUp, stream } = await rebuiltWithout([PageRecord.open(at("r"))], ["losable"], diskOf());
  assert.equal(madeUp, { reRead: 0, zeroFilled: 0, killing: [own] });
  assert.equal(framesOf(stream).slice(own, own + 3), [0, 2, 3]);
});

test("are lost by an agent with the processes that touch their pages, whose page tables are told so", async () => {
  const { agent, files } = host;
  const second = 1000;
  const note = { ...noteOf(), "OFFSET(page._refcount)": "52", "NUMBER(PG_head_mask)": "65536" };
  const entry = (frame: number): bigint => (1n << 63n) | (BigInt(frame) << 12n) | 0x867n;
  const mapped = { flags: flags.lru, mapping: 0x1001n, mapcount: 0, references: 1 };
  const pages: MadePage[] = [
    { mapcount: ~0x200, words: [entry(own + 1), entry(own + 2)] },
    { ...mapped, fill: 1 },
    // Somebody else has a reference to it, and would go on with zeros.
    { ...mapped, references: 2, fill: 2 },
  ];
  const whole = streamOf(syntheticLinux(pages, 4, note));
  writeFileSync(join(files, "s"), whole);
  const packs = [
    { name: "needed", types: ["kernel" as const, "cacheDirty" as const, "cacheClean" as const, "free" as const] },
    { name: "losable", types: ["anonymous" as const] },
  ];
  const losable = { disk: "none", zeroFilled: [], reRead: [], killing: ["anonymous" as const] };
  const { spared } = await agent.ask("record", { stream: "s", name: "r", packs, base: null, losable }, 10 * second);
  assert.is(spared, "1 in use by more than page tables");
  await agent.ask("removeFile", { name: "losable" }, second);
  const told = await agent.ask("rebuild", { records: ["r"], stream: "again", lost: ["losable"] }, 10 * second);
  assert.equal(told, { reRead: 0, zeroFilled: 0, killing: 1 });
  whole.fill(0, whole.indexOf(filled(1)), whole.indexOf(filled(1)) + page);
  writeFileSync(at("expected"), whole);
  const { changes } = killingLossOf(at("expected"), [own + 1]);
  assert.ok(changes.length > 0);
  makeChanges(at("expected"), changes);
  assert.ok(readFileSync(join(files, "again")).equals(readFileSync(at("expected"))));
  for (const name of ["s", "r", "needed", "again"]) await agent.ask("removeFile", { name }, second);
});

const tools = (): string | undefined => (findCommand("qemu-io") === undefined ? undefined : findCommand("qemu-img"));

test(
  "are made up for by an agent that has the disk, beside what was dropped",
  skipUnless(tools, "needs qemu-img and qemu-io", async () => {
    const { agent, files } = host;
    const write = (block: number, fill: number): void =>
      void execFileSync("qemu-io", ["-f", "qcow2", "-c", `write -P ${fill} ${block * page} ${page}`, "disk"], {
        cwd: files,
      });
    const second = 1000;
    await agent.ask("disk", { name: "disk", on: 2 ** 20 }, 10 * second);
    write(5, 2);
    const content: Content = [
      ["free", 1],
      ["cacheClean", 2],
      ["cacheClean", 3],
      ["anonymous", 4],
    ];
    writeFileSync(join(files, "s"), memoryOf(content));
    await agent.ask("drop", { stream: "s", disk: "disk", zeroFilled: ["free"], reRead: [], killing: [] }, 10 * second);
    const packs = packsOf("r").map(({ name, types }) => ({ name, types: [...types] }));
    const losable = { disk: "disk", zeroFilled: [], reRead: ["cacheClean" as const], killing: [] };
    const { kept } = await agent.ask("record", { stream: "s", name: "r", packs, base: null, losable }, 10 * second);
    assert.is(kept, 1);
    const whole = readFileSync(join(files, "s"));
    await agent.ask("removeFile", { name: "r.losable" }, second);
    const asked = { records: ["r"], stream: "again", disk: "disk" };
    assert.match(await failure(agent.ask("rebuild", asked, 10 * second)), /r\.losable: .*cannot be read \(ENOENT\)/);
    const told = await agent.ask("rebuild", { ...asked, lost: ["r.losable"] }, 10 * second);
    assert.equal(told, { reRead: 1, zeroFilled: 0, killing: 0 });
    assert.ok(readFileSync(join(files, "again")).equals(whole));
    await agent.ask("removeFile", { name: "again" }, second);
    const { disk: _, ...without } = asked;
    const none = agent.ask("rebuild", { ...without, lost: ["r.losable"] }, 10 * second);
    assert.match(await failure(none), /pages of it are to be read from a disk, and none is named/);
    assert.not(existsSync(join(files, "again")));
  }),
);

test.run();
