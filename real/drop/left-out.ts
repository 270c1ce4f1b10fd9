import { closeSync, constants, copyFileSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { classifiedFrames } from "../pages/classified-frames.ts";
import { frameSize, type MemoryImage, zeroFrame } from "../pages/memory-image.ts";
import { withImage } from "../pages/open-image.ts";
import { type FrameClass, frameClasses } from "../pages/page-classes.ts";
import { TestbedError } from "../testbed-error.ts";

/** A page of a stream. */
export interface StreamPage {
  /** Of the image, counted from the begin of RAM. */
  readonly index: number;
  /** Where its content begins in the stream. */
  readonly offset: number;
  /** What its kernel uses it for. */
  readonly class: FrameClass;
}

/** The pages of some classes in a captured stream. */
export interface ChosenPages {
  /** Those whose content is in the stream, in the order of RAM. */
  readonly pages: readonly StreamPage[];
  /** Frames of these classes that hold zeros, of which the stream has no content. */
  readonly zero: number;
}

/** Finds the pages of these classes. @throws MemoryImageError if the stream is none, or not that of a Linux guest */
export const pagesOf = (stream: string, classes: readonly FrameClass[]): ChosenPages =>
  withImage(stream, (image) => chosenOf(image, classifiedFrames(image).classes, classes));

const chosenOf = (image: MemoryImage, codes: Uint8Array, classes: readonly FrameClass[]): ChosenPages => {
  const wanted = frameClasses.map((name) => classes.includes(name));
  const pages: StreamPage[] = [];
  let [index, zero] = [0, 0];
  for (const { frames, at } of image.regions)
    for (let i = 0; i < frames; i++, index++) {
      const code = codes[index]!;
      if (!wanted[code]) continue;
      const offset = typeof at === "number" ? at + i * frameSize : at[i]!;
      if (offset === zeroFrame) zero++;
      else pages.push({ index, offset, class: frameClasses[code]! });
    }
  return { pages, zero };
};

/** Pages after which others have their turn. */
const turn = 1024;

/**
 * Makes the stream that a restore without these pages reads: zeros where their contents were, all else as it was captured,
 * states of devices too. A page that was sent more than once is left out as it was sent last, which is what counts.
 *
 * @param to a file that is not there yet; it is private to its user, and under its name only once it is whole
 * @param contentOf what a page gets instead of zeros, of 4096 bytes
 * @throws TestbedError for a content of another length, and what the file system says
 */
export const leaveOut = async (
  stream: string,
  to: string,
  pages: Iterable<StreamPage>,
  contentOf: (page: StreamPage) => Uint8Array = () => zeros,
): Promise<void> => {
  const draft = `${to}.draft`;
  copyFileSync(stream, draft, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const file = openSync(draft, "r+", 0o600);
  try {
    let done = 0;
    for (const page of pages) {
      if (done++ % turn === 0) await setImmediate();
      const content = contentOf(page);
      if (content.length !== frameSize) throw new TestbedError(`${to}: a page of ${content.length} bytes`);
      for (let put = 0; put < frameSize; ) put += writeSync(file, content, put, frameSize - put, page.offset + put);
    }
    fsyncSync(file);
    renameSync(draft, to);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
};

const zeros = new Uint8Array(frameSize);
