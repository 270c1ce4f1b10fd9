import { createHash } from "node:crypto";
import { closeSync, openSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type PageType, pageTypes } from "../../models/scenario.ts";
import { frameTypes } from "../pages/frame-types.ts";
import { MemoryImageError } from "../pages/image-error.ts";
import { TestbedError } from "../testbed-error.ts";
import {
  frameBytes,
  hashBytes,
  noPack,
  type PageRecord,
  placeBytes,
  type RecordHead,
  recordMagic,
} from "./page-record.ts";
import { readAt } from "./read-at.ts";
import { readStream, type StreamPages } from "./stream-pages.ts";
import { copyRange, turn, writeWhole } from "./whole-file.ts";

/** Pages of some types, whose contents go into a file of their own. */
export interface PackPlan {
  /** Of the file, beside the record. */
  readonly name: string;
  readonly types: readonly PageType[];
}

/** What a record has saved. */
export interface Recorded {
  readonly kind: RecordHead["kind"];
  readonly frames: number;
  /** Frames of zeros. */
  readonly zero: number;
  /** Pages whose content is another than in the version before. */
  readonly changed: number;
  /** Pages whose content is not, but which are of a type now that is stored better than theirs was. */
  readonly moved: number;
  /** Those that were written; a pack without pages is none. In bytes of the file. */
  readonly packs: { name: string; bytes: number }[];
  /** Of the stream, and of the record and its packs. */
  readonly logicalBytes: number;
  readonly writtenBytes: number;
  /** Seconds for reading, hashing, comparing and writing; and for finding out the types of pages. */
  readonly seconds: number;
  readonly typingSeconds: number;
  /** Why no types were found, in which case all pages are in the first pack; null: they were, or nobody asked. */
  readonly untyped: string | null;
}

/**
 * Records a captured stream: all of it, or, with the record of the version before, only pages whose content is another, or lies
 * in a pack that is stored less well than the page deserves now.
 *
 * @param packs by falling number of copies; pages of a type that is in none of them are stored nowhere. They are told apart as the
 *   guest's own kernel does; pages of a guest that cannot be read so are all in the first pack, which is stored best
 * @throws MemoryImageError for a stream that is none; TestbedError for a base of a guest with other memory
 */
