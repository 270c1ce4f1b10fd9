import type { PageType } from "../../models/scenario.ts";
import type { MemoryImage } from "./memory-image.ts";
import type { MemoryMap } from "./memory-map.ts";
import type { VmCoreInfo } from "./vmcoreinfo.ts";

/** What a guest's kernel uses frames for; `unmanaged` ones have no `struct page`. */
export const frameClasses = [
  "unmanaged",
  "free",
  "cache-clean",
  "cache-dirty",
  "cache-private-clean",
  "cache-private-dirty",
  "anonymous",
  "anonymous-locked",
  "slab",
  "kernel",
] as const;
export type FrameClass = (typeof frameClasses)[number];

/** The page type of the models that a class counts as. */
export const pageTypeOf: Readonly<Record<FrameClass, PageType>> = {
  unmanaged: "kernel",
  free: "free",
  "cache-clean": "cacheClean",
  "cache-dirty": "cacheDirty",
  "cache-private-clean": "cacheClean",
  "cache-private-dirty": "cacheDirty",
  anonymous: "anonymous",
  // Whoever has locked its memory (`mlock`) is not to be killed for it: its pages are as good as the kernel's.
  "anonymous-locked": "kernel",
  slab: "kernel",
  kernel: "kernel",
};

const codeOf = Object.fromEntries(frameClasses.map((name, i) => [name, i])) as Record<FrameClass, number>;
/** A tail of a compound page, until its head is known. */
const tail = 255;
const anonymousMapping = 1;

/**
 * The class of each frame, as an index into `frameClasses`, in the order of the image's regions. The rules are those of
 * makedumpfile(8): free is what the buddy allocator holds; the page cache is on an LRU list, or in the swap cache, and
 * not anonymous; tails of compound pages are what their heads are; all of hugetlbfs is memory of processes, as is what is anonymous.
 *
 * @throws MemoryImageError if the note lacks what it needs, or the memory map contradicts it
 */
export const classify = (note: VmCoreInfo, map: MemoryMap, image: MemoryImage): Uint8Array => {
  const classOf = classifier(note, map.pageBytes);
  const isHugeTail = hugeTail(note, map.pageBytes);
  const orderAt = field(note, "page.private", map.pageBytes, 8);
  const headAt = field(note, "page.compound_head", map.pageBytes, 8);
  const orders = note.within("LENGTH(zone.free_area)", 1, 20);
  const heads = new Float64Array(image.frames);
  const classes = new Uint8Array(image.frames);
  let start = 0;
  for (const { first, frames } of image.regions) {
    // One past the last frame of the free block at hand, whose other frames' own fields say nothing.
    let freeUntil = 0;
    map.forEach(first, frames, (frame, page, at, base) => {
      const index = start + frame - first;
      if (frame < freeUntil) {
        classes[index] = codeOf.free;
        return;
      }
      const head = page.getUint32(at + headAt, true);
      if ((head & 1) === 1) {
        const found = map.frameAt(head - 1, page.getUint32(at + headAt + 4, true), base);
        if (found !== undefined && found >= first && found < frame) {
          if (found === frame - 1 && isHugeTail(page, at)) classes[index - 1] = codeOf.anonymous;
          classes[index] = classOfTail(classes[start + found - first]!);
          return;
        }
        heads[index] = found ?? -1;
        classes[index] = tail;
        return;
      }
      classes[index] = classOf(page, at);
      if (classes[index] !== codeOf.free) return;
      const order = page.getUint32(at + orderAt, true) + 2 ** 32 * page.getUint32(at + orderAt + 4, true);
      if (order >= orders) throw note.error(`frame ${frame} begins a free block of order ${order}, of ${orders}`);
      freeUntil = frame + 2 ** order;
    });
    start += frames;
  }
  resolveTails(image, classes, heads);
  return classes;
};

/** Tails whose heads are in another region, or behind them. */
const resolveTails = (image: MemoryImage, classes: Uint8Array, heads: Float64Array): void => {
  for (let i = 0; i < classes.length; i++) {
    if (classes[i] !== tail) continue;
    const at = image.indexOf(heads[i]!);
    classes[i] = classOfTail(at === undefined ? tail : classes[at]!);
  }
};

