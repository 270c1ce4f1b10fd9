import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { ownDisk } from "../disk/own-disk.ts";
import { readAt } from "./read-at.ts";

/** Takes bytes at the end of what it has got. */
export type Put = (bytes: Uint8Array) => void;

const chunk = 2 ** 20;

/** Writes a new file that is private to its user, under its name only once it is whole and on the disk. @returns bytes */
export const writeWhole = async (path: string, write: (put: Put) => Promise<void>): Promise<number> => {
  const draft = `${path}.draft`;
  const descriptor = openSync(draft, "wx", 0o600);
  // Pages come one by one: a call for each of them would cost more than all else that is done with them.
  const held = Buffer.allocUnsafe(chunk);
  let [total, holding] = [0, 0];
  // It goes to the disk while the rest of it is made.
  let passed = Promise.resolve();
  const writeOut = (bytes: Uint8Array): void => {
    const { length } = bytes;
    for (let done = 0; done < length; ) done += writeSync(descriptor, bytes, done);
    passed = passed.then(() => ownDisk.write.pass(length));
  };
  const writeHeld = (): void => {
    writeOut(held.subarray(0, holding));
    holding = 0;
  };
  try {
    await write((bytes) => {
      total += bytes.length;
      if (holding + bytes.length > held.length) writeHeld();
      if (bytes.length >= held.length) return writeOut(bytes);
      held.set(bytes, holding);
      holding += bytes.length;
    });
    writeHeld();
    await passed;
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

/** Gives a range of a file piece by piece, each its receiver's to keep. */
export const copyRange = (from: number, at: number, length: number, put: (bytes: Buffer) => void): void => {
  for (let done = 0; done < length; done += chunk) put(readAt(from, at + done, Math.min(chunk, length - done)));
};

/** Pages after which others have their turn: whoever listens for heartbeats is not to be kept from it for seconds. */
export const turn = 1024;
