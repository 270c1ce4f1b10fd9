import { readSync } from "node:fs";
import { MemoryImageError } from "./image-error.ts";

/** Reads numbers and short texts from a file, in order; `seek` and `skip` read nothing. */
export class ByteReader {
  readonly #window = Buffer.allocUnsafeSlow(64 * 1024);
  readonly #file: number;
  readonly name: string;
  /** Bytes of the file. */
  readonly size: number;
  #from = 0;
  #filled = 0;
  #at = 0;

  constructor(name: string, file: number, size: number) {
    this.name = name;
    this.#file = file;
    this.size = size;
  }

  get offset(): number {
    return this.#at;
  }

  /** @throws MemoryImageError, as all that reads: if the file ends before */
  bytes(count: number, what: string): Buffer {
    if (count > this.#window.length) throw this.error(`${what} of ${count} bytes is too long`);
    if (this.#at < this.#from || this.#at + count > this.#from + this.#filled) {
      this.#from = this.#at;
      this.#filled = this.#at > this.size ? 0 : readSync(this.#file, this.#window, 0, this.#window.length, this.#at);
      if (this.#filled < count) throw this.error(`the file ends inside ${what}`);
    }
    const start = this.#at - this.#from;
    this.#at += count;
    return this.#window.subarray(start, start + count);
  }

  /** Gives all up to an offset, piece after piece, each a view until the next one. */
  pass(until: number, what: string, put: (piece: Buffer) => void): void {
    while (this.#at < until) put(this.bytes(Math.min(this.#window.length, until - this.#at), what));
  }

  skip(count: number, what: string): void {
    if (!(this.#at + count <= this.size)) throw this.error(`the file ends inside ${what}`);
    this.#at += count;
  }

  seek(offset: number): void {
    this.#at = offset;
  }

  error(message: string): MemoryImageError {
    return new MemoryImageError(`${this.name}: at byte ${this.#at}: ${message}`);
  }
}