export const recordStream = async (
  stream: string,
  path: string,
  packs: readonly PackPlan[],
  base?: PageRecord,
): Promise<Recorded> => {
  const began = performance.now();
  const descriptor = openSync(stream, "r");
  const written: string[] = [];
  try {
    const isTyped = packs.length > 0 && !pageTypes.every((type) => packs[0]!.types.includes(type));
    const read = await readStream(stream, descriptor, isTyped);
    if (base !== undefined && base.head.frames !== read.frames)
      throw new TestbedError(
        `${base.path}: its guest has ${base.head.frames} frames, that of ${stream} ${read.frames}`,
      );
    const { groupOf, ...typing } = groupsOf(read, packs);
    const { groups, added, changed, moved } = compared(read, groupOf, base);
    const heads: { name: string; pages: number }[] = [];
    const places = Buffer.alloc(added.length * placeBytes);
    const files: { name: string; bytes: number }[] = [];
    let placed = 0;
    for (const [group, { name }] of packs.entries()) {
      const own = added.filter(({ frame }) => groups[frame] === group);
      if (own.length === 0) continue;
      for (const [page, { frame }] of own.entries()) {
        for (const [i, word] of [frame, heads.length, page].entries()) places.writeUInt32LE(word, placed + 4 * i);
        placed += placeBytes;
      }
      const file = join(dirname(path), name);
      const bytes = await writeWhole(file, async (put) => {
        for (const [i, { offset }] of own.entries()) {
          if (i % turn === 0) await setImmediate();
          put(readAt(descriptor, offset, frameBytes));
        }
      });
      written.push(file);
      heads.push({ name, pages: own.length });
      files.push({ name, bytes });
    }
    const head: RecordHead = {
      kind: base === undefined ? "full" : "incremental",
      base: base?.digest ?? null,
      frames: read.frames,
      pages: read.pages.length,
      placed: added.length,
      packs: heads,
      streamBytes: read.bytes,
      stream: read.digest,
    };
    const recordBytes = await writeRecord(path, descriptor, head, { read, groups, places });
    return {
      kind: head.kind,
      frames: read.frames,
      zero: read.frames - read.pages.length,
      changed,
      moved,
      packs: files,
      logicalBytes: read.bytes,
      writtenBytes: files.reduce((sum, { bytes }) => sum + bytes, recordBytes),
      seconds: (performance.now() - began) / 1000,
      ...typing,
    };
  } catch (error) {
    for (const file of written) rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
};

/** Into which pack the content of a frame would go. */
type GroupOf = (frame: number) => number;

const groupsOf = (
  { memory }: StreamPages,
  packs: readonly PackPlan[],
): { readonly groupOf: GroupOf } & Pick<Recorded, "typingSeconds" | "untyped"> => {
  const began = performance.now();
  const only = packs.length === 0 ? noPack : 0;
  if (memory === undefined) return { groupOf: () => only, typingSeconds: 0, untyped: null };
  const typing = { typingSeconds: 0, untyped: null };
  const groupOfType = pageTypes.map((type) => {
    const group = packs.findIndex(({ types }) => types.includes(type));
    return group < 0 ? noPack : group;
  });
  try {
    const types = frameTypes(memory.image, memory.notes);
    const typingSeconds = (performance.now() - began) / 1000;
    return { groupOf: (frame) => groupOfType[types[frame]!]!, ...typing, typingSeconds };
  } catch (error) {
    if (!(error instanceof MemoryImageError)) throw error;
    return { groupOf: () => only, ...typing, untyped: error.message };
  }
};

/** Which pages are to be packed, and in which group of packs the content of each frame is then. */
const compared = (
  { frames, pages, hashes }: StreamPages,
  groupOf: GroupOf,
  base: PageRecord | undefined,
): {
  readonly groups: Buffer;
  readonly added: readonly { readonly offset: number; readonly frame: number }[];
  readonly changed: number;
  readonly moved: number;
} => {
  const groups = Buffer.alloc(frames, noPack);
  const added: { offset: number; frame: number }[] = [];
  let [changed, moved] = [0, 0];
  const hashOf = (all: Buffer, frame: number): Buffer => all.subarray(frame * hashBytes, (frame + 1) * hashBytes);
  for (const page of pages) {
    const { frame } = page;
    const group = groupOf(frame);
    const isOther = base === undefined || !hashOf(hashes, frame).equals(hashOf(base.hashes, frame));
    const before = isOther ? noPack : base.groups[frame]!;
    groups[frame] = Math.min(group, before);
    if (isOther) changed += 1;
    if (group >= before) continue;
    added.push(page);
    if (!isOther) moved += 1;
  }
  return { groups, added, changed, moved };
};

const writeRecord = (
  path: string,
  stream: number,
  head: RecordHead,
  {
    read: { bytes, pages, hashes },
    groups,
    places,
  }: { readonly read: StreamPages; readonly groups: Buffer; readonly places: Buffer },
): Promise<number> =>
  writeWhole(path, async (write) => {
    const hash = createHash("sha256");
    const put = (part: Uint8Array): void => {
      hash.update(part);
      write(part);
    };
    const text = Buffer.from(JSON.stringify(head));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    const table = Buffer.alloc(pages.length * 12);
    for (const [i, { offset, frame }] of pages.entries()) {
      table.writeBigUInt64LE(BigInt(offset), i * 12);
      table.writeUInt32LE(frame, i * 12 + 8);
    }
    for (const part of [recordMagic, length, text, hashes, groups, table, places]) put(part);
    let rest = 0;
    for (const { offset } of pages) {
      copyRange(stream, rest, offset - rest, put);
      rest = offset + frameBytes;
    }
    copyRange(stream, rest, bytes - rest, put);
    write(hash.digest());
  });
