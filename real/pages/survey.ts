import { classifiedBy } from "./classified-frames.ts";
import { FrameReader, frameSize, type MemoryImage, zeroFrame } from "./memory-image.ts";
import { type FrameClass, frameClasses } from "./page-classes.ts";
import type { SeenContents } from "./seen-contents.ts";
import { mostNotes, noteAt, type VmCoreInfo } from "./vmcoreinfo.ts";

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

/** What a content may be. */
const kinds = ["new", "inside", "across", "zero"] as const;
const zero = kinds.indexOf("zero");

/**
 * Classifies every frame of a Linux guest by what its kernel says of itself, and counts zero and duplicate contents.
 * The file is read once, and its page tables and memory map again.
 *
 * @param machine a number that no other image in `seen` has
 * @throws MemoryImageError if no Linux is found in the image, or its structures are broken
 */
export const survey = (image: MemoryImage, machine: number, seen: SeenContents): Survey => {
  const scanned = scan(image, machine, seen);
  const { release, classes } = classifiedBy(image, scanned.notes);
  const tally = new Float64Array(frameClasses.length * kinds.length);
  for (let i = 0; i < image.frames; i++) tally[classes[i]! * kinds.length + scanned.kinds[i]!]!++;
  const counts = frameClasses.map((name, code) => {
    const [fresh, inside, across, zeros] = kinds.map((_, kind) => tally[code * kinds.length + kind]!);
    return { class: name, frames: fresh! + inside! + across! + zeros!, zero: zeros!, inside: inside!, across: across! };
  });
  return { file: image.name, release, frames: image.frames, classes: counts };
};

/** The kind of each frame, in the order of the image's regions, and the notes. */
const scan = (image: MemoryImage, machine: number, seen: SeenContents): { kinds: Uint8Array; notes: VmCoreInfo[] } => {
  const { contents } = seen;
  const reader = new FrameReader(image, contents.window);
  seen.reserve(image.held);
  const [found, notes] = [new Uint8Array(image.frames), [] as VmCoreInfo[]];
  let index = 0;
  for (const { first, frames, at } of image.regions)
    for (let i = 0; i < frames; i++, index++) {
      const offset = typeof at === "number" ? at + i * frameSize : at[i]!;
      const start = offset === zeroFrame ? undefined : reader.locate(offset, first + i, "the survey");
      if (start === undefined || contents.isZero(start)) {
        found[index] = zero;
        continue;
      }
      found[index] = kinds.indexOf(seen.enter(start, machine));
      const note = notes.length < mostNotes ? noteAt(contents.window, start) : undefined;
      if (note !== undefined) notes.push(note(`${image.name}: frame ${first + i}`));
    }
  return { kinds: found, notes };
};
