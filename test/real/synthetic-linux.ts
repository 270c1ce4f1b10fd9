/** What a made-up Linux guest has in one frame: fields of its `struct page`, and a byte that fills it. */
export interface MadePage {
  readonly flags?: number;
  readonly mapcount?: number;
  readonly mapping?: bigint;
  readonly private?: bigint;
  /** `compound_head`: the frame of the head. */
  readonly head?: number;
  readonly fill?: number;
}

/** Flags of the made-up kernel. */
export const flags = {
  dirty: 1 << 5,
  lru: 1 << 6,
  slab: 1 << 9,
  swapCache: 1 << 10,
  private: 1 << 13,
  backed: 1 << 19,
};
export const buddy = -129;

const bytes = 4096;
/** All frames; their `struct page`s fill one frame. */
export const frames = 64;
const at = { note: 1, top: 2, roots: 15, sections: 16, map: 17 };
/** The first frame that a test fills. */
export const own = 18;
const sparse = 0xffff888000000000n;
export const memoryMap = 0xffffea0000000000n;

/** Lines of the note, which a test may change or leave out. */
export const noteOf = (levels: 4 | 5 = 4): Record<string, string> => ({
  OSRELEASE: "6.1.0-made",
  "SYMBOL(init_top_pgt)": (0xffffffff80000000n + BigInt(at.top * bytes)).toString(16),
  "NUMBER(phys_base)": "0",
  "NUMBER(pgtable_l5_enabled)": levels === 5 ? "1" : "0",
  "SYMBOL(mem_section)": sparse.toString(16),
  "LENGTH(mem_section)": "2048",
  "SIZE(mem_section)": "16",
  "OFFSET(mem_section.section_mem_map)": "0",
  "NUMBER(SECTION_SIZE_BITS)": "27",
  "SIZE(page)": "64",
  "OFFSET(page.flags)": "0",
  "OFFSET(page.compound_head)": "8",
  "OFFSET(page.mapping)": "24",
  "OFFSET(page.private)": "40",
  "OFFSET(page._mapcount)": "48",
  "LENGTH(zone.free_area)": "11",
  "NUMBER(PG_lru)": "6",
  "NUMBER(PG_private)": "13",
  "NUMBER(PG_swapcache)": "10",
  "NUMBER(PG_swapbacked)": "19",
  "NUMBER(PG_slab)": "9",
  "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)": String(buddy),
});

/** A raw image of 64 frames, with `pages` from frame `own` on. */
export const syntheticLinux = (pages: readonly MadePage[], levels: 4 | 5 = 4, note = noteOf(levels)): Buffer => {
  const image = Buffer.alloc(frames * bytes);
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
  map(memoryMap, at.map);
  image.writeBigUInt64LE(sparse + BigInt(bytes), at.roots * bytes);
  image.writeBigUInt64LE(memoryMap | 3n, at.sections * bytes);
  pages.forEach((page, i) => {
    const entry = at.map * bytes + (own + i) * 64;
    image.writeBigUInt64LE(BigInt(page.flags ?? 0), entry);
    if (page.head !== undefined) image.writeBigUInt64LE(memoryMap + BigInt(page.head * 64 + 1), entry + 8);
    image.writeBigUInt64LE(page.mapping ?? 0n, entry + 24);
    image.writeBigUInt64LE(page.private ?? 0n, entry + 40);
    image.writeInt32LE(page.mapcount ?? -1, entry + 48);
    image.fill(page.fill ?? 0, (own + i) * bytes, (own + i + 1) * bytes);
  });
  return image;
};

const word = (value: number | bigint, length: 1 | 4 | 8): Buffer => {
  const whole = Buffer.alloc(8);
  whole.writeBigUInt64BE(BigInt(value));
  return whole.subarray(8 - length);
};
const named = (text: string): Buffer => Buffer.concat([word(text.length, 1), Buffer.from(text)]);

/** The same image as a migration stream: all pages in one part, zeros marked, then the end of `ram`. */
export const streamOf = (image: Buffer): Buffer => {
  const footer = Buffer.concat([word(0x7e, 1), word(2, 4)]);
  const parts = [word(0x5145564d, 4), word(3, 4), word(7, 1), word(2, 4), Buffer.from("pc")];
  parts.push(word(1, 1), word(2, 4), named("ram"), word(0, 4), word(4, 4));
  parts.push(word(BigInt(image.length) | 4n, 8), named("pc.ram"), word(image.length, 8), word(0x10, 8), footer);
  parts.push(word(2, 1), word(2, 4));
  for (let offset = 0; offset < image.length; offset += bytes) {
    const page = image.subarray(offset, offset + bytes);
    const [isZero, same] = [page.every((byte) => byte === 0), offset > 0 ? 0x20 : 0];
    parts.push(word(offset | same | (isZero ? 2 : 8), 8), same ? Buffer.alloc(0) : named("pc.ram"));
    parts.push(isZero ? word(0, 1) : page);
  }
  parts.push(word(0x10, 8), footer, word(3, 1), word(2, 4), word(0x10, 8), footer);
  return Buffer.concat(parts);
};

/** The same image as a core of `dump-guest-memory`. */
export const elfOf = (image: Buffer): Buffer => {
  const head = Buffer.alloc(bytes);
  head.write("\x7fELF\x02\x01\x01", "latin1");
  head.writeUInt16LE(62, 18);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(1, 64);
  head.writeBigUInt64LE(BigInt(bytes), 72);
  head.writeBigUInt64LE(BigInt(image.length), 96);
  head.writeBigUInt64LE(BigInt(image.length), 104);
  return Buffer.concat([head, image]);
};
