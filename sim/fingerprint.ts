import type { Happening, Subject, Trace } from "./trace.ts";

/**
 * A hash of the trail of events: two runs with the same fingerprint did the same things to the same processes and
 * events at the same times, to the last bit, in the same order. Pass it as `new Simulation({ trace: new Fingerprint() })`.
 *
 * The hash is MurmurHash3 (Appleby, 2011, x86 32 bit) in two lanes of different constants: the one of the 32-bit
 * version, and the first of the 128-bit version. It guards against change, not against forgery.
 */
export class Fingerprint implements Trace {
  #left = 0;
  #right = 0x9e3779b9;
  #happenings = 0;
  readonly #bytes = new DataView(new ArrayBuffer(8));

  /** Number of happenings that have been hashed. */
  get happenings(): number {
    return this.#happenings;
  }

  /** The hash of everything so far, in 16 hexadecimal digits. */
  get digest(): string {
    return hex(finish(this.#left ^ this.#happenings)) + hex(finish(this.#right ^ this.#happenings));
  }

  record(time: number, what: Happening, who: Subject): void {
    this.#happenings++;
    this.#bytes.setFloat64(0, time, true);
    this.#mix(this.#bytes.getInt32(0, true));
    this.#mix(this.#bytes.getInt32(4, true));
    this.#mixText(what);
    this.#mixText(who.name);
  }

  #mixText(text: string): void {
    this.#mix(text.length);
    for (let at = 0; at < text.length; at++) this.#mix(text.charCodeAt(at));
  }

  #mix(word: number): void {
    const left = this.#left ^ Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
    this.#left = (Math.imul(rotate(left, 13), 5) + 0xe6546b64) | 0;
    const right = this.#right ^ Math.imul(rotate(Math.imul(word, 0x239b961b), 15), 0xab0e9789);
    this.#right = (Math.imul(rotate(right, 19), 5) + 0x561ccd1b) | 0;
  }
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

const finish = (word: number): number => {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
};

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
