import type { VmCoreInfo } from "../pages/vmcoreinfo.ts";

/**
 * What an entry of a page table becomes whose page is lost, 8 bytes: that of a page that Linux could not read back from swap,
 * for which it kills whoever touches it. As every swap entry of x86-64 it is not present, has its type in the highest five bits,
 * and its offset from bit 9 on, with all bits inverted (`arch/x86/include/asm/pgtable_64.h`). The last of the 32 types says so
 * up to Linux 6.1, however it is built (`SWP_SWAPIN_ERROR`, `include/linux/swap.h`), and does not use the offset; from 6.2 on it
 * is that of markers, of which offset 2 says the same (`PTE_MARKER_SWAPIN_ERROR`, `include/linux/swapops.h`).
 */
export const errorEntry: Buffer = (() => {
  const [type, offset] = [31n, 2n];
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE((type << 59n) | (BigInt.asUintN(50, ~offset) << 9n));
  return bytes;
})();

/** How a kernel tells what it uses a page for. */
export interface StructPage {
  /** `_mapcount` of a page that is a page table of a process, of the two lowest levels. */
  readonly pageTable: number;
  /** Flags of a page: the head of a larger one, and on one of the LRU lists. */
  readonly head: number;
  readonly lru: number;
  /** Bytes at which fields begin. */
  readonly at: Readonly<Record<"flags" | "compoundHead" | "mapping" | "mapcount" | "references", number>>;
}

/** Kernels on which it was tried, with `~PG_table` (`include/linux/page-flags.h`). */
const kernels = [{ release: /^6\.1\./, pageTable: ~0x200 }];

/** @returns undefined for a kernel on which it was not tried @throws MemoryImageError if the note lacks what it needs */
export const structPageOf = (note: VmCoreInfo): StructPage | undefined => {
  const known = kernels.find(({ release }) => release.test(note.release));
  if (known === undefined) return undefined;
  const size = note.within("SIZE(page)", 32, 512);
  const field = (name: string, bytes: number): number => note.within(`OFFSET(page.${name})`, 0, size - bytes);
  return {
    pageTable: known.pageTable,
    head: note.within("NUMBER(PG_head_mask)", 1, 2 ** 30),
    lru: 1 << note.within("NUMBER(PG_lru)", 0, 30),
    at: {
      flags: field("flags", 8),
      compoundHead: field("compound_head", 8),
      mapping: field("mapping", 8),
      mapcount: field("_mapcount", 4),
      references: field("_refcount", 4),
    },
  };
};
