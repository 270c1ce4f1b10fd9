import { createHash, type Hash } from "node:crypto";
import { closeSync, fstatSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { ByteReader } from "../pages/byte-reader.ts";
import { streamRegions } from "../streams/migration-stream.ts";
import { TestbedError } from "../testbed-error.ts";
import { frameBytes, hashBytes, type PageRecord, type RecordHead, recordMagic } from "./page-record.ts";
import { readAt } from "./read-at.ts";

/** What a record has saved. */
export interface Recorded {
  readonly kind: RecordHead["kind"];
  readonly frames: number;
  /** Frames of zeros. */
  readonly zero: number;
  readonly changed: number;
  /** Of the stream, and of the record. */
  readonly logicalBytes: number;
  readonly writtenBytes: number;
  /** Seconds for reading, hashing, comparing and writing. */
  readonly seconds: number;
}

/** Writes a new file that is private to its user, under its name only once it is whole. */
const publish = async (path: string, write: (put: (bytes: Uint8Array) => void) => Promise<void>): Promise<number> => {
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

const chunk = 2 ** 20;
/** Pages after which others have their turn: whoever listens for heartbeats is not to be kept from it for seconds. */
const turn = 1024;

/** Bytes between contents of pages. */
const copyRange = (from: number, at: number, length: number, put: (bytes: Buffer) => void): void => {
  for (let done = 0; done < length; done += chunk) put(readAt(from, at + done, Math.min(chunk, length - done)));
};

/**
 * Records a captured stream: all of it, or, with the record of the version before, only pages whose content is another.
 *
 * @throws MemoryImageError for a stream that is none; TestbedError for a base of a guest with other memory
 */
export const recordStream = async (stream: string, path: string, base?: PageRecord): Promise<Recorded> => {
  const began = performance.now();
  const descriptor = openSync(stream, "r");
  try {
    const { size } = fstatSync(descriptor);
    const [region] = streamRegions(new ByteReader(stream, descriptor, size));
    const at = region!.at as Float64Array;
    if (base !== undefined && base.head.frames !== at.length)
      throw new TestbedError(`${base.path}: its guest has ${base.head.frames} frames, that of ${stream} ${at.length}`);
    const pages = Array.from(at, (offset, frame) => ({ offset, frame }))
      .filter(({ offset }) => offset >= 0)
      .sort((one, other) => one.offset - other.offset);
    const hashes = Buffer.alloc(at.length * hashBytes);
    const whole = createHash("sha256");
    const changed: number[] = [];
    let done = 0;
    for (const [i, { offset, frame }] of pages.entries()) {
      if (i % turn === 0) await setImmediate();
      copyRange(descriptor, done, offset - done, (bytes) => void whole.update(bytes));
      const content = readAt(descriptor, offset, frameBytes);
      whole.update(content);
      done = offset + frameBytes;
      const hash = createHash("sha256").update(content).digest().subarray(0, hashBytes);
      hash.copy(hashes, frame * hashBytes);
      if (base === undefined || !hash.equals(base.hashes.subarray(frame * hashBytes, (frame + 1) * hashBytes)))
        changed.push(frame);
    }
    copyRange(descriptor, done, size - done, (bytes) => void whole.update(bytes));
    const head: RecordHead = {
      kind: base === undefined ? "full" : "incremental",
      base: base?.digest ?? null,
      frames: at.length,
      pages: pages.length,
      changed: changed.length,
      streamBytes: size,
      stream: whole.digest("hex"),
    };
    const writtenBytes = await publish(path, async (write) => {
      const hash = createHash("sha256");
      const put = (bytes: Buffer): void => {
        hash.update(bytes);
        write(bytes);
      };
      putTables(put, head, hashes, pages, changed);
      for (const [i, frame] of changed.entries()) {
        if (i % turn === 0) await setImmediate();
        put(readAt(descriptor, at[frame]!, frameBytes));
      }
      let rest = 0;
      for (const { offset } of pages) {
        copyRange(descriptor, rest, offset - rest, put);
        rest = offset + frameBytes;
      }
      copyRange(descriptor, rest, size - rest, put);
      write(hash.digest());
    });
    const zero = at.length - pages.length;
    const seconds = (performance.now() - began) / 1000;
    return {
      kind: head.kind,
      frames: at.length,
      zero,
      changed: changed.length,
      logicalBytes: size,
      writtenBytes,
      seconds,
    };
  } finally {
    closeSync(descriptor);
  }
};

const putTables = (
  put: (bytes: Buffer) => void,
  head: RecordHead,
  hashes: Buffer,
  pages: readonly { readonly offset: number; readonly frame: number }[],
  changed: readonly number[],
): void => {
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const table = Buffer.alloc(pages.length * 12);
  for (const [i, { offset, frame }] of pages.entries()) {
    table.writeBigUInt64LE(BigInt(offset), i * 12);
    table.writeUInt32LE(frame, i * 12 + 8);
  }
  const list = Buffer.alloc(changed.length * 4);
  for (const [i, frame] of changed.entries()) list.writeUInt32LE(frame, i * 4);
  for (const part of [recordMagic, length, text, hashes, table, list]) put(part);
};

/**
 * Makes the stream of a version again, byte by byte as it was captured.
 *
 * @param chain records from a full one to the version, each building on the one before
 * @throws TestbedError naming the record that is missing, is another's, or has other contents than it says
 */
export const rebuildStream = async (chain: readonly PageRecord[], stream: string): Promise<void> => {
  const version = chain.at(-1);
  if (version === undefined) throw new TestbedError(`${stream}: no records to rebuild it from`);
  for (const [i, { head, path }] of chain.entries()) {
    const below = chain[i - 1];
    if (i === 0 && head.kind !== "full")
      throw new TestbedError(`${path}: it builds on record ${head.base}, which is missing`);
    if (i > 0 && head.base !== below!.digest)
      throw new TestbedError(`${path}: it builds on record ${head.base}, and ${below!.path} is ${below!.digest}`);
  }
  const files = new Map(chain.map((record) => [record, openSync(record.path, "r")]));
  try {
    await publish(stream, async (write) => {
      const hash: Hash = createHash("sha256");
      const put = (bytes: Buffer): void => {
        hash.update(bytes);
        write(bytes);
      };
      const own = files.get(version)!;
      let [at, skeleton] = [0, version.skeletonAt];
      const literal = (length: number): void => {
        copyRange(own, skeleton, length, put);
        skeleton += length;
        at += length;
      };
      for (const [i, offset] of version.offsets.entries()) {
        if (i % turn === 0) await setImmediate();
        literal(offset - at);
        put(contentOf(chain, files, version.frames[i]!));
        at += frameBytes;
      }
      literal(version.head.streamBytes - at);
      if (hash.digest("hex") !== version.head.stream)
        throw new TestbedError(`${version.path}: what is rebuilt of it is not what was captured`);
    });
  } finally {
    for (const descriptor of files.values()) closeSync(descriptor);
  }
};

const contentOf = (chain: readonly PageRecord[], files: ReadonlyMap<PageRecord, number>, frame: number): Buffer => {
  const record = chain.findLast(({ contents }) => contents.has(frame));
  if (record === undefined)
    throw new TestbedError(`${chain.at(-1)!.path}: no record has the content of frame ${frame}`);
  return readAt(files.get(record)!, record.contents.get(frame)!, frameBytes);
};
