import { readSync } from "node:fs";
import { TestbedError } from "../testbed-error.ts";

const windowBytes = 2 ** 18;

/** Reads pieces of a file that mostly follow each other, many of them at a time. */
export class FileWindow {
  readonly #descriptor: number;
  #buffer = Buffer.allocUnsafe(windowBytes);
  /** Where in the file what is held begins and ends. */
  #from = 0;
  #end = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** @returns a view of so many bytes, until the next one is asked for. @throws TestbedError if the file ends before */
  piece(at: number, length: number): Buffer {
    if (at < this.#from || at + length > this.#end) this.#read(at, length);
    return this.#buffer.subarray(at - this.#from, at - this.#from + length);
  }

  /** Gives all of a range, piece after piece; each is a view until the next one. */
  pass(from: number, until: number, put: (piece: Buffer) => void): void {
    for (let at = from; at < until; at += windowBytes) put(this.piece(at, Math.min(windowBytes, until - at)));
  }

  #read(at: number, length: number): void {
    if (length > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(length);
    let held = 0;
    while (held < length) {
      const got = readSync(this.#descriptor, this.#buffer, held, this.#buffer.length - held, at + held);
      if (got === 0) throw new TestbedError(`a file ended before ${at + length}, while it was read`);
      held += got;
    }
    this.#from = at;
    this.#end = at + held;
  }
}
