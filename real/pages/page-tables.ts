import { FrameReader, frameSize, type MemoryImage } from "./memory-image.ts";
import type { VmCoreInfo } from "./vmcoreinfo.ts";

/** Where x86-64 maps the kernel's own image, before `phys_base` is added. */
const kernelMap = 0xffffffff80000000n;
const addressBits = (1n << 52n) - 1n;
const pageBits = 12n;
const mostTables = 64;

/** The kernel's page tables of an image. A walk has as many steps as there are levels, whatever the tables hold. */
export class PageTables {
  readonly #note: VmCoreInfo;
  readonly #reader: FrameReader;
  readonly #root: bigint;
  readonly #levels: number;
  readonly #encryption: bigint;
  /** Tables by frame: walks of neighbours share most of theirs. */
  readonly #tables = new Map<number, BigUint64Array>();

  /** @throws MemoryImageError if the note lacks the root */
  constructor(note: VmCoreInfo, image: MemoryImage) {
    this.#note = note;
    this.#reader = new FrameReader(image, Buffer.allocUnsafeSlow(16 * frameSize));
    this.#levels = note.within("NUMBER(pgtable_l5_enabled)", 0, 1, 0) === 1 ? 5 : 4;
    this.#encryption = BigInt(note.number("NUMBER(sme_mask)", 0));
    const top = note.symbol(note.has("SYMBOL(init_top_pgt)") ? "init_top_pgt" : "swapper_pg_dir");
    this.#root = top - kernelMap + BigInt(note.number("NUMBER(phys_base)"));
    if (this.#root < 0n || this.#root > addressBits || this.#root % BigInt(frameSize) !== 0n)
      throw note.error(`the page tables would be at physical address ${this.#root}`);
  }

  /** The frame that a virtual address lies in, or undefined where nothing is mapped. */
  frameOf(address: bigint): number | undefined {
    let table = this.#root;
    for (let level = this.#levels; level >= 1; level--) {
      const shift = pageBits + 9n * BigInt(level - 1);
      const entry = this.#entry(table, Number((address >> shift) & 511n), level);
      if ((entry & 1n) === 0n) return undefined;
      const target = entry & addressBits & ~this.#encryption & ~0xfffn;
      const isLeaf = level === 1 || (level <= 3 && (entry & 0x80n) !== 0n);
      if (isLeaf) {
        const inside = (1n << shift) - 1n;
        return Number(((target & ~inside) | (address & inside)) >> pageBits);
      }
      table = target;
    }
    return undefined;
  }

  #entry(table: bigint, index: number, level: number): bigint {
    const frame = Number(table >> pageBits);
    let entries = this.#tables.get(frame);
    if (entries === undefined) {
      const content = this.#reader.frame(frame, `a page table of level ${level}`);
      entries = new BigUint64Array(Uint8Array.from(content).buffer);
      if (this.#tables.size >= mostTables) this.#tables.clear();
      this.#tables.set(frame, entries);
    }
    return entries[index]!;
  }

  /** Reads up to the end of the frame of `address`, at most `length` bytes; undefined where nothing is mapped. */
  read(address: bigint, length: number, what: string): Uint8Array | undefined {
    const frame = this.frameOf(address);
    if (frame === undefined) return undefined;
    const start = Number(address & 0xfffn);
    return this.#reader.frame(frame, what).subarray(start, Math.min(frameSize, start + length));
  }

  /** The 64-bit word at an address, which has to be mapped. */
  word(address: bigint, what: string): bigint {
    const bytes = address % 8n === 0n ? this.read(address, 8, what) : undefined;
    if (bytes === undefined)
      throw this.#note.error(`${what} would be at 0x${address.toString(16)}, which is not mapped`);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  }
}
