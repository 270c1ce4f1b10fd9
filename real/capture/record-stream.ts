import { createHash } from "node:crypto";
import { closeSync, openSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { ByteReader } from "../pages/byte-reader.ts";
import { type ChangedPages, changedPages, type PackPlan, type Typing } from "./changed-pages.ts";
import { frameBytes, type PageRecord, type RecordHead, recordMagic, standInBytes } from "./page-record.ts";
import { plannedPacks, type SharedPack } from "./planned-packs.ts";
import type { LosableTypes } from "./stand-ins.ts";
import { turn, writeWhole } from "./whole-file.ts";

/** What a record has saved. */
export interface Recorded extends Typing {
  readonly kind: RecordHead["kind"];
  readonly frames: number;
  /** Frames of zeros. */
  readonly zero: number;
  /** Pages whose content is another than in the version before. */
  readonly changed: number;
  /** Pages whose content is not, but which are of a type now that is stored better than theirs was. */
  readonly moved: number;
  /** Pages that this version adds to packs, its own or those that guests share. */
  readonly added: number;
  /** Pages that are to be read from the disk again when they are lost, and are not there: they are stored as the best. */
  readonly kept: number;
  /** Pages that are to be lost with their processes, and cannot be, and why: they are stored as the best, too. */
  readonly spared: string;
  /** Packs that were written, in bytes; one without pages is none. */
  readonly packs: { name: string; bytes: number }[];
  /** Of the stream, and of the record and the packs that were written. */
  readonly logicalBytes: number;
  readonly writtenBytes: number;
  /** Seconds for reading, hashing, comparing and writing. */
  readonly seconds: number;
}

export interface RecordOptions {
  /**
   * By falling number of copies; pages of a type that is in none of them are stored nowhere. They are told apart as the
   * guest's own kernel does; pages of a guest that cannot be read so are all in the first pack, which is stored best.
   */
  readonly packs: readonly PackPlan[];
  readonly base?: PageRecord;
  /** Of the later packs all copies may be lost; without it nothing stands in for any page. */
  readonly losable?: LosableTypes;
  /** Equal contents are stored once, also those that other guests have, in these packs. Without it each page is. */
  readonly shared?: readonly SharedPack[];
  /** What was found out about the stream before, with these packs and this base, and equal contents packed once. */
  readonly found?: ChangedPages;
}

/**
 * Records a captured stream: all of it, or, with the record of the version before, only pages whose content is another, or lies
 * in a pack that is stored less well than the page deserves now.
 *
 * @throws MemoryImageError for a stream that is none; TestbedError for a base of a guest with other memory
 */
export const recordStream = async (
  stream: string,
  path: string,
  { packs, base, losable, shared, found }: RecordOptions,
): Promise<Recorded> => {
  const began = performance.now();
  const descriptor = openSync(stream, "r");
  const written: string[] = [];
  try {
    const given = {
      packs,
      ...(base === undefined ? {} : { base }),
      ...(losable === undefined ? {} : { losable }),
      once: shared !== undefined,
    };
    const changes = found ?? (await changedPages(stream, descriptor, given));
    const { read, added, changed, moved, kept, spared, standIns, typingSeconds, untyped } = changes;
    const { packs: planned, places, groups } = plannedPacks(changes, packs, shared);
    const files: { name: string; bytes: number }[] = [];
    for (const { name, offsets } of planned) {
      if (offsets === undefined) continue;
      const file = join(dirname(path), name);
      const reader = new ByteReader(stream, descriptor, read.bytes);
      const bytes = await writeWhole(file, async (put) => {
        for (const [i, offset] of offsets.entries()) {
          if (i % turn === 0) await setImmediate();
          reader.seek(offset);
          put(reader.bytes(frameBytes, "a page"));
        }
      });
      written.push(file);
      files.push({ name, bytes });
    }
    const head: RecordHead = {
      kind: base === undefined ? "full" : "incremental",
      base: base?.digest ?? null,
      frames: read.frames,
      pages: read.pages.length,
      placed: added.length,
      standIns: standIns.size,
      packs: planned.map(({ name, pages }) => ({ name, pages })),
      streamBytes: read.bytes,
      stream: read.digest,
    };
    const recordBytes = await writeRecord(path, new ByteReader(stream, descriptor, read.bytes), head, {
      read,
      groups,
      places,
      standIns,
    });
    return {
      kind: head.kind,
      frames: read.frames,
      zero: read.frames - read.pages.length,
      changed,
      moved,
      added: added.length,
      kept,
      spared,
      packs: files,
      logicalBytes: read.bytes,
      writtenBytes: files.reduce((sum, { bytes }) => sum + bytes, recordBytes),
      seconds: (performance.now() - began) / 1000,
      typingSeconds,
      untyped,
    };
  } catch (error) {
    for (const file of written) rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
};

const writeRecord = (
  path: string,
  stream: ByteReader,
  head: RecordHead,
  {
    read: { bytes, pages, hashes },
    groups,
    places,
    standIns,
  }: Pick<ChangedPages, "read" | "groups" | "standIns"> & { readonly places: Buffer },
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
    const instead = Buffer.alloc(standIns.size * standInBytes);
    for (const [i, word] of [...standIns].flat().entries()) instead.writeUInt32LE(word, 4 * i);
    for (const part of [recordMagic, length, text, hashes, groups, table, places, instead]) put(part);
    for (const { offset } of pages) {
      stream.pass(offset, "the stream", put);
      stream.skip(frameBytes, "a page");
    }
    stream.pass(bytes, "the stream", put);
    write(hash.digest());
  });
