import assert from "node:assert/strict";
import { test } from "uvu";
import { Sfc32 } from "../../sim/sfc32.ts";

const draws = (generator: Sfc32, count: number): number[] =>
  Array.from({ length: count }, () => generator.next() >>> 0);

test("sfc32 gives the words of the author's implementation", () => {
  // PractRand's sfc32 seeded with (0, 2, 1), which starts its counter at 1.
  assert.deepEqual(
    draws(new Sfc32([0, 2, 1, 1]), 16),
    [
      0x03b80bb8, 0xa87dbc7e, 0x1787178c, 0x4c7b7234, 0xc65dade2, 0x2c692349, 0xf52c2153, 0xdf098072, 0x9d49b03c,
      0x9562381a, 0xc9b41738, 0x64b75e54, 0x36ce9b32, 0xf106947e, 0x0afc726b, 0x549bbc87,
    ],
  );
});

test("sfc32 gives the words of an independent program in C, with a counter of its own and after a million draws", () => {
  // uint32_t t = a + b + n++; a = b ^ (b >> 9); b = c + (c << 3); c = rotl(c, 21) + t; 15 outputs discarded.
  assert.deepEqual(
    draws(new Sfc32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]), 8),
    [0xbc132a63, 0x7cfb52d2, 0x0e3dd0ac, 0x27fccb27, 0x855c4c99, 0x67b3d924, 0x84c30f3a, 0x10a5bfe2],
  );
  const generator = new Sfc32([0, 2, 1, 1]);
  let last = 0;
  let sum = 0;
  for (let i = 0; i < 1_000_000; i++) {
    last = generator.next() >>> 0;
    sum += last;
  }
  assert.equal(last, 0xeb46166a);
  assert.equal(sum, 2_145_831_531_283_122);
});

test("each of the 32 bits is set in half of the draws", () => {
  const generator = new Sfc32([1, 2, 3, 4]);
  const set = new Float64Array(32);
  const count = 200_000;
  for (let i = 0; i < count; i++) {
    const word = generator.next();
    for (let bit = 0; bit < 32; bit++) set[bit] = (set[bit] as number) + ((word >>> bit) & 1);
  }
  for (const [bit, ones] of set.entries()) {
    const z = (ones - count / 2) / Math.sqrt(count / 4);
    assert.ok(Math.abs(z) < 4, `bit ${bit}: z = ${z}`);
  }
});

test.run();
