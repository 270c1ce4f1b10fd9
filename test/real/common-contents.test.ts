import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commonContents, type ReferredPack } from "../../real/replay/common-contents.ts";
import { Streams } from "../../sim/index.ts";

const test = suite("what lists of contents have in common");

type Content = readonly [content: number, group: number];
const hashOf = (content: number): Buffer => createHash("sha256").update(`${content}`).digest().subarray(0, 16);
const listOf = (contents: readonly Content[]): Buffer =>
  Buffer.concat(contents.flatMap(([content, group]) => [hashOf(content), Buffer.from([group])]));
const range = (from: number, to: number, group: number): Content[] =>
  Array.from({ length: to - from }, (_, i) => [from + i, group] as const);
const brief = (packs: readonly ReferredPack[]) =>
  packs.map(({ pack, users }) => [users, pack.hashes.length / 16, pack.group]);

test("is a pack for each set of guests, and as good as the best of them deserves", () => {
  const lists = [
    listOf([...range(0, 40, 0), ...range(100, 120, 1)]),
    listOf([...range(0, 40, 1), ...range(100, 120, 1), ...range(200, 230, 0)]),
    listOf([...range(0, 30, 1), ...range(200, 215, 0)]),
  ];
  const packs = commonContents(lists, []);
  // Ten that only two guests have, and fifteen, are too few for a file of their own.
  assert.equal(brief(packs), [
    [[0, 1, 2], 30, 0],
    [[0, 1], 20, 1],
  ]);
  assert.is(new Set(packs.map(({ pack }) => pack.name)).size, 2);
  assert.equal(commonContents(lists, []), packs, "the same contents have the same names");
  assert.equal(commonContents([lists[0]!], []), []);
  assert.equal(commonContents([], []), []);
});

test("is referred to again where half of it is still wanted, and stored well enough", () => {
  const both = [listOf(range(0, 40, 1)), listOf(range(0, 40, 1))];
  const known = commonContents(both, []).map(({ pack }) => pack);
  assert.equal(brief(commonContents(both, known)), [[[0, 1], 40, 1]]);
  assert.is(commonContents(both, known)[0]!.pack, known[0]);
  // Twenty of them are there still; what is new is in a pack of its own, which one guest alone does not need.
  const half = [listOf([...range(20, 40, 1), ...range(50, 70, 1)]), listOf([...range(20, 30, 1), ...range(50, 70, 1)])];
  assert.equal(brief(commonContents(half, known)), [
    [[0, 1], 40, 1],
    [[0, 1], 20, 1],
  ]);
  const few = [listOf(range(21, 40, 1)), listOf(range(21, 40, 1))];
  assert.equal(brief(commonContents(few, known)), [[[0, 1], 19, 1]]);
  const better = [listOf(range(0, 40, 0)), listOf(range(0, 40, 1))];
  assert.equal(brief(commonContents(better, known)), [[[0, 1], 40, 0]]);
});

test("has each content once, whatever the lists", () => {
  const draws = new Streams(9).get("lists");
  for (let round = 0; round < 20; round++) {
    const drawn = (): Content[] =>
      range(0, 300, 0).flatMap(([content]) =>
        draws.integer(0, 2) > 0 ? [[content, draws.integer(0, 2)] as const] : [],
      );
    const contents = Array.from({ length: 4 }, drawn);
    const before = commonContents(contents.map(listOf), []).map(({ pack }) => pack);
    const changed = contents.map((list) => list.filter(() => draws.integer(0, 3) > 0));
    for (const known of [[], before]) {
      const lists = known.length === 0 ? contents : changed;
      const seen = new Set<string>();
      for (const { pack, users } of commonContents(lists.map(listOf), known)) {
        const isNew = !known.includes(pack);
        for (let at = 0; at < pack.hashes.length; at += 16) {
          const hash = pack.hashes.subarray(at, at + 16);
          const having = lists.map((list) => list.find(([content]) => hashOf(content).equals(hash)));
          if (!isNew) continue;
          assert.not(seen.has(hash.toString("hex")));
          seen.add(hash.toString("hex"));
          assert.equal(
            users,
            having.flatMap((one, i) => (one === undefined ? [] : [i])),
          );
          assert.is(pack.group, Math.min(...having.flatMap((one) => (one === undefined ? [] : [one[1]]))));
        }
      }
    }
  }
});

test.run();
