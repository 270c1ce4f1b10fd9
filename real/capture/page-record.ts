import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import * as z from "zod/mini";
import { fileName } from "../agent/file-name.ts";
import { TestbedError } from "../testbed-error.ts";
import { readAt } from "./read-at.ts";
import type { StandIn } from "./stand-ins.ts";

export const frameBytes = 4096;
export const hashBytes = 16;
export const recordMagic = Buffer.from("SNAPREC3");
/** Of a frame whose content is in no pack: it holds zeros, or is of a type that is not stored. */
export const noPack = 255;
const mostHeaderBytes = 2 ** 16;
/** Of a guest with 1 TiB. */
const mostFrames = 2 ** 28;
/** Bytes of a place: the frame, its pack, and the number of its content there, 4 bytes each. */
export const placeBytes = 12;
/** Bytes of a stand-in: the frame, and what stands in for its content, 4 bytes each. */
export const standInBytes = 8;

const count = z.int().check(z.nonnegative());
const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const head = z.strictObject({
  kind: z.enum(["full", "incremental"]),
  /** Digest of the record that it builds on. */
  base: z.nullable(digest),
  frames: count.check(z.maximum(mostFrames)),
  /** Pages whose content is in the stream; the other frames hold zeros. */
  pages: count.check(z.maximum(mostFrames)),
  /** Frames whose content is in the packs of this record. */
  placed: count.check(z.maximum(mostFrames)),
  /** Frames whose content may be lost. */
  standIns: count.check(z.maximum(mostFrames)),
  /** Files beside it with contents of pages, one after the other. */
  packs: z.array(z.strictObject({ name: fileName, pages: count })).check(z.maxLength(512)),
  streamBytes: count,
  /** Of the stream, which a rebuilt one must have. */
  stream: digest,
});
export type RecordHead = z.infer<typeof head>;

/** Where the content of a frame is. */
export interface PagePlace {
  /** Index of the pack in the record's head. */
  readonly pack: number;
  /** Counted from 0. */
  readonly page: number;
}

/**
 * One version of a guest's memory and devices: a migration stream without the contents of its pages. Those lie in packs
 * beside it, and what the version before has, too, in its packs. The file: magic, length of the head (4 bytes, little endian),
 * head as JSON; a hash of each frame (the first 16 bytes of its SHA-256), and in which group of packs its content is, in this
 * version or an earlier one (a byte, or `noPack`); of each page in the order of the stream its offset there (8 bytes) and its
 * frame (4); the places of the frames that this version has packed; what stands in for frames whose content may
 * be lost; what of the stream is no content of a page; and the SHA-256 of all that, by which the next version calls it.
 */
export class PageRecord {
  readonly path: string;
  readonly head: RecordHead;
  readonly digest: string;
  readonly hashes: Buffer;
  /** Of each frame. */
  readonly groups: Buffer;
  /** Of each page: where in the stream its content begins, rising, and which frame it is. */
  readonly offsets: Float64Array;
  readonly frames: Uint32Array;
  /** By frame. */
  readonly places: ReadonlyMap<number, PagePlace>;
  /** By frame, for those whose content may be lost: what a restore has instead. */
  readonly standIns: ReadonlyMap<number, StandIn>;
  readonly skeletonAt: number;

  private constructor(path: string, parts: Omit<PageRecord, "path">) {
    this.path = path;
    this.head = parts.head;
    this.digest = parts.digest;
    this.hashes = parts.hashes;
    this.groups = parts.groups;
    this.offsets = parts.offsets;
    this.frames = parts.frames;
    this.places = parts.places;
    this.standIns = parts.standIns;
    this.skeletonAt = parts.skeletonAt;
  }

  /** Reads all of a record but its packs and what is between pages. @throws TestbedError naming what is wrong with it */
  static open(path: string): PageRecord {
    const descriptor = openSync(path, "r");
    try {
      return new PageRecord(path, read(path, descriptor, fstatSync(descriptor).size));
    } finally {
      closeSync(descriptor);
    }
  }
}

