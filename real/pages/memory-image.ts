import { readSync } from "node:fs";
import { MemoryImageError } from "./image-error.ts";

export const frameSize = 4096;

/** A zero page of a stream, of which there are no bytes in the file. */
export const zeroFrame = -1;
/** A frame whose content the file does not have. */
export const missingFrame = -2;

/** Frames that follow each other in the guest's physical memory. */
export interface Region {
  readonly first: number;
  readonly frames: number;
  /** Where the frames are in the file: one after the other from an offset, or each at its own (or `zeroFrame`). */
  readonly at: number | Float64Array;
}

/** The physical memory of a guest, in a file that is open. */
export class MemoryImage {
  readonly name: string;
  readonly file: number;
  readonly regions: readonly Region[];
  /** Frames of all regions. */
  readonly frames: number;
  /** Of them, those whose content has bytes in the file. */
  readonly held: number;
  /** One past the highest frame. */
  readonly end: number;
  /** Frames below each region. */
  readonly #starts: readonly number[];

  /** @throws MemoryImageError if there is no memory in it, or regions overlap */
  constructor(name: string, file: number, regions: readonly Region[]) {
    this.name = name;
    this.file = file;
    this.regions = [...regions].sort((a, b) => a.first - b.first);
    const starts: number[] = [];
    this.frames = this.regions.reduce((sum, { frames }) => {
      starts.push(sum);
      return sum + frames;
    }, 0);
    this.#starts = starts;
    this.held = this.regions.reduce((sum, region) => sum + heldIn(region), 0);
    if (this.frames === 0) throw new MemoryImageError(`${name}: holds no memory`);
    this.end = this.regions.reduce((end, { first, frames }) => {
      if (first < end) throw new MemoryImageError(`${name}: two parts hold frame ${first}; parts may not overlap`);
      return first + frames;
    }, 0);
  }

  /** Byte offset of a frame in the file, `zeroFrame` or `missingFrame`. */
  offsetOf(frame: number): number {
    const found = this.#regionOf(frame);
    if (found === undefined) return missingFrame;
    const { first, at } = this.regions[found]!;
    const index = frame - first;
    return typeof at === "number" ? at + index * frameSize : at[index]!;
  }

  /** How many frames of the image are below this one, or undefined if the image does not have it. */
  indexOf(frame: number): number | undefined {
    const found = this.#regionOf(frame);
    return found === undefined ? undefined : this.#starts[found]! + frame - this.regions[found]!.first;
  }

  #regionOf(frame: number): number | undefined {
    let [low, high] = [0, this.regions.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { first, frames } = this.regions[middle]!;
      if (first + frames <= frame) low = middle + 1;
      else high = middle;
    }
    const region = this.regions[low];
    return region === undefined || frame < region.first ? undefined : low;
  }
}

const zeros = new Uint8Array(frameSize);

const heldIn = ({ frames, at }: Region): number => {
  if (typeof at === "number") return frames;
  let held = 0;
  for (const offset of at) if (offset >= 0) held++;
  return held;
};

/** Reads frames through a window on the file. */
export class FrameReader {
  readonly #image: MemoryImage;
  readonly #window: Buffer;
  #from = 0;
  #filled = 0;

  /** @param window what is read is put there; at least one frame */
  constructor(image: MemoryImage, window: Buffer) {
    this.#image = image;
    this.#window = window;
  }

  /**
   * The content of a frame, valid until the next call.
   *
   * @throws MemoryImageError naming `what`, if the file does not have it
   */
  frame(frame: number, what: string): Uint8Array {
    const offset = this.#image.offsetOf(frame);
    if (offset === zeroFrame) return zeros;
    const start = this.locate(offset, frame, what);
    return this.#window.subarray(start, start + frameSize);
  }

  /**
   * Where a frame begins in the window, until the next call.
   *
   * @param offset the byte of the file at which it begins, or `missingFrame`
   * @throws MemoryImageError as `frame` does
   */
  locate(offset: number, frame: number, what: string): number {
    const { name } = this.#image;
    if (offset === missingFrame)
      throw new MemoryImageError(`${name}: ${what} would be in frame ${frame}, which the file does not have`);
    if (offset < this.#from || offset + frameSize > this.#from + this.#filled) {
      this.#from = offset;
      this.#filled = readSync(this.#image.file, this.#window, 0, this.#window.length, offset);
      if (this.#filled < frameSize)
        throw new MemoryImageError(`${name}: ends at byte ${offset + this.#filled}, inside frame ${frame} (${what})`);
    }
    return offset - this.#from;
  }
}
