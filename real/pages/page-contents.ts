import { randomFillSync } from "node:crypto";
import { frameSize } from "./memory-image.ts";
import { moduleOf, type, wasm } from "./wasm-code.ts";

const passes = 3;
/** 32-bit words of a fingerprint. */
export const fingerprintWords = 2 * passes;

/** Bytes that are taken at a time: two vectors, the words of one times the words of the other. */
const step = 32;
/** Where things are in the memory: the key of the fingerprint, the key of the slot, the fingerprint, the window. */
const slotKeyAt = frameSize + step * (passes - 1);
const fingerprintAt = slotKeyAt + 8 * (fingerprintWords + 1);
const windowAt = 2 * frameSize;
const { get, set, tee, i32, i64, v128 } = wasm;

/**
 * NH (Black, Halevi, Krawczyk, Krovetz, Rogaway, "UMAC", CRYPTO 1999, sections 4 and 5): a pass is the sum, modulo 2^64,
 * of (a + k)(b + l) over pairs a, b of 32-bit words, the inner sums modulo 2^32; each pass takes the key one step on
 * (Toeplitz). Under a random key two different contents agree in one pass with a probability of 2^-32 at most, and in
 * all three with 2^-96, whatever they are: among the 2^24 pages of 64 GiB, any do with less than 2^-49.
 */
const fingerprint = () => {
  const [page, key, sum, first, second, left, right] = [0, 1, 2, 2 + passes, 3 + passes, 4 + passes, 5 + passes];
  const numbers = Array.from({ length: passes }, (_, pass) => pass);
  const onePass = (pass: number) => [
    [...get(first), ...get(key), ...v128.load(step * pass), ...v128.add32, ...set(left)],
    [...get(second), ...get(key), ...v128.load(step * pass + 16), ...v128.add32, ...set(right)],
    [...get(left), ...get(right), ...v128.multiplyLow, ...get(left), ...get(right), ...v128.multiplyHigh],
    [...v128.add64, ...get(sum + pass), ...v128.add64, ...set(sum + pass)],
  ];
  const store = (pass: number) => [
    ...[...i32.const(0), ...get(sum + pass), ...v128.lane64(0), ...get(sum + pass), ...v128.lane64(1)],
    ...[...i64.add, ...i64.store(fingerprintAt + 8 * pass)],
  ];
  const words = Array.from({ length: fingerprintWords }, (_, word) => word);
  const body = [
    wasm.repeat(
      [...get(page), ...v128.load(0), ...set(first), ...get(page), ...v128.load(16), ...set(second)],
      ...numbers.flatMap(onePass),
      [...get(page), ...i32.const(step), ...i32.add, ...set(page)],
      [...get(key), ...i32.const(step), ...i32.add, ...tee(key), ...i32.const(frameSize), ...i32.ne],
    ),
    ...numbers.map(store),
    // The slot: the higher half of a + Σ key·word modulo 2^64, which is strongly universal (Dietzfelbinger, STACS 1996).
    [...i32.const(0), ...i64.load(slotKeyAt + 8 * fingerprintWords)],
    ...words.map((word) => [
      ...[...i32.const(0), ...i64.load32(fingerprintAt + 4 * word), ...i32.const(0), ...i64.load(slotKeyAt + 8 * word)],
      ...[...i64.mul, ...i64.add],
    ]),
    [...i64.const(32), ...i64.shiftRight, ...i32.wrap],
  ];
  const locals = [type.i32, ...Array.from({ length: passes + 4 }, () => type.v128)];
  return { name: "fingerprint", result: [type.i32], locals, body };
};

const isZero = () => {
  const [page, done, bytes] = [0, 1, 64];
  const load = (offset: number) => [...get(page), ...v128.load(offset)];
  const body = [
    wasm.repeat(
      [...load(0), ...load(16), ...v128.or, ...load(32), ...load(48), ...v128.or, ...v128.or, ...v128.anyTrue],
      wasm.when([...i32.const(0), ...wasm.return]),
      [...get(page), ...i32.const(bytes), ...i32.add, ...set(page)],
      [...get(done), ...i32.const(bytes), ...i32.add, ...tee(done), ...i32.const(frameSize), ...i32.ne],
    ),
    i32.const(1),
  ];
  return { name: "isZero", result: [type.i32], locals: [type.i32], body };
};

interface Functions {
  readonly memory: WebAssembly.Memory;
  readonly isZero: (at: number) => number;
  readonly fingerprint: (at: number) => number;
}

/**
 * Compares contents of pages by a hash under a random key that nobody knows: a guest cannot make contents that count as
 * equal and are not, as it could for an unkeyed hash of 64 bits or a broken one, and nothing has to be compared again.
 *
 * Written for WebAssembly's vectors, as it takes a tenth of the time of SHA-1 (`npm run bench -- --only pages`).
 */
export class PageContents {
  /** Where a reader puts pages. */
  readonly window: Buffer;
  /** Of the content that was taken last. */
  readonly fingerprint: Int32Array;
  readonly #functions: Functions;

  /** @param windowBytes a multiple of 64 KiB */
  constructor(windowBytes: number) {
    const pages = Math.ceil((windowAt + windowBytes) / 65536);
    const module = new WebAssembly.Module(moduleOf([isZero(), fingerprint()], pages));
    this.#functions = new WebAssembly.Instance(module).exports as unknown as Functions;
    const { buffer } = this.#functions.memory;
    randomFillSync(new Uint8Array(buffer, 0, fingerprintAt));
    this.fingerprint = new Int32Array(buffer, fingerprintAt, fingerprintWords);
    this.window = Buffer.from(buffer, windowAt, windowBytes);
  }

  /** @param at where the page begins in the window */
  isZero(at: number): boolean {
    return this.#functions.isZero(windowAt + at) === 1;
  }

  /** Takes the fingerprint of a page; returns 32 bits of it for a hash table, an integer of either sign. */
  take(at: number): number {
    return this.#functions.fingerprint(windowAt + at);
  }
}
