import { frameSize, type MemoryImage } from "./memory-image.ts";
import type { PageTables } from "./page-tables.ts";
import type { VmCoreInfo } from "./vmcoreinfo.ts";

/** Flags in the low bits of a section's `section_mem_map`; the second says that it has a memory map. */
const sectionFlags = 63n;
const hasMemoryMap = 2n;
/** log2 of the bytes of a section on x86-64, for kernels whose note does not say. */
const sectionBits = 27;

/** The 32-bit halves of an address. */
interface Halves {
  readonly low: number;
  readonly high: number;
}

/** Gets the `struct page` of a frame, `at` a byte of `view`, and where that of frame 0 would be. */
type Visit = (frame: number, view: DataView, at: number, base: Halves) => void;

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

  /** Calls back for each frame of a range that has a `struct page`, in order. */
  forEach(first: number, frames: number, visit: Visit): void {
    for (let frame = first; frame < first + frames; ) {
      const stop = Math.min(first + frames, (Math.floor(frame / this.#frames) + 1) * this.#frames);
      const base = this.baseOf(frame);
      if (base !== undefined) this.#section(base, frame, stop, visit);
      frame = stop;
    }
  }

  #section(base: bigint, from: number, stop: number, visit: Visit): void {
    const size = this.pageBytes;
    const halves = { low: Number(base & 0xffffffffn), high: Number((base >> 32n) & 0xffffffffn) };
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
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        for (let i = 0; i < whole; i++) visit(frame + i, view, i * size, halves);
        frame += whole;
        continue;
      }
      visit(frame, this.#joined(frame, address, bytes), 0, halves);
      frame++;
    }
  }

  /** A `struct page` that two pages of memory share. */
  #joined(frame: number, address: bigint, begin: Uint8Array): DataView {
    const joined = new Uint8Array(this.pageBytes);
    joined.set(begin);
    const rest = this.#tables.read(
      address + BigInt(begin.length),
      joined.length - begin.length,
      `the struct page of ${frame}`,
    );
    if (rest === undefined) throw this.#note.error(`the struct page of frame ${frame} is mapped in part only`);
    joined.set(rest, begin.length);
    return new DataView(joined.buffer);
  }

  /** The frame of a `struct page`, or undefined if there is none at the address. */
  frameAt(low: number, high: number, base: Halves): number | undefined {
    // Exact wherever it matters: a distance of more than 2^53 is that of no frame.
    const frame = ((high - base.high) * 2 ** 32 + low - base.low) / this.pageBytes;
    return Number.isInteger(frame) && frame >= 0 && frame < this.#end ? frame : undefined;
  }
}
