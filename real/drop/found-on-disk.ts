import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { hashBytes } from "../capture/page-record.ts";
import { readAt } from "../capture/read-at.ts";
import { frameSize } from "../pages/memory-image.ts";
import { TestbedError } from "../testbed-error.ts";
import type { DiskBlocks } from "./disk-blocks.ts";
import type { StreamPage } from "./left-out.ts";

/** Where the content of a page lies on the guest's own disk. */
export interface OnDisk {
  /** Byte of the disk at which it begins. */
  readonly start: number;
  /** Of the content, by which it is believed when it is read again: the first 16 bytes of its SHA-256. */
  readonly hash: Buffer;
}

/** Bytes of a disk that are read at once. */
const piece = 64 * frameSize;

const hashOf = (content: Uint8Array): Buffer => createHash("sha256").update(content).digest().subarray(0, hashBytes);

/**
 * Looks on a guest's disk of the same cut for contents of its pages: what its kernel has cached of a file, and not changed,
 * is a block there, wherever the file system has put it. So it need not be stored, mapped by a process or not: it is read
 * again from there, exactly.
 *
 * @param hashes of contents: the first 16 bytes of their SHA-256, as Latin-1
 * @returns for contents that are there, the byte of the disk at which they begin, a multiple of their size
 * @throws TestbedError if a layer ends before its time
 */
export const placesOnDisk = async (hashes: Iterable<string>, disk: DiskBlocks): Promise<Map<string, number>> => {
  const wanted = new Set(hashes);
  const places = new Map<string, number>();
  for (const extent of disk.extents) {
    // Blocks of file systems lie at multiples of their size.
    const first = Math.ceil(extent.start / frameSize) * frameSize;
    const end = extent.start + extent.bytes;
    for (let at = first; at + frameSize <= end && wanted.size > 0; at += piece) {
      await setImmediate();
      const bytes = Math.floor((Math.min(end, at + piece) - at) / frameSize) * frameSize;
      const content = disk.read(at, bytes);
      for (let i = 0; i < bytes; i += frameSize) {
        const key = hashOf(content.subarray(i, i + frameSize)).toString("latin1");
        if (wanted.delete(key)) places.set(key, at + i);
      }
    }
  }
  return places;
};

/**
 * The same for pages of a stream.
 *
 * @returns for pages that are there, where
 * @throws TestbedError if the stream or a layer ends before its time
 */
export const foundOnDisk = async (
  stream: string,
  pages: readonly StreamPage[],
  disk: DiskBlocks,
): Promise<Map<StreamPage, OnDisk>> => {
  const wanted = new Map<string, StreamPage[]>();
  const descriptor = openSync(stream, "r");
  try {
    for (const page of pages) {
      const key = hashOf(readAt(descriptor, page.offset, frameSize)).toString("latin1");
      const same = wanted.get(key);
      if (same === undefined) wanted.set(key, [page]);
      else same.push(page);
    }
  } finally {
    closeSync(descriptor);
  }
  const places = await placesOnDisk(wanted.keys(), disk);
  return new Map(
    [...places].flatMap(([key, start]) =>
      wanted.get(key)!.map((page) => [page, { start, hash: Buffer.from(key, "latin1") }] as const),
    ),
  );
};

/** Reads a page again from the disk. @throws TestbedError if another content is there */
export const readAgain = (disk: DiskBlocks, { start, hash }: OnDisk): Buffer => {
  const content = disk.read(start, frameSize);
  if (!hashOf(content).equals(hash))
    throw new TestbedError(`the disk has another content at ${start} than the page that was cached of it`);
  return content;
};
