import type { Words } from "./philox.ts";

/** Rounds after which the author of sfc32 calls a state seeded with full words mixed. */
const warmUp = 15;

/**
 * Small fast counting generator with 32-bit words: 128 bits of state of which one word only counts, so that no
 * cycle is shorter than 2^32 draws and the expected one has 2^127.
 *
 * Source: C. Doty-Humphrey, sfc32 of PractRand 0.94 (public domain), which seeds a, b, c, starts the counter at 1
 * and discards 15 outputs. Here the counter takes a fourth word of the seed.
 */
export class Sfc32 {
  // A field that is declared without a number is born undefined, and the engine never again trusts it to hold one.
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 0;

  constructor([a, b, c, counter]: Words) {
    this.a = a | 0;
    this.b = b | 0;
    this.c = c | 0;
    this.counter = counter | 0;
    for (let i = 0; i < warmUp; i++) this.next();
  }

  /** The next 32 random bits, as a signed integer: `| 0` keeps every word a small integer for the compiler. */
  next(): number {
    const output = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + output) | 0;
    return output;
  }
}
