import { type GuestKernel, notesIn, withKernel } from "../pages/classified-frames.ts";
import { FrameReader, frameSize, type MemoryImage } from "../pages/memory-image.ts";
import { classify, type FrameClass, frameClasses } from "../pages/page-classes.ts";
import { errorEntry, type StructPage, structPageOf } from "./error-entry.ts";

/** Bytes of an image's file that become others. */
export interface ImageChange {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Why the loss of a page cannot be left to its processes. */
export const unsafeReasons = {
  unknownKernel: "of a kernel on which it was not tried",
  notAnonymous: "not memory of processes",
  locked: "locked in memory by their processes",
  compound: "parts of larger pages",
  merged: "merged with others of the same content",
  referred: "in use by more than page tables",
  hidden: "mapped where no page table tells it",
} as const;
export type Unsafe = keyof typeof unsafeReasons;

/** What the loss of pages comes to. */
export interface KillingLoss {
  /** Pages that can be lost: once the changes are made, whoever touches one of them is killed. In the order of RAM. */
  readonly killing: readonly number[];
  /** The others: with these lost, somebody would go on with zeros. */
  readonly unsafe: ReadonlyMap<number, Unsafe>;
  /** Of page tables, and of the memory map; all of them are to be made or none. */
  readonly changes: readonly ImageChange[];
}

/**
 * How a guest's kernel is told that pages are lost, before it runs, so that it kills the processes that touch them (SIGBUS) and
 * nobody else: each entry of a page table that maps a lost page becomes one of a page that could not be read back from swap,
 * and the processor never gets to what the page holds now. A system call that is to read it fails with EFAULT. The frame is
 * not used again: nothing maps it, and its reference stays.
 *
 * A page can be lost so if it is an anonymous one of 4 KiB, as many entries that map it are found as its `_mapcount` says, and
 * nobody else has a reference: a device, or a system call that is under way, would go on with zeros.
 *
 * @param lost pages of the image, counted from the begin of RAM; what they hold in it is not looked at
 * @throws MemoryImageError if no Linux is found in the image, or its structures are broken
 */
export const killingLoss = (image: MemoryImage, lost: Iterable<number>): KillingLoss =>
  withKernel(image, notesIn(image), (kernel) => {
    const layout = structPageOf(kernel.note);
    const wanted = new Set(lost);
    if (layout !== undefined) return lossIn(image, kernel, layout, wanted);
    return { killing: [], unsafe: new Map([...wanted].map((index) => [index, "unknownKernel"])), changes: [] };
  });

/** A page that may be lost. */
interface LostPage {
  readonly index: number;
  /** How many entries map it, and the bytes of the file at which those lie that were found. */
  readonly mapped: number;
  readonly entries: number[];
  /** Where its `_mapcount` is, as a virtual address. */
  readonly mapcountAt: bigint;
}

const lossIn = (
  image: MemoryImage,
  kernel: GuestKernel,
  layout: StructPage,
  lost: ReadonlySet<number>,
): KillingLoss => {
  const unsafe = new Map<number, Unsafe>();
  const { pages, pageTables } = lookAt(image, kernel, layout, lost, unsafe);
  const killing: number[] = [];
  const changes: ImageChange[] = [];
  findEntries(image, pageTables, pages);
  const placeOf = placing(image, kernel);
  for (const { index, mapped, entries, mapcountAt } of pages.values()) {
    if (entries.length !== mapped) {
      unsafe.set(index, "hidden");
      continue;
    }
    killing.push(index);
    for (const at of entries) changes.push({ at, bytes: errorEntry });
    changes.push({ at: placeOf(mapcountAt), bytes: unmapped });
  }
  return { killing, unsafe, changes };
};

/** The `_mapcount` of a page that no entry maps. */
const unmapped = Buffer.from([0xff, 0xff, 0xff, 0xff]);

/** What the `struct page`s tell: lost pages, by their frames, and frames that are page tables of processes. */
const lookAt = (
  image: MemoryImage,
  { note, map }: GuestKernel,
  layout: StructPage,
  lost: ReadonlySet<number>,
  unsafe: Map<number, Unsafe>,
): { readonly pages: Map<number, LostPage>; readonly pageTables: readonly number[] } => {
  const classes = classify(note, map, image);
  const pages = new Map<number, LostPage>();
  const pageTables: number[] = [];
  // Those without a `struct page` stay so.
  for (const index of lost) unsafe.set(index, "notAnonymous");
  let start = 0;
  for (const { first, frames } of image.regions) {
    map.forEach(first, frames, (frame, page, at, { low, high }) => {
      const mapcount = page.getInt32(at + layout.at.mapcount, true);
      if (mapcount === layout.pageTable) pageTables.push(frame);
      const index = start + frame - first;
      if (!lost.has(index)) return;
      const reason = unsafeBy(page, at, layout, frameClasses[classes[index]!]!);
      if (reason !== undefined) {
        unsafe.set(index, reason);
        return;
      }
      unsafe.delete(index);
      const base = (BigInt(high) << 32n) | BigInt(low);
      const mapcountAt = base + BigInt(frame * map.pageBytes + layout.at.mapcount);
      pages.set(frame, { index, mapped: mapcount + 1, entries: [], mapcountAt });
    });
    start += frames;
  }
  return { pages, pageTables };
};

/** The lowest bits of a page's `mapping`: that it is anonymous, and one of the two kinds that are not. */
const mappingKinds = 3;
const anonymous = 1;

const unsafeBy = (
  page: DataView,
  start: number,
  { at, head, lru }: StructPage,
  frameClass: FrameClass,
): Unsafe | undefined => {
  if (frameClass === "anonymous-locked") return "locked";
  if (frameClass !== "anonymous") return "notAnonymous";
  const flags = page.getUint32(start + at.flags, true);
  if ((flags & head) !== 0 || (page.getUint8(start + at.compoundHead) & 1) === 1) return "compound";
  if ((page.getUint8(start + at.mapping) & mappingKinds) !== anonymous) return "merged";
  // On its way to an LRU list a page is held by the batch in which it goes there.
  const batch = (flags & lru) === 0 ? 1 : 0;
  const mapped = page.getInt32(start + at.mapcount, true) + 1;
  const references = page.getInt32(start + at.references, true);
  return mapped < 1 || references < mapped || references > mapped + batch ? "referred" : undefined;
};

/** Low bits of an entry: present, for processes, and of the next higher level where it maps a larger page. */
const [present, user, larger] = [1, 4, 0x80];

/** Notes where page tables map the pages. */
const findEntries = (image: MemoryImage, pageTables: readonly number[], pages: ReadonlyMap<number, LostPage>): void => {
  const reader = new FrameReader(image, Buffer.allocUnsafeSlow(16 * frameSize));
  for (const table of pageTables) {
    const content = reader.frame(table, "a page table");
    const view = new DataView(content.buffer, content.byteOffset, frameSize);
    const offset = image.offsetOf(table);
    for (let at = 0; at < frameSize; at += 8) {
      const low = view.getUint32(at, true);
      if ((low & (present | user)) !== (present | user) || (low & larger) !== 0) continue;
      // Bits 12 to 51.
      const frame = (view.getUint32(at + 4, true) & 0xfffff) * 2 ** 20 + (low >>> 12);
      pages.get(frame)?.entries.push(offset + at);
    }
  }
};

/** Finds the byte of the file at which a virtual address of the kernel's lies; neighbours lie in the same page. */
const placing = (image: MemoryImage, { note, tables }: GuestKernel): ((address: bigint) => number) => {
  let [page, offset] = [-1n, 0];
  return (address) => {
    if (address >> 12n !== page) {
      const frame = tables.frameOf(address);
      offset = frame === undefined ? -1 : image.offsetOf(frame);
      if (offset < 0) throw note.error(`0x${address.toString(16)} of the memory map is not where it was`);
      page = address >> 12n;
    }
    return offset + Number(address & 0xfffn);
  };
};
