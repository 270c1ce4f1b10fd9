import type { FileHandle } from "node:fs/promises";
import { ownDisk } from "./own-disk.ts";

/** A file that is being read, by as many. */
interface Front {
  readers: number;
  /** Bytes that have been asked of the disk so far. */
  at: number;
  passing: Promise<void>;
}

/** By device and inode. */
const fronts = new Map<string, Front>();

/**
 * Lets pieces of a file pass the disk. What several read of it at the same time passes once, as in the model: a source reads a
 * copy once for all hosts that it goes to.
 */
export async function* offDisk(file: FileHandle, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { dev, ino } = await file.stat();
  const key = `${dev} ${ino}`;
  const front = fronts.get(key) ?? { readers: 0, at: 0, passing: Promise.resolve() };
  fronts.set(key, front);
  front.readers += 1;
  let at = 0;
  try {
    for await (const piece of pieces) {
      at += piece.length;
      if (at > front.at) {
        front.passing = ownDisk.read.pass(at - front.at);
        front.at = at;
      }
      await front.passing;
      yield piece;
    }
  } finally {
    front.readers -= 1;
    if (front.readers === 0) fronts.delete(key);
  }
}
