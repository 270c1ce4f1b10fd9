import { MemoryImageError } from "./image-error.ts";
import { FrameReader, frameSize, type MemoryImage, zeroFrame } from "./memory-image.ts";
import { MemoryMap } from "./memory-map.ts";
import { classify } from "./page-classes.ts";
import { PageTables } from "./page-tables.ts";
import { mostNotes, noteAt, type VmCoreInfo } from "./vmcoreinfo.ts";

/** What a guest's own kernel uses its frames for. */
export interface ClassifiedFrames {
  /** Of the kernel. */
  readonly release: string;
  /** Of each frame, in the order of the image's regions, as an index into `frameClasses`. */
  readonly classes: Uint8Array;
}

/** What an image is read with: what its kernel says of itself, its page tables, and its memory map. */
export interface GuestKernel {
  readonly note: VmCoreInfo;
  readonly tables: PageTables;
  readonly map: MemoryMap;
}

/** Calls back with the first of an image's notes that leads to a memory map. @throws MemoryImageError, that of the last, if none does */
export const withKernel = <T>(image: MemoryImage, notes: readonly VmCoreInfo[], use: (kernel: GuestKernel) => T): T => {
  let failure: unknown = new MemoryImageError(
    `${image.name}: no VMCOREINFO was found; is it the memory of a Linux guest?`,
  );
  for (const note of notes)
    try {
      const tables = new PageTables(note, image);
      return use({ note, tables, map: new MemoryMap(note, tables, image) });
    } catch (error) {
      if (!(error instanceof MemoryImageError)) throw error;
      failure = error;
    }
  throw failure;
};

/** By the first of the image's notes that leads to a memory map. @throws MemoryImageError, that of the last, if none does */
export const classifiedBy = (image: MemoryImage, notes: readonly VmCoreInfo[]): ClassifiedFrames =>
  withKernel(image, notes, ({ note, map }) => ({ release: note.release, classes: classify(note, map, image) }));

/**
 * Classifies every frame of a Linux guest; of frames that are no note only their first bytes are looked at.
 *
 * @throws MemoryImageError if no Linux is found in the image, or its structures are broken
 */
export const classifiedFrames = (image: MemoryImage): ClassifiedFrames => classifiedBy(image, notesIn(image));

/** What may be notes of an image's kernel. @throws MemoryImageError if the file ends before its time */
export const notesIn = (image: MemoryImage): VmCoreInfo[] => {
  const window = Buffer.allocUnsafeSlow(64 * frameSize);
  const reader = new FrameReader(image, window);
  const notes: VmCoreInfo[] = [];
  for (const { first, frames, at } of image.regions)
    for (let i = 0; i < frames && notes.length < mostNotes; i++) {
      const offset = typeof at === "number" ? at + i * frameSize : at[i]!;
      if (offset === zeroFrame) continue;
      const note = noteAt(window, reader.locate(offset, first + i, "the kernel's note"));
      if (note !== undefined) notes.push(note(`${image.name}: frame ${first + i}`));
    }
  return notes;
};
