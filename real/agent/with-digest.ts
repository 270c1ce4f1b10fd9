import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { offDisk } from "../disk/off-disk.ts";
import { piecesOf } from "./files.ts";

/** All of a file, as fast as the disk gives it, then its SHA-256. @throws Error unless it has so many bytes */
export async function* withDigest(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of offDisk(file, piecesOf(file))) {
    hash.update(piece);
    bytes += piece.length;
    yield piece;
  }
  if (bytes !== size) throw new Error(`a file had ${size} bytes, and now ${bytes}`);
  yield hash.digest();
}
