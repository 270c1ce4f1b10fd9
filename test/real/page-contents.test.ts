import { randomFillSync } from "node:crypto";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fingerprintWords, PageContents } from "../../real/pages/page-contents.ts";

const page = 4096;
const contents = new PageContents(4 * 65536);

const taken = (at: number, from = contents): number[] => [from.take(at), ...from.fingerprint];

/** The fingerprint by its definition, in arithmetic without bounds; the key is what stands before everything else. */
const defined = (at: number): number[] => {
  const { buffer, byteOffset } = contents.window;
  const word = (place: number): bigint => BigInt(new DataView(buffer).getUint32(place, true));
  const sums = Array.from({ length: fingerprintWords / 2 }, (_, pass) => {
    let sum = 0n;
    for (let block = 0; block < page; block += 32)
      for (let lane = block; lane < block + 16; lane += 4) {
        const [left, right] = [lane, lane + 16].map((place) =>
          BigInt.asUintN(32, word(byteOffset + at + place) + word(place + 32 * pass)),
        );
        sum += left! * right!;
      }
    return BigInt.asUintN(64, sum);
  });
  const words = sums.flatMap((sum) => [sum & 0xffffffffn, sum >> 32n]);
  const keys = new DataView(buffer, page + 32 * (sums.length - 1));
  const key = (i: number): bigint => keys.getBigUint64(8 * i, true);
  const slot = words.reduce((total, each, i) => total + each * key(i), key(words.length));
  return [BigInt.asUintN(64, slot) >> 32n, ...words].map((each) => Number(BigInt.asIntN(32, each)));
};

test("a fingerprint is what the UMAC paper defines, wherever the page is in the window", () => {
  for (const at of [0, page, 5 * page + 8, 12345, contents.window.length - page]) {
    randomFillSync(contents.window);
    assert.equal(taken(at), defined(at));
  }
  contents.window.fill(0xff);
  assert.equal(taken(0), defined(0));
});

test("equal contents have equal fingerprints, and one bit makes another", () => {
  randomFillSync(contents.window, 0, page);
  contents.window.copy(contents.window, page + 4, 0, page);
  const first = taken(0);
  assert.equal(taken(page + 4), first);
  fc.assert(
    fc.property(fc.nat({ max: page - 1 }), fc.nat({ max: 7 }), (at, bit) => {
      contents.window[at]! ^= 1 << bit;
      const other = taken(0);
      contents.window[at]! ^= 1 << bit;
      assert.not.equal(other.slice(1), first.slice(1));
    }),
    { seed: 1 },
  );
});

test("words that change places make another content", () => {
  contents.window.fill(0, 0, page);
  contents.window.writeUInt32LE(1, 0);
  const first = taken(0);
  for (let at = 4; at < page; at += 4) {
    contents.window.fill(0, 0, page);
    contents.window.writeUInt32LE(1, at);
    assert.not.equal(taken(0), first);
  }
});

test("each has a key of its own", () => {
  const other = new PageContents(65536);
  contents.window.fill(1, 0, page);
  other.window.fill(1, 0, page);
  assert.not.equal(taken(0, other), taken(0));
});

test("a page is zero if each of its bytes is, whatever is around it", () => {
  contents.window.fill(1);
  const at = 3 * page + 4;
  contents.window.fill(0, at, at + page);
  assert.ok(contents.isZero(at));
  for (let i = 0; i < page; i++) {
    contents.window[at + i] = 128;
    assert.not(contents.isZero(at), `byte ${i}`);
    contents.window[at + i] = 0;
  }
});

test.run();
