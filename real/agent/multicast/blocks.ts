/** What goes in one packet of Ethernet, bytes. */
export const blockBytes = 1360;
/**
 * Blocks of a datagram, at most: fewer system calls where nothing is lost. It goes in several packets, and is lost with
 * one of them; what then hangs in the receiver's kernel keeps others out for half a minute. So what follows a loss goes
 * in single packets.
 */
export const mostBlocks = 6;
/** Blocks that have a digest together. */
export const segmentBlocks = 192;
/** Of all files of a transfer. */
export const mostBytes = 2 ** 36;

export interface Item {
  readonly name: string;
  readonly bytes: number;
  /** Where it begins in its file. */
  readonly offset?: number;
}

/** A run of blocks of one item: which, from where on, and how long. */
export interface Extent {
  readonly item: number;
  readonly offset: number;
  readonly bytes: number;
  readonly blocks: number;
}

/** Blocks of several files, counted through; a file begins with a block of its own. */
export class Blocks {
  readonly items: readonly Item[];
  readonly count: number;
  /** The first block of each item, and the number of all. */
  readonly #first: number[] = [];

  constructor(items: readonly Item[]) {
    this.items = items;
    let count = 0;
    for (const { bytes } of items) {
      this.#first.push(count);
      count += Math.ceil(bytes / blockBytes);
    }
    this.count = count;
  }

  get segments(): number {
    return Math.ceil(this.count / segmentBlocks);
  }

  /** Blocks of a segment, which may be of several items. */
  ofSegment(segment: number): { first: number; end: number } {
    const first = segment * segmentBlocks;
    return { first, end: Math.min(this.count, first + segmentBlocks) };
  }

  /** Blocks from one on, of the same item and segment, `most` at most. */
  extentAt(block: number, most: number): Extent {
    let [low, high] = [0, this.#first.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#first[middle]! <= block) low = middle;
      else high = middle - 1;
    }
    const offset = (block - this.#first[low]!) * blockBytes;
    const left = this.items[low]!.bytes - offset;
    const blocks = Math.min(most, segmentBlocks - (block % segmentBlocks), Math.ceil(left / blockBytes));
    return { item: low, offset, bytes: Math.min(left, blocks * blockBytes), blocks };
  }
}

/** A set of blocks, a bit each. */
export class BlockSet {
  readonly #bits: Uint8Array;
  readonly #of: number;
  size = 0;

  constructor(of: number) {
    this.#of = of;
    this.#bits = new Uint8Array(Math.ceil(of / 8));
  }

  has(block: number): boolean {
    return (this.#bits[block >> 3]! & (1 << (block & 7))) !== 0;
  }

  add(block: number): void {
    if (this.has(block)) return;
    this.#bits[block >> 3]! |= 1 << (block & 7);
    this.size++;
  }

  delete(block: number): void {
    if (!this.has(block)) return;
    this.#bits[block >> 3]! &= ~(1 << (block & 7));
    this.size--;
  }

  /** Runs of blocks that are not in it, `most` at most. */
  gaps(most: number): Run[] {
    const runs: Run[] = [];
    for (let block = 0; block < this.#of && this.size < this.#of; block++) {
      if (this.has(block)) continue;
      const first = block;
      while (block < this.#of && !this.has(block)) block++;
      runs.push([first, block - first]);
      if (runs.length === most) break;
    }
    return runs;
  }

  *[Symbol.iterator](): Generator<number> {
    for (let block = 0; block < this.#of; block++) if (this.has(block)) yield block;
  }
}

/** A first block, and how many follow each other from it on. */
export type Run = readonly [first: number, count: number];
