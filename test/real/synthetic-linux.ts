/** What a made-up Linux guest has in one frame: fields of its `struct page`, and what it holds. */
export interface MadePage {
  readonly flags?: number;
  readonly mapcount?: number;
  readonly mapping?: bigint;
  readonly private?: bigint;
  /** `compound_head`: the frame of the head. */
  readonly head?: number;
  /** `compound_dtor`, at byte 56. */
  readonly destructor?: number;
  /** `_refcount`, at byte 52. */
  readonly references?: number;
  readonly fill?: number;
  /** Of 64 bits, over what fills it. */
  readonly words?: readonly bigint[];
}

/** How a made-up kernel lays out its `struct page` and numbers flags, as its note tells. */
export interface Layout {
  /** Bytes. */
  readonly size: number;
  /** Bytes by which the memory map begins late, a multiple of 64. */
  readonly shift: number;
  /** Where fields begin. */
  readonly at: Readonly<Record<"flags" | "head" | "mapping" | "private" | "mapcount", number>>;
  /** The bit of PG_lru; PG_dirty is the one before. */
  readonly lru: number;
  readonly others: Readonly<Record<"slab" | "swapCache" | "private" | "backed", number>>;
  /** `_mapcount` of free blocks, and of slab where that is no flag. */
  readonly buddy: number;
  readonly slabType?: number;
}

export const usual: Layout = {
  size: 64,
  shift: 0,
  at: { flags: 0, head: 8, mapping: 24, private: 40, mapcount: 48 },
  lru: 6,
  others: { slab: 9, swapCache: 10, private: 13, backed: 19 },
  buddy: -129,
};

/** Flags of a made-up kernel. */
export const flagsOf = ({ lru, others }: Layout) => ({
  dirty: 1 << (lru - 1),
  lru: 1 << lru,
  slab: 1 << others.slab,
  swapCache: 1 << others.swapCache,
  private: 1 << others.private,
  backed: 1 << others.backed,
  /** PG_mlocked. */
  locked: 1 << (others.backed + 2),
});
export const flags = flagsOf(usual);
export const buddy = usual.buddy;

const bytes = 4096;
/** Frames of a piece of memory; their `struct page`s fill at most two frames. */
export const frames = 64;
const at = { note: 1, top: 2, roots: 15, sections: 16, map: 17 };
/** The first frame that a test fills. */
export const own = 19;
/** Frame at 4 GiB, and the first from there on that a test fills: those before hold the memory map of this piece. */
export const fourGiB = 1 << 20;
export const highOwn = fourGiB + 2;
const sectionFrames = 1 << 15;
const sparse = 0xffff888000000000n;
export const memoryMap = 0xffffea0000000000n;

/** Lines of the note, which a test may change or leave out. */
export const noteOf = (levels: 4 | 5 = 4, layout = usual): Record<string, string> => ({
  OSRELEASE: "6.1.0-made",
  "SYMBOL(init_top_pgt)": (0xffffffff80000000n + BigInt(at.top * bytes)).toString(16),
  "NUMBER(phys_base)": "0",
  "NUMBER(pgtable_l5_enabled)": levels === 5 ? "1" : "0",
  "SYMBOL(mem_section)": sparse.toString(16),
  "LENGTH(mem_section)": "2048",
  "SIZE(mem_section)": "16",
  "OFFSET(mem_section.section_mem_map)": "0",
  "NUMBER(SECTION_SIZE_BITS)": "27",
  "SIZE(page)": `${layout.size}`,
  "OFFSET(page.flags)": `${layout.at.flags}`,
  "OFFSET(page.compound_head)": `${layout.at.head}`,
  "OFFSET(page.mapping)": `${layout.at.mapping}`,
  "OFFSET(page.private)": `${layout.at.private}`,
  "OFFSET(page._mapcount)": `${layout.at.mapcount}`,
  "LENGTH(zone.free_area)": "11",
  "NUMBER(PG_lru)": `${layout.lru}`,
  "NUMBER(PG_private)": `${layout.others.private}`,
  "NUMBER(PG_swapcache)": `${layout.others.swapCache}`,
  "NUMBER(PG_swapbacked)": `${layout.others.backed}`,
  ...(layout.slabType === undefined
    ? { "NUMBER(PG_slab)": `${layout.others.slab}` }
    : { "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)": `${layout.slabType}` }),
  "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)": `${layout.buddy}`,
});

/**
 * A raw image of 64 frames, with `pages` from frame `own` on. With pages at `high`, which stand from frame `highOwn` on, 64
 * frames more follow, which are those from 4 GiB on.
 */
