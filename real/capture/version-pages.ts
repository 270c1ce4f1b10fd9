import { closeSync, openSync } from "node:fs";
import { MemoryImageError } from "../pages/image-error.ts";
import { type StreamBytes, type StreamLayout, streamLayout } from "../streams/migration-stream.ts";
import { TestbedError } from "../testbed-error.ts";
import { Packs, requireChain } from "./packs.ts";
import { frameBytes, type PageRecord } from "./page-record.ts";
import { readAt } from "./read-at.ts";

/**
 * A version of a guest's memory as its records have it, of which each page can be read alone. Its files stay open, and so
 * there, until it is closed.
 */
export class VersionPages {
  readonly layout: StreamLayout;
  readonly #packs: Packs;
  readonly #bytes: SkeletonBytes;
  /** Of each frame that does not hold zeros: whether a record has it. */
  readonly #holds: Uint8Array;
  #isClosed = false;

  /**
   * @param chain records from a full one to the version, each building on the one before
   * @throws TestbedError naming the record or pack that is missing or is another's; MemoryImageError for a stream that is none
   */
  constructor(chain: readonly PageRecord[]) {
    const version = requireChain(chain);
    this.#bytes = new SkeletonBytes(version.path, skeletonOf(version), version.offsets);
    this.#packs = new Packs(chain);
    try {
      this.layout = streamLayout(this.#bytes);
      this.#holds = new Uint8Array(this.layout.at.length);
      for (const frame of version.frames) this.#holds[frame] = 1;
      const odd = this.layout.at.findIndex((at, frame) => at >= 0 !== (this.#holds[frame] === 1));
      if (version.head.frames !== this.layout.at.length || odd >= 0)
        throw new TestbedError(`${version.path}: its pages are not those of its stream`);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get frames(): number {
    return this.layout.at.length;
  }

  /** Of all pages that do not hold zeros. */
  get bytes(): number {
    return this.#holds.reduce((sum, one) => sum + one, 0) * frameBytes;
  }

  isZero(frame: number): boolean {
    return this.#holds[frame] === 0;
  }

  /** @throws TestbedError if no pack has it as it was captured, or after it was closed */
  content(frame: number): Buffer {
    if (this.#isClosed) throw new TestbedError("records that are read no more");
    return this.#packs.verified(frame);
  }

  /** Bytes of the stream among which is no page of `pc.ram`. */
  literal(from: number, to: number): Buffer {
    this.#bytes.seek(from);
    return this.#bytes.bytes(to - from, "a part between pages");
  }

  /** Bytes of the whole stream. */
  get size(): number {
    return this.#bytes.size;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#packs.close();
  }
}

/** What of the stream is no content of a page. */
const skeletonOf = ({ path, head, offsets, skeletonAt }: PageRecord): Buffer => {
  const file = openSync(path, "r");
  try {
    return readAt(file, skeletonAt, head.streamBytes - offsets.length * frameBytes);
  } finally {
    closeSync(file);
  }
};

/** A stream without the contents of pages, which can be passed over and not read. */
class SkeletonBytes implements StreamBytes {
  readonly size: number;
  readonly #path: string;
  readonly #bytes: Buffer;
  readonly #left: Float64Array;
  #at = 0;
  /** Contents that are left out before `#at`. */
  #before = 0;

  constructor(path: string, bytes: Buffer, left: Float64Array) {
    this.#path = path;
    this.#bytes = bytes;
    this.#left = left;
    this.size = bytes.length + left.length * frameBytes;
  }

  get offset(): number {
    return this.#at;
  }

  bytes(count: number, what: string): Buffer {
    const next = this.#left[this.#before] ?? this.size;
    if (this.#at + count > next) throw this.error(`${what} is where a page should be, or the end`);
    const from = this.#at - this.#before * frameBytes;
    this.#at += count;
    return this.#bytes.subarray(from, from + count);
  }

  skip(count: number, what: string): void {
    if (count === frameBytes && this.#left[this.#before] === this.#at) {
      this.#before++;
      this.#at += count;
    } else this.bytes(count, what);
  }

  seek(offset: number): void {
    let [low, high] = [0, this.#left.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#left[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    this.#before = low;
    this.#at = offset;
  }

  error(message: string): MemoryImageError {
    return new MemoryImageError(`${this.#path}: at byte ${this.#at} of its stream: ${message}`);
  }
}
