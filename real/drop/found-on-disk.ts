import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { readAt } from "../capture/read-at.ts";
import { frameSize } from "../pages/memory-image.ts";
import { TestbedError } from "../testbed-error.ts";
import type { DiskBlocks } from "./disk-blocks.ts";
import { leaveOut, type StreamPage } from "./left-out.ts";

/** Where the content of a page lies on the guest's own disk. */
export interface OnDisk {
  /** Byte of the disk at which it begins. */
  readonly start: number;
  /** SHA-256 of the content, by which it is believed when it is read again. */
  readonly digest: string;
}

/** Bytes of a disk that are read at once. */
const piece = 64 * frameSize;

export const digestOfPage = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

/**
 * Looks on a guest's disk of the same cut for contents of its pages: what its kernel has cached of a file, and not changed,
 * is a block there, wherever the file system has put it. So it need not be stored, mapped by a process or not: it is read
 * again from there, exactly.
 *
 * @param digests SHA-256 of the pages that are looked for
 * @returns those that are there, by their digest
 */
export const foundOnDisk = async (disk: DiskBlocks, digests: Iterable<string>): Promise<Map<string, OnDisk>> => {
  const wanted = new Set(digests);
  const found = new Map<string, OnDisk>();
  for (const extent of disk.extents) {
    // Blocks of file systems lie at multiples of their size.
    const first = Math.ceil(extent.start / frameSize) * frameSize;
    const end = extent.start + extent.bytes;
    for (let at = first; at + frameSize <= end && found.size < wanted.size; at += piece) {
      await setImmediate();
      const bytes = Math.floor((Math.min(end, at + piece) - at) / frameSize) * frameSize;
      const content = disk.read(at, bytes);
      for (let i = 0; i < bytes; i += frameSize) {
        const digest = digestOfPage(content.subarray(i, i + frameSize));
        if (wanted.has(digest) && !found.has(digest)) found.set(digest, { start: at + i, digest });
      }
    }
  }
  return found;
};

/**
 * Makes a stream without those of its pages that are found on the disk, and fills them from there, as a restore does; all
 * others stay.
 *
 * @param to as `leaveOut` takes it
 * @returns how many were found
 * @throws TestbedError
 */
export const leaveToDisk = async (
  stream: string,
  to: string,
  pages: readonly StreamPage[],
  disk: DiskBlocks,
): Promise<number> => {
  const digests = new Map<StreamPage, string>();
  const descriptor = openSync(stream, "r");
  try {
    for (const page of pages) digests.set(page, digestOfPage(readAt(descriptor, page.offset, frameSize)));
  } finally {
    closeSync(descriptor);
  }
  const found = await foundOnDisk(disk, digests.values());
  const placeOf = (page: StreamPage): OnDisk | undefined => found.get(digests.get(page)!);
  const left = pages.filter((page) => placeOf(page) !== undefined);
  await leaveOut(stream, to, left, (page) => readAgain(disk, placeOf(page)!));
  return left.length;
};

/** Reads a page again from the disk. @throws TestbedError if another content is there */
export const readAgain = (disk: DiskBlocks, { start, digest }: OnDisk): Buffer => {
  const content = disk.read(start, frameSize);
  if (digestOfPage(content) !== digest)
    throw new TestbedError(`the disk has another content at ${start} than the page that was cached of it`);
  return content;
};
