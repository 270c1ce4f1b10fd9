import { closeSync, fstatSync, openSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { hashBytes } from "../capture/page-record.ts";
import { readAt } from "../capture/read-at.ts";
import { copyRange, turn, writeWhole } from "../capture/whole-file.ts";
import { frameSize } from "../pages/memory-image.ts";
import { TestbedError } from "../testbed-error.ts";
import type { DiskBlocks } from "./disk-blocks.ts";
import { type OnDisk, readAgain } from "./found-on-disk.ts";
import type { StreamPage } from "./left-out.ts";

/** A page that a stream is to do without. */
export interface DroppedPage extends StreamPage {
  /** Where a restore is to read it again; without it, it gets zeros. */
  readonly onDisk?: OnDisk;
}

/** What a restore makes up for; frames. */
export interface MadeUp {
  /** Read again from the guest's disk. */
  readonly reRead: number;
  /** Zeros, though the guest had other things there that it may miss. */
  readonly zeroFilled: number;
  /** Lost: whoever touches one of them is killed. */
  readonly killing: number;
}

/** Flags of page headers (QEMU's scripts/analyze-migration.py): a page of zeros, one with its content, of the same block as before. */
const flag = { zero: 0x02, page: 0x08, same: 0x20 } as const;
/** The begin of a header's second part where the page names its block. */
const block = Buffer.from("\x06pc.ram", "latin1");

/** What stands after a reduced stream: its entries, how many pages are missed and how many kill, how many entries there are, and this. */
const magic = Buffer.from("SNAPLOST");
const endBytes = 12 + magic.length;
/** Bytes of an entry: the page's number, where its header begins, where the disk has it, and its hash. */
const entryBytes = 4 + 8 + 8 + hashBytes;

/** Finds the header before the content of a page. @returns where it begins @throws TestbedError if none is there */
const headerOf = (stream: number, name: string, { index, offset }: StreamPage): number => {
  const address = BigInt(index) * BigInt(frameSize);
  const before = Math.min(offset, 8 + block.length);
  const bytes = readAt(stream, offset - before, before);
  const is = (at: number, flags: number): boolean => at >= 0 && bytes.readBigUInt64BE(at) === address + BigInt(flags);
  if (is(before - 8, flag.page | flag.same)) return offset - 8;
  if (is(before - 8 - block.length, flag.page) && bytes.subarray(8).equals(block)) return offset - 8 - block.length;
  throw new TestbedError(`${name}: no header of page ${index} is before ${offset}`);
};

/**
 * Makes a stream that says of pages that they hold zeros: what is left is a stream, shorter by their contents, with all else as
 * it was. Where those are that a restore is to read again stands behind it.
 *
 * @param to a file that is not there yet
 * @param lost how many of the others a guest may miss, or has its processes killed for
 * @throws TestbedError if a page is not where it is said to be
 */
export const reduceStream = async (
  stream: string,
  to: string,
  dropped: readonly DroppedPage[],
  { zeroFilled, killing }: Omit<MadeUp, "reRead">,
): Promise<void> => {
  const from = openSync(stream, "r");
  try {
    const { size } = fstatSync(from);
    await writeWhole(to, async (put) => {
      const entries: Buffer[] = [];
      let [done, written] = [0, 0];
      const write = (bytes: Uint8Array): void => {
        put(bytes);
        written += bytes.length;
      };
      for (const [i, page] of dropped.toSorted((one, other) => one.offset - other.offset).entries()) {
        if (i % turn === 0) await setImmediate();
        const begin = headerOf(from, stream, page);
        copyRange(from, done, begin - done, write);
        if (page.onDisk !== undefined) entries.push(entryOf(page.index, written, page.onDisk));
        const header = readAt(from, begin, page.offset - begin);
        header.writeBigUInt64BE(header.readBigUInt64BE() - BigInt(flag.page) + BigInt(flag.zero));
        write(header);
        write(Buffer.alloc(1));
        done = page.offset + frameSize;
      }
      copyRange(from, done, size - done, write);
      if (entries.length + zeroFilled + killing > 0)
        write(Buffer.concat([...entries, endOf(zeroFilled, killing, entries.length)]));
    });
  } finally {
    closeSync(from);
  }
};

const entryOf = (index: number, at: number, { start, hash }: OnDisk): Buffer => {
  const entry = Buffer.alloc(entryBytes);
  entry.writeUInt32LE(index);
  entry.writeBigUInt64LE(BigInt(at), 4);
  entry.writeBigUInt64LE(BigInt(start), 12);
  hash.copy(entry, 20);
  return entry;
};

const endOf = (...counts: readonly [zeroFilled: number, killing: number, entries: number]): Buffer => {
  const end = Buffer.alloc(endBytes - magic.length);
  for (const [i, count] of counts.entries()) end.writeUInt32LE(count, 4 * i);
  return Buffer.concat([end, magic]);
};

/** What stands behind a stream. */
interface Reduction {
  /** Bytes of the stream itself. */
  readonly bytes: number;
  readonly zeroFilled: number;
  readonly killing: number;
  readonly entries: readonly { readonly index: number; readonly at: number; readonly onDisk: OnDisk }[];
}

/** @returns undefined for a stream that is whole. @throws TestbedError if what stands behind it contradicts itself */
const reductionOf = (stream: number, name: string): Reduction | undefined => {
  const { size } = fstatSync(stream);
  if (size < endBytes) return undefined;
  const end = readAt(stream, size - endBytes, endBytes);
  if (!end.subarray(endBytes - magic.length).equals(magic)) return undefined;
  const [zeroFilled, killing, count] = [0, 4, 8].map((at) => end.readUInt32LE(at)) as [number, number, number];
  const bytes = size - endBytes - count * entryBytes;
  if (bytes < 0) throw new TestbedError(`${name}: it is shorter than what stands behind it`);
  const table = readAt(stream, bytes, count * entryBytes);
  const entries = Array.from({ length: count }, (_, i) => {
    const entry = table.subarray(i * entryBytes, (i + 1) * entryBytes);
    const [at, start] = [4, 12].map((from) => Number(entry.readBigUInt64LE(from)));
    return { index: entry.readUInt32LE(), at: at!, onDisk: { start: start!, hash: entry.subarray(20) } };
  });
  return { bytes, zeroFilled, killing, entries };
};

/**
 * Makes the stream that a restore reads of one that was reduced: pages that lie on the guest's disk are read from there again.
 * One that was not reduced stays.
 *
 * @param openDisk the disk of the same cut, asked for when something is to be read from it
 * @throws TestbedError if the disk has other contents, or the stream no place for them; the stream stays as it was
 */
export const fillStream = async (stream: string, openDisk: () => Promise<DiskBlocks>): Promise<MadeUp> => {
  const from = openSync(stream, "r");
  try {
    const reduction = reductionOf(from, stream);
    if (reduction === undefined) return { reRead: 0, zeroFilled: 0, killing: 0 };
    const { bytes, entries, zeroFilled, killing } = reduction;
    const disk = entries.length === 0 ? undefined : await openDisk();
    try {
      await writeWhole(stream, async (put) => {
        let done = 0;
        for (const [i, { index, at, onDisk }] of entries.entries()) {
          if (i % turn === 0) await setImmediate();
          if (at < done) throw new TestbedError(`${stream}: pages that are read again are not in order`);
          copyRange(from, done, at - done, put);
          const header = zeroHeaderAt(from, stream, at, index);
          put(header);
          put(readAgain(disk!, onDisk));
          done = at + header.length + 1;
        }
        copyRange(from, done, bytes - done, put);
      });
    } finally {
      disk?.close();
    }
    return { reRead: entries.length, zeroFilled, killing };
  } finally {
    closeSync(from);
  }
};

/** The header of a page of zeros, as one of a page with its content. */
const zeroHeaderAt = (stream: number, name: string, at: number, index: number): Buffer => {
  const header = readAt(stream, at, 8);
  const flags = Number(header.readBigUInt64BE() - BigInt(index) * BigInt(frameSize));
  if (flags !== flag.zero && flags !== (flag.zero | flag.same))
    throw new TestbedError(`${name}: no page ${index} of zeros is at ${at}`);
  header.writeBigUInt64BE(header.readBigUInt64BE() - BigInt(flag.zero) + BigInt(flag.page));
  return flags === flag.zero ? Buffer.concat([header, readAt(stream, at + 8, block.length)]) : header;
};