export const syntheticLinux = (
  pages: readonly MadePage[],
  levels: 4 | 5 = 4,
  note = noteOf(levels),
  { layout = usual, high = [] }: { readonly layout?: Layout; readonly high?: readonly MadePage[] } = {},
): Buffer => {
  const image = Buffer.alloc((high.length > 0 ? 2 : 1) * frames * bytes);
  const lines = Object.entries(note).map(([key, value]) => `${key}=${value}\n`);
  image.write(lines.join(""), at.note * bytes, "latin1");
  let unused = at.top + 1;
  const map = (address: bigint, target: number): void => {
    let table = at.top;
    for (let level: number = levels; level >= 1; level--) {
      const entry = table * bytes + 8 * Number((address >> BigInt(12 + 9 * (level - 1))) & 511n);
      const old = Number(image.readBigUInt64LE(entry) >> 12n);
      table = level === 1 ? target : old !== 0 ? old : unused++;
      image.writeBigUInt64LE(BigInt(table * bytes) | 1n, entry);
    }
  };
  map(sparse, at.roots);
  map(sparse + BigInt(bytes), at.sections);
  image.writeBigUInt64LE(sparse + BigInt(bytes), at.roots * bytes);
  const base = memoryMap + BigInt(layout.shift);
  /** A piece of memory that begins at a frame: its memory map, at `mapAt` of it, and its pages. */
  const piece = (first: number, start: number, mapAt: number, from: number, content: readonly MadePage[]): void => {
    const address = memoryMap + BigInt(first * layout.size);
    for (const page of [0, 1]) map(address + BigInt(page * bytes), first + mapAt + page);
    const section = at.sections * bytes + 16 * (first / sectionFrames);
    image.writeBigUInt64LE(base | 3n, section);
    content.forEach((page, i) => {
      const entry = (start + mapAt) * bytes + layout.shift + (from + i) * layout.size;
      image.writeBigUInt64LE(BigInt(page.flags ?? 0), entry + layout.at.flags);
      const head = page.head === undefined ? 0n : base + BigInt(page.head * layout.size + 1);
      image.writeBigUInt64LE(head, entry + layout.at.head);
      image.writeBigUInt64LE(page.mapping ?? 0n, entry + layout.at.mapping);
      image.writeBigUInt64LE(page.private ?? 0n, entry + layout.at.private);
      image.writeInt32LE(page.mapcount ?? -1, entry + layout.at.mapcount);
      if (page.destructor !== undefined) image.writeUInt8(page.destructor, entry + 56);
      if (page.references !== undefined) image.writeInt32LE(page.references, entry + 52);
      image.fill(page.fill ?? 0, (start + from + i) * bytes, (start + from + i + 1) * bytes);
      for (const [w, word] of (page.words ?? []).entries())
        image.writeBigUInt64LE(word, (start + from + i) * bytes + 8 * w);
    });
  };
  piece(0, 0, at.map, own, pages);
  if (high.length > 0) piece(fourGiB, frames, 0, highOwn - fourGiB, high);
  return image;
};

const word = (value: number | bigint, length: 1 | 4 | 8): Buffer => {
  const whole = Buffer.alloc(8);
  whole.writeBigUInt64BE(BigInt(value));
  return whole.subarray(8 - length);
};
const named = (text: string): Buffer => Buffer.concat([word(text.length, 1), Buffer.from(text)]);

/** The same image as a migration stream: all pages in one part, zeros marked, then the end of `ram`. */
export const streamOf = (image: Buffer, machine = "pc"): Buffer => streamOfRam(image.length, machine, [[0, image]]);

/** A stream of so many bytes of RAM, which are zero but for what is given with its offset, in order. */
export const streamOfRam = (size: number, machine: string, held: readonly (readonly [number, Buffer])[]): Buffer => {
  const footer = Buffer.concat([word(0x7e, 1), word(2, 4)]);
  const parts = [word(0x5145564d, 4), word(3, 4), word(7, 1), word(machine.length, 4), Buffer.from(machine)];
  parts.push(word(1, 1), word(2, 4), named("ram"), word(0, 4), word(4, 4));
  parts.push(word(BigInt(size) | 4n, 8), named("pc.ram"), word(size, 8), word(0x10, 8), footer);
  parts.push(word(2, 1), word(2, 4));
  // The first page names its block, later ones are of the same.
  parts.push(word(0x02, 8), named("pc.ram"), word(0, 1));
  let next = 0;
  const zeros = (end: number): void => {
    const headers = Buffer.alloc((9 * (end - next)) / bytes);
    for (let at = 0; next < end; at += 9, next += bytes) headers.writeBigUInt64BE(BigInt(next + 0x22), at);
    parts.push(headers);
  };
  for (const [from, memory] of held) {
    zeros(from);
    for (; next < from + memory.length; next += bytes) {
      const page = memory.subarray(next - from, next - from + bytes);
      const isZero = page.every((byte) => byte === 0);
      parts.push(word(BigInt(next + (isZero ? 0x22 : 0x28)), 8), isZero ? word(0, 1) : page);
    }
  }
  zeros(size);
  parts.push(word(0x10, 8), footer, word(3, 1), word(2, 4), word(0x10, 8), footer);
  return Buffer.concat(parts);
};

/** The same image as a core of `dump-guest-memory`: pieces of 64 frames, each at the frame it begins with. */
export const elfOf = (image: Buffer, pieces: readonly number[] = [0]): Buffer => {
  const head = Buffer.alloc(bytes);
  head.write("\x7fELF\x02\x01\x01", "latin1");
  head.writeUInt16LE(62, 18);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(pieces.length, 56);
  const length = BigInt(image.length / pieces.length);
  for (const [i, first] of pieces.entries()) {
    const at = 64 + 56 * i;
    head.writeUInt32LE(1, at);
    head.writeBigUInt64LE(BigInt(bytes) + BigInt(i) * length, at + 8);
    head.writeBigUInt64LE(BigInt(first) * BigInt(bytes), at + 24);
    head.writeBigUInt64LE(length, at + 32);
    head.writeBigUInt64LE(length, at + 40);
  }
  return Buffer.concat([head, image]);
};
