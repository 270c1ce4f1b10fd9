import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { readAt } from "./read-at.ts";

/** Takes bytes at the end of what it has got. */
export type Put = (bytes: Uint8Array) => void;

const chunk = 2 ** 20;

/** Writes a new file that is private to its user, under its name only once it is whole and on the disk. @returns bytes */
export const writeWhole = async (path: string, write: (put: Put) => Promise<void>): Promise<number> => {
  const draft = `${path}.draft`;
  const descriptor = openSync(draft, "wx", 0o600);
  let total = 0;
  try {
    await write((bytes) => {
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
      total += bytes.length;
    });
    fsyncSync(descriptor);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return total;
};

/** Gives a range of a file piece by piece. */
export const copyRange = (from: number, at: number, length: number, put: (bytes: Buffer) => void): void => {
  for (let done = 0; done < length; done += chunk) put(readAt(from, at + done, Math.min(chunk, length - done)));
};

/** Pages after which others have their turn: whoever listens for heartbeats is not to be kept from it for seconds. */
export const turn = 1024;
