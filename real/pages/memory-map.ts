import { frameSize, type MemoryImage } from "./memory-image.ts";
import type { PageTables } from "./page-tables.ts";
import type { VmCoreInfo } from "./vmcoreinfo.ts";

/** Flags in the low bits of a section's `section_mem_map`; the second says that it has a memory map. */
const sectionFlags = 63n;
const hasMemoryMap = 2n;
/** log2 of the bytes of a section on x86-64, for kernels whose note does not say. */
const sectionBits = 27;

/** The `struct page` of each frame: sparse memory, whose sections each have an array of them. */
export class MemoryMap {
  readonly #tables: PageTables;
  readonly #note: VmCoreInfo;
  readonly #end: number;
  readonly #roots: bigint;
  readonly #rootCount: number;
  readonly #sectionBytes: number;
  readonly #mapOffset: number;
  /** Frames of a section. */
  readonly #frames: number;
  readonly pageBytes: number;

  /** @throws MemoryImageError if the note lacks what it needs, or nothing is mapped where it points */
  constructor(note: VmCoreInfo, tables: PageTables, image: MemoryImage) {
    this.#tables = tables;
    this.#note = note;
    this.#end = image.end;
    this.#roots = note.symbol("mem_section");
    this.#rootCount = note.within("LENGTH(mem_section)", 1, 2 ** 30);
    this.#sectionBytes = note.within("SIZE(mem_section)", 8, frameSize);
    this.#mapOffset = note.within("OFFSET(mem_section.section_mem_map)", 0, this.#sectionBytes - 8);
    this.#frames = 2 ** (note.within("NUMBER(SECTION_SIZE_BITS)", 20, 40, sectionBits) - 12);
    this.pageBytes = note.within("SIZE(page)", 32, 512);
    tables.word(this.#roots, "mem_section");
  }

  /** Where the array of a section would begin if it began at frame 0; undefined if the section has no array. */
  baseOf(frame: number): bigint | undefined {
    const section = Math.floor(frame / this.#frames);
    const perRoot = Math.floor(frameSize / this.#sectionBytes);
    const index = Math.floor(section / perRoot);
    if (index >= this.#rootCount) return undefined;
    const root = this.#tables.word(this.#roots + BigInt(8 * index), `root ${index} of mem_section`);
    if (root === 0n) return undefined;
    const at = root + BigInt((section % perRoot) * this.#sectionBytes + this.#mapOffset);
    const coded = this.#tables.word(at, `section ${section}`);
    if ((coded & hasMemoryMap) === 0n) return undefined;
    return coded & ~sectionFlags;
  }

  /** Calls back with the bytes of the `struct page` of each frame of a range that has one, in order. */
  forEach(first: number, frames: number, visit: (frame: number, bytes: DataView, base: bigint) => void): void {
    const joined = new Uint8Array(this.pageBytes);
    for (let frame = first; frame < first + frames; ) {
      const stop = Math.min(first + frames, (Math.floor(frame / this.#frames) + 1) * this.#frames);
      const base = this.baseOf(frame);
      if (base !== undefined) this.#section(base, frame, stop, joined, visit);
      frame = stop;
    }
  }

  #section(
    base: bigint,
    from: number,
    stop: number,
    joined: Uint8Array,
    visit: (frame: number, bytes: DataView, base: bigint) => void,
  ): void {
    const size = this.pageBytes;
    for (let frame = from; frame < stop; ) {
      const address = base + BigInt(frame * size);
      const bytes = this.#tables.read(address, frameSize, `the struct page of frame ${frame}`);
      if (bytes === undefined) {
        // Holes inside a section have no memory map.
        frame += Math.max(1, Math.floor((frameSize - Number(address & 0xfffn)) / size));
        continue;
      }
      const whole = Math.min(stop - frame, Math.floor(bytes.length / size));
      if (whole > 0) {
        // A visit reads no other memory, so the window of the reader stays where it is.
        for (let i = 0; i < whole; i++)
          visit(frame + i, new DataView(bytes.buffer, bytes.byteOffset + i * size, size), base);
        frame += whole;
        continue;
      }
      joined.set(bytes);
      const rest = this.#tables.read(
        address + BigInt(bytes.length),
        size - bytes.length,
        `the struct page of ${frame}`,
      );
      if (rest === undefined) throw this.#note.error(`the struct page of frame ${frame} is mapped in part only`);
      joined.set(rest, size - rest.length);
      visit(frame, new DataView(joined.buffer), base);
      frame++;
    }
  }

  /** The frame of a `struct page`, or undefined if there is none at the address. */
  frameAt(address: bigint, base: bigint): number | undefined {
    const distance = address - base;
    if (distance < 0n || distance % BigInt(this.pageBytes) !== 0n) return undefined;
    const frame = distance / BigInt(this.pageBytes);
    return frame < BigInt(this.#end) ? Number(frame) : undefined;
  }
}
