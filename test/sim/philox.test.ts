import assert from "node:assert/strict";
import { test } from "uvu";
import { type Key, philox4x32, type Words } from "../../sim/philox.ts";

const words = (hex: string): number[] => hex.split(" ").map((word) => Number.parseInt(word, 16) | 0);

test("Philox4x32-10 gives the words that its authors publish with Random123", () => {
  // kat_vectors of Random123: counter, key, output.
  const published = [
    ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
    ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
  ] as const;
  for (const [counter, key, output] of published) {
    assert.deepEqual(philox4x32(words(counter) as unknown as Words, words(key) as unknown as Key), words(output));
  }
});

test("a word means the same whether it is written signed or unsigned", () => {
  assert.deepEqual(
    philox4x32([-1, 0x85a308d3, -2, 0xfffffffe], [-3, 0xfffffffd]),
    philox4x32([0xffffffff, 0x85a308d3 | 0, 0xfffffffe, -2], [0xfffffffd, -3]),
  );
});

test("under one key, different counters give different words", () => {
  const seen = new Set<string>();
  for (let i = 0; i < 20_000; i++) seen.add(philox4x32([i, 0, 0, 0], [7, 7]).join());
  assert.equal(seen.size, 20_000);
});

test("changing one bit of counter or key changes half of the 128 bits of the output on average", () => {
  const bitsOf = (x: number) => {
    let count = 0;
    for (let rest = x >>> 0; rest !== 0; rest &= rest - 1) count++;
    return count;
  };
  let flipped = 0;
  let trials = 0;
  for (let base = 0; base < 100; base++) {
    const plain = philox4x32([base, 1, 2, 3], [4, 5]);
    for (let bit = 0; bit < 192; bit++) {
      const input = [base, 1, 2, 3, 4, 5];
      input[bit >> 5] = (input[bit >> 5] as number) ^ (1 << (bit & 31));
      const [c0, c1, c2, c3, k0, k1] = input as [number, number, number, number, number, number];
      const other = philox4x32([c0, c1, c2, c3], [k0, k1]);
      for (let i = 0; i < 4; i++) flipped += bitsOf((plain[i] as number) ^ (other[i] as number));
      trials += 128;
    }
  }
  const z = (flipped - trials / 2) / Math.sqrt(trials / 4);
  assert.ok(Math.abs(z) < 4, `z = ${z}`);
});

test.run();
