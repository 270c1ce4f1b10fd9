import type { Socket } from "node:net";

/** Reads a stream in pieces of a size, however it came. */
export class StreamReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);
  #onChunk: ((chunk: Buffer) => Promise<void> | void) | undefined;
  #unsaid: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#chunks = (socket.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>)[
      Symbol.asyncIterator
    ]();
  }

  /** Gets all that was not read yet, and all that comes, before it is read. */
  set onChunk(take: (chunk: Buffer) => Promise<void> | void) {
    this.#onChunk = take;
    this.#unsaid = this.#held;
  }

  /** At least one byte, and `most` at most. @throws Error at the end of the stream */
  async some(most: number): Promise<Buffer> {
    if (this.#held.length === 0) await this.#more();
    await this.#say();
    const piece = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(piece.length);
    return piece;
  }

  /** Just so many bytes. @throws Error at the end of the stream, or if they are more than `limit` */
  async exactly(bytes: number, limit = bytes): Promise<Buffer> {
    if (!(bytes >= 0 && bytes <= limit)) throw new Error(`a part of ${bytes} bytes, where at most ${limit} may be`);
    while (this.#held.length < bytes) await this.#more();
    await this.#say();
    const piece = this.#held.subarray(0, bytes);
    this.#held = this.#held.subarray(bytes);
    return piece;
  }

  async #say(): Promise<void> {
    const unsaid = this.#unsaid;
    this.#unsaid = Buffer.alloc(0);
    if (unsaid.length > 0) await this.#onChunk?.(unsaid);
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done === true) throw new Error("it was cut off");
    if (this.#onChunk !== undefined) {
      await this.#say();
      await this.#onChunk(value);
    }
    this.#held = this.#held.length === 0 ? value : Buffer.concat([this.#held, value]);
  }
}
