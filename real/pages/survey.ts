import { hash } from "node:crypto";
import { MemoryImageError } from "./image-error.ts";
import { FrameReader, type MemoryImage } from "./memory-image.ts";
import { MemoryMap } from "./memory-map.ts";
import { classify, type FrameClass, frameClasses } from "./page-classes.ts";
import { PageTables } from "./page-tables.ts";
import type { SeenContents } from "./seen-contents.ts";
import { findNotes } from "./vmcoreinfo.ts";

/** Frames of one class. */
export interface ClassCount {
  readonly class: FrameClass;
  readonly frames: number;
  /** Of them, those that hold zeros only. */
  readonly zero: number;
  /** Of the rest, those whose content an earlier frame of the same machine has. */
  readonly inside: number;
  /** And those whose content no earlier frame of the machine has, but one of a machine that was surveyed before. */
  readonly across: number;
}

export interface Survey {
  readonly file: string;
  /** Of the guest's kernel. */
  readonly release: string;
  readonly frames: number;
  readonly classes: readonly ClassCount[];
}

const windowBytes = 1 << 20;

/**
 * Classifies every frame of a Linux guest by what its kernel says of itself, and counts zero and duplicate contents.
 *
 * @param machine a number that no other image in `seen` has
 * @throws MemoryImageError if no Linux is found in the image, or its structures are broken
 */
export const survey = (image: MemoryImage, machine: number, seen: SeenContents): Survey => {
  const reader = new FrameReader(image, windowBytes);
  const { release, classes } = classified(image, reader);
  const counts = frameClasses.map((name) => ({ class: name, frames: 0, zero: 0, inside: 0, across: 0 }));
  let index = 0;
  for (const { first, frames } of image.regions)
    for (let i = 0; i < frames; i++) {
      const count = counts[classes[index++]!]!;
      const content = reader.frame(first + i, "the survey");
      count.frames++;
      if (isZero(content)) {
        count.zero++;
        continue;
      }
      const digest = hash("sha1", content, "buffer");
      const found = seen.enter(digest.readUInt32LE(0), digest.readUInt32LE(4), machine);
      if (found !== "new") count[found]++;
    }
  return { file: image.name, release, frames: image.frames, classes: counts };
};

/** By the first of the image's notes that leads to a memory map; the error is that of the last. */
const classified = (image: MemoryImage, reader: FrameReader): { release: string; classes: Uint8Array } => {
  let failure: unknown = new MemoryImageError(
    `${image.name}: no VMCOREINFO was found; is it the memory of a Linux guest?`,
  );
  for (const note of findNotes(image, reader))
    try {
      const map = new MemoryMap(note, new PageTables(note, image), image);
      return { release: note.release, classes: classify(note, map, image) };
    } catch (error) {
      if (!(error instanceof MemoryImageError)) throw error;
      failure = error;
    }
  throw failure;
};

const isZero = (content: Uint8Array): boolean => {
  if (content.byteOffset % 4 !== 0) return content.every((byte) => byte === 0);
  const halves = new Int32Array(content.buffer, content.byteOffset, content.length / 4);
  for (let i = 0; i < halves.length; i++) if (halves[i] !== 0) return false;
  return true;
};
