import { randomFillSync } from "node:crypto";
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";

const frameBytes = 4096;
const pageBytes = 64;
const group = 16;
/** Frames: the note, the tables (4 levels), the roots and the array of sections; from `map` on the array of `struct page`. */
const at = { note: 1, top: 2, sparse: 3, sections: 10, map: 512 };
const sparse = 0xffff888000000000n;
const memoryMap = 0xffffea0000000000n;
const [lru, dirty, isPrivate, slab, buddy] = [1 << 6, 1 << 5, 1 << 13, 1 << 9, -129];

const note = `OSRELEASE=6.1.0-made
SYMBOL(init_top_pgt)=${(0xffffffff80000000n + BigInt(at.top * frameBytes)).toString(16)}
NUMBER(phys_base)=0
SYMBOL(mem_section)=${sparse.toString(16)}
LENGTH(mem_section)=2048
SIZE(mem_section)=16
OFFSET(mem_section.section_mem_map)=0
SIZE(page)=${pageBytes}
OFFSET(page.flags)=0
OFFSET(page.compound_head)=8
OFFSET(page.mapping)=24
OFFSET(page.private)=40
OFFSET(page._mapcount)=48
LENGTH(zone.free_area)=11
NUMBER(PG_lru)=6
NUMBER(PG_private)=13
NUMBER(PG_swapcache)=10
NUMBER(PG_swapbacked)=19
NUMBER(PG_slab)=9
NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=${buddy}
`;

/** Uses that groups of 16 frames have in turn. */
const uses = ["free", "cache-clean", "anonymous", "cache-private-dirty", "slab", "kernel"] as const;

/** Frames of each class that `writeLinuxMemory` makes, and how many hold zeros or repeat a content, but for the kernel's. */
export interface MadeMemory {
  readonly classes: ReadonlyMap<string, number>;
  readonly zero: number;
  readonly inside: number;
}

/**
 * Writes the memory of a made-up Linux guest: groups of 16 frames of each use in turn, of which the first `zero` hold
 * zeros, the next `same` one content that all have, and the others random bytes.
 *
 * @param frames a multiple of 32,768 (128 MiB, a section)
 */
export const writeLinuxMemory = (path: string, frames: number, zero: number, same: number): MadeMemory => {
  const begin = kernel(frames);
  const own = begin.length / frameBytes;
  const file = openSync(path, "w", 0o600);
  try {
    writeSync(file, begin);
    const chunk = Buffer.alloc(group * frameBytes);
    const repeated = randomFillSync(Buffer.alloc(frameBytes));
    for (let frame = own; frame < frames; frame += group) {
      randomFillSync(chunk, (zero + same) * frameBytes);
      for (let i = zero; i < zero + same; i++) repeated.copy(chunk, i * frameBytes);
      writeSync(file, chunk);
    }
    // What is still to be written to the disk would be written while others are measured.
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
  const groups = (frames - own) / group;
  const classes = new Map<string, number>(uses.map((use) => [use, 0]));
  for (let i = 0; i < groups; i++) {
    const use = uses[i % uses.length]!;
    classes.set(use, classes.get(use)! + group);
  }
  const others = groups - classes.get("kernel")! / group;
  classes.set("kernel", classes.get("kernel")! + own);
  return { classes, zero: others * zero, inside: Math.max(0, others * same - 1) };
};

/** The frames that the kernel needs, up to the end of its memory map. */
const kernel = (frames: number): Buffer => {
  const own = at.map + (frames * pageBytes) / frameBytes;
  const memory = Buffer.alloc(own * frameBytes);
  memory.write(note, at.note * frameBytes, "latin1");
  const entry = (table: number, index: number, target: number, flags: bigint): void => {
    memory.writeBigUInt64LE(BigInt(target * frameBytes) | flags, table * frameBytes + 8 * index);
  };
  const part = (address: bigint, level: number): number => Number((address >> BigInt(12 + 9 * (level - 1))) & 511n);
  for (const [address, first] of [
    [sparse, at.sparse],
    [memoryMap, at.sparse + 3],
  ] as const) {
    entry(at.top, part(address, 4), first, 1n);
    entry(first, part(address, 3), first + 1, 1n);
  }
  entry(at.sparse + 1, 0, at.sparse + 2, 1n);
  entry(at.sparse + 2, 0, at.sections, 1n);
  entry(at.sparse + 2, 1, at.sections + 1, 1n);
  // The memory map is mapped by large pages of 2 MiB, as on real machines.
  for (let i = 0; i * 512 < own - at.map; i++) entry(at.sparse + 4, i, at.map + 512 * i, 0x81n);
  memory.writeBigUInt64LE(sparse + BigInt(frameBytes), at.sections * frameBytes);
  for (let section = 0; section * 32768 < frames; section++)
    memory.writeBigUInt64LE(memoryMap | 3n, (at.sections + 1) * frameBytes + 16 * section);
  for (let frame = 0; frame < frames; frame++)
    describe(memory, frame, frame < own ? "kernel" : uses[Math.floor((frame - own) / group) % uses.length]!);
  return memory;
};

const flagsOf = {
  free: 0,
  kernel: 0,
  anonymous: lru,
  slab,
  "cache-clean": lru,
  "cache-private-dirty": lru | dirty | isPrivate,
} as const;

/** Fills the `struct page` of a frame. Groups of slab and anonymous memory are compound, free ones a block of order 4. */
const describe = (memory: Buffer, frame: number, use: (typeof uses)[number]): void => {
  const start = at.map * frameBytes + frame * pageBytes;
  const head = frame - (frame % group);
  memory.writeInt32LE(-1, start + 48);
  if ((use === "anonymous" || use === "slab") && frame !== head) {
    memory.writeBigUInt64LE(memoryMap + BigInt(head * pageBytes + 1), start + 8);
    return;
  }
  memory.writeUInt32LE(flagsOf[use], start);
  if (use === "anonymous") memory.writeBigUInt64LE(0xffff888001234561n, start + 24);
  if (use !== "free" || frame !== head) return;
  memory.writeBigUInt64LE(4n, start + 40);
  memory.writeInt32LE(buddy, start + 48);
};
