/** Four 32-bit words, most often as signed integers; only their bits count. */
export type Words = readonly [number, number, number, number];

/** A 64-bit key as two 32-bit words. */
export type Key = readonly [number, number];

const multiplier0 = 0xd2511f53;
const multiplier2 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9; // golden ratio
const weyl1 = 0xbb67ae85; // √3 − 1

/** High 32 bits of the 64-bit product of two unsigned 32-bit words; every partial sum stays below 2^53. */
const highProduct = (a: number, b: number): number => {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle % 0x10000);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) | 0;
};

/**
 * Philox4x32 with ten rounds: for a fixed key, a bijection of the 128-bit counters that passes as random.
 * Two different counters never give the same words, which is what makes streams distinct by construction.
 *
 * Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
export const philox4x32 = (counter: Words, key: Key): Words => {
  let [x0, x1, x2, x3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = highProduct(multiplier0, x0);
    const high2 = highProduct(multiplier2, x2);
    const low0 = Math.imul(multiplier0, x0);
    const low2 = Math.imul(multiplier2, x2);
    x0 = high2 ^ x1 ^ k0;
    x1 = low2;
    x2 = high0 ^ x3 ^ k1;
    x3 = low0;
    k0 = (k0 + weyl0) | 0;
    k1 = (k1 + weyl1) | 0;
  }
  return [x0, x1, x2, x3];
};