/** A tail of a tail, of a free block or of nothing is a torn page: the kernel's. */
const classOfTail = (head: number): number =>
  head === tail || head === codeOf.free || head === codeOf.unmanaged ? codeOf.kernel : head;

/** Byte offset of a field in `struct page`. */
const field = (note: VmCoreInfo, name: string, size: number, bytes: number): number =>
  note.within(`OFFSET(${name})`, 0, size - bytes);

/** Whether a page is of a type that its `_mapcount` tells; from Linux 6.12 on the highest byte alone tells it. */
const typed = (note: VmCoreInfo, key: string): ((mapcount: number) => boolean) => {
  const value = note.within(key, -(2 ** 31), 2 ** 32 - 1) >>> 0;
  const mask = (value & 0xffffff) === 0 ? 0xff000000 : 0xffffffff;
  return (mapcount) => (mapcount & mask) >>> 0 === value;
};

/** Whether the first tail of a compound page says that it is one of hugetlbfs, as it does up to Linux 6.9. */
const hugeTail = (note: VmCoreInfo, size: number): ((page: DataView, at: number) => boolean) => {
  if (note.has("NUMBER(HUGETLB_PAGE_DTOR)")) {
    const destructor = note.within("NUMBER(HUGETLB_PAGE_DTOR)", 0, 255);
    const destructorAt = field(note, "page.compound_dtor", size, 1);
    return (page, at) => page.getUint8(at + destructorAt) === destructor;
  }
  if (!note.has("NUMBER(PG_hugetlb)")) return () => false;
  const flag = 1 << note.within("NUMBER(PG_hugetlb)", 0, 30);
  const flagsAt = field(note, "page.flags", size, 8);
  return (page, at) => (page.getUint32(at + flagsAt, true) & flag) !== 0;
};

const classifier = (note: VmCoreInfo, size: number): ((page: DataView, at: number) => number) => {
  const flagsAt = field(note, "page.flags", size, 8);
  const mapcountAt = field(note, "page._mapcount", size, 4);
  const mappingAt = field(note, "page.mapping", size, 8);
  // All flags that are asked for are among the lower 31.
  const bit = (name: string): number => 1 << note.within(`NUMBER(${name})`, 0, 30);
  const [lru, isPrivate, swapCache, swapBacked] = [
    bit("PG_lru"),
    bit("PG_private"),
    bit("PG_swapcache"),
    bit("PG_swapbacked"),
  ];
  // The note does not tell PG_dirty; it stands before PG_lru in all kernels from 5.10 to 6.12.
  const dirty = lru >>> 1;
  // Nor PG_mlocked, which is the second after PG_swapbacked in all of them.
  const locked = swapBacked << 2;
  const isFree = typed(note, "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)");
  const slab = note.has("NUMBER(PG_slab)") ? bit("PG_slab") : 0;
  const isSlab = slab === 0 ? typed(note, "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)") : () => false;
  const hugeType = "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)";
  const isHuge = note.has(hugeType) ? typed(note, hugeType) : () => false;
  return (page, at) => {
    const mapcount = page.getUint32(at + mapcountAt, true);
    if (isFree(mapcount)) return codeOf.free;
    const flags = page.getUint32(at + flagsAt, true);
    if ((flags & slab) !== 0 || isSlab(mapcount)) return codeOf.slab;
    if ((page.getUint8(at + mappingAt) & anonymousMapping) !== 0 || isHuge(mapcount))
      return (flags & locked) === 0 ? codeOf.anonymous : codeOf["anonymous-locked"];
    const cached = (flags & lru) !== 0 || ((flags & swapBacked) !== 0 && (flags & swapCache) !== 0);
    if (!cached) return codeOf.kernel;
    if ((flags & isPrivate) === 0) return flags & dirty ? codeOf["cache-dirty"] : codeOf["cache-clean"];
    return flags & dirty ? codeOf["cache-private-dirty"] : codeOf["cache-private-clean"];
  };
};