const read = (path: string, descriptor: number, size: number): Omit<PageRecord, "path"> => {
  const fault = (what: string): TestbedError =>
    new TestbedError(`${path}: ${what}; it is no record, or was altered or cut off`);
  const bytes = (at: number, length: number, what: string): Buffer => {
    const ended = (): Error => fault(`it ends within its ${what}`);
    if (at + length > size - 32) throw ended();
    return readAt(descriptor, at, length, ended);
  };
  const begin = bytes(0, 12, "head");
  if (!begin.subarray(0, 8).equals(recordMagic)) throw fault("it does not begin as records do");
  const headBytes = begin.readUInt32LE(8);
  if (headBytes > mostHeaderBytes) throw fault("its head is too long");
  const given = headOf(bytes(12, headBytes, "head").toString("utf8"));
  if (given === undefined) throw fault("its head is none");
  const { frames, pages, placed, standIns, packs, streamBytes, kind, base } = given;
  const names = new Set(packs.map(({ name }) => name));
  if (
    pages > frames ||
    placed > pages ||
    standIns > pages ||
    pages * frameBytes > streamBytes ||
    (kind === "full") !== (base === null) ||
    names.size !== packs.length
  )
    throw fault("its head contradicts itself");
  let at = 12 + headBytes;
  const next = (length: number): number => {
    const here = at;
    at += length;
    return here;
  };
  const [hashesAt, groupsAt, pagesAt] = [next(frames * hashBytes), next(frames), next(pages * 12)];
  const [placesAt, standInsAt] = [next(placed * placeBytes), next(standIns * standInBytes)];
  const skeletonAt = next(streamBytes - pages * frameBytes);
  // Sizes are known to be right before anything of these sizes is read.
  if (at + 32 !== size) throw fault(`it has ${size} bytes; its head says ${at + 32}`);
  const digest = digestOf(descriptor, size - 32);
  const last = readAt(descriptor, size - 32, 32, () => fault("it ends within its digest"));
  if (digest !== last.toString("hex")) throw fault("its digest is another");
  const table = bytes(pagesAt, pages * 12, "pages");
  const offsets = Float64Array.from({ length: pages }, (_, i) => Number(table.readBigUInt64LE(i * 12)));
  const numbers = Uint32Array.from({ length: pages }, (_, i) => table.readUInt32LE(i * 12 + 8));
  const isInOrder = offsets.every((offset, i) => offset >= (i === 0 ? 0 : offsets[i - 1]! + frameBytes));
  const end = pages === 0 ? 0 : offsets[pages - 1]! + frameBytes;
  if (!isInOrder || end > streamBytes || numbers.some((frame) => frame >= frames))
    throw fault("its pages lie elsewhere");
  const list = bytes(placesAt, placed * placeBytes, "places");
  const places = new Map<number, PagePlace>();
  for (let i = 0; i < list.length; i += placeBytes) {
    const place = { pack: list.readUInt32LE(i + 4), page: list.readUInt32LE(i + 8) };
    if (place.page >= (packs[place.pack]?.pages ?? 0)) throw fault("a page is in none of its packs");
    places.set(list.readUInt32LE(i), place);
  }
  if (places.size !== placed) throw fault("a page is in it twice");
  const stands = bytes(standInsAt, standIns * standInBytes, "stand-ins");
  const instead = new Map<number, StandIn>();
  for (let i = 0; i < stands.length; i += standInBytes) instead.set(stands.readUInt32LE(i), stands.readUInt32LE(i + 4));
  if (instead.size !== standIns) throw fault("something stands in for a frame twice");
  const hashes = bytes(hashesAt, frames * hashBytes, "hashes");
  const groups = bytes(groupsAt, frames, "groups");
  return { head: given, digest, hashes, groups, offsets, frames: numbers, places, standIns: instead, skeletonAt };
};

const headOf = (text: string): RecordHead | undefined => {
  try {
    return head.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

const digestOf = (descriptor: number, length: number): string => {
  const hash = createHash("sha256");
  const buffer = Buffer.alloc(2 ** 20);
  for (let at = 0; at < length; ) {
    const got = readSync(descriptor, buffer, 0, Math.min(buffer.length, length - at), at);
    if (got === 0) break;
    hash.update(buffer.subarray(0, got));
    at += got;
  }
  return hash.digest("hex");
};
