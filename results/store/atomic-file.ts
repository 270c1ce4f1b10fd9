import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/**
 * Writes a file so that whoever reads it finds all of it or none: beside its place first, then moved there. What was there
 * before is replaced. Leaves nothing behind when it fails, as on a full disk.
 */
export const writeAtomically = (path: string, bytes: Uint8Array | string): void => {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  // Nodes that share a file system may share numbers of processes.
  const beside = join(folder, `.${basename(path)}.${hostname()}.${process.pid}.tmp`);
  try {
    const file = openSync(beside, "w");
    try {
      const data = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
      for (let done = 0; done < data.length; ) done += writeSync(file, data, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
};
