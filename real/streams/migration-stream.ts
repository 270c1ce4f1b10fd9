import type { ByteReader } from "../pages/byte-reader.ts";
import { frameSize, missingFrame, type Region, zeroFrame } from "../pages/memory-image.ts";
import { ramPieces } from "../pages/ram-layout.ts";
import { printable } from "../printable.ts";

/** Bytes that begin a stream, "QEVM". */
export const streamMagic = 0x5145564d;

/** QEMU names a few: a stream with more makes its reader hold names. */
const mostBlocks = 256;
/** Of a guest with 1 TiB. */
const mostFrames = 2 ** 28;

/** Pages of firmware and the like: a reader holds them all. */
const mostOthers = 2 ** 16;

/** Kinds of sections, and flags of page headers, as QEMU's scripts/analyze-migration.py has them. */
export const section = { start: 1, part: 2, end: 3, full: 4, configuration: 7, command: 8, footer: 0x7e } as const;
export const flag = { zero: 0x02, sizes: 0x04, page: 0x08, end: 0x10, same: 0x20 } as const;

/** What a stream is read with: a file, or what stands for one. */
export type StreamBytes = Pick<ByteReader, "bytes" | "skip" | "seek" | "error" | "offset" | "size">;

/** A page of another block than the guest's RAM, such as its firmware. */
export interface OtherPage {
  readonly block: string;
  readonly address: number;
  /** Where its content begins; {@link zeroFrame} for zeros. */
  readonly at: number;
}

/** Where in a migration stream what lies. */
export interface StreamLayout {
  readonly machine: string;
  /** Number of the section `ram`. */
  readonly ramSection: number;
  /** Where the section `ram` begins, and where what it tells of its blocks has ended. */
  readonly blocksFrom: number;
  readonly blocksTo: number;
  /** Offset of each frame of `pc.ram`. */
  readonly at: Float64Array;
  /** Pages of all other blocks, in their order. */
  readonly others: readonly OtherPage[];
  /** Where the states of devices begin. */
  readonly devices: number;
}

interface Ram {
  /** Offset of each frame of `pc.ram`. */
  main: Float64Array | undefined;
  readonly others: OtherPage[];
  readonly lengths: Map<string, number>;
  /** The block of the last page, which later headers do not repeat. */
  block: string | undefined;
}

const u8 = (reader: StreamBytes, what: string): number => reader.bytes(1, what)[0]!;
const u32 = (reader: StreamBytes, what: string): number => reader.bytes(4, what).readUInt32BE();
const u64 = (reader: StreamBytes, what: string): bigint => reader.bytes(8, what).readBigUInt64BE();
const text = (reader: StreamBytes, what: string): string => reader.bytes(u8(reader, what), what).toString("latin1");

/**
 * The guest's RAM (`pc.ram`) in a migration stream of version 3, as QEMU 7.2 writes it, as one region whose frames are
 * counted from the begin of RAM. A page that was sent several times is as it was sent last. Reading stops where the section
 * `ram` is complete: states of devices are not looked at.
 *
 * @throws MemoryImageError if the stream breaks off, or has what is not read: compressed or delta pages, other sections
 *   before the end of `ram`
 */
export const streamRegions = (reader: StreamBytes): Region[] => {
  const { at } = streamLayout(reader);
  return [{ first: 0, frames: at.length, at }];
};

/**
 * The same by physical address.
 *
 * @throws MemoryImageError also if it is not known where the machine has so much RAM
 */
export const streamMemory = (reader: StreamBytes): Region[] => {
  const { at, machine } = streamLayout(reader);
  const frames = at.length;
  const pieces = ramPieces(machine, frames * frameSize);
  if (pieces === undefined)
    throw reader.error(
      `machine "${printable(machine)}" with ${frames} frames of RAM: where its hole for devices is, is not known; use dump-guest-memory`,
    );
  return pieces.map(({ offset, first, frames: count }) => {
    const start = offset / frameSize;
    return { first, frames: count, at: at.subarray(start, start + count) };
  });
};

/** The same, and what else there is. @throws MemoryImageError */
export const streamLayout = (reader: StreamBytes): StreamLayout => {
  reader.seek(4);
  const version = u32(reader, "the version");
  if (version !== 3) throw reader.error(`a migration stream of version ${version}; expected 3`);
  let machine = "";
  const ram: Ram = { main: undefined, others: [], lengths: new Map(), block: undefined };
  let id: number | undefined;
  let [blocksFrom, blocksTo, devices] = [0, 0, 0];
  for (let ended = false; !ended; ) {
    const kind = u8(reader, "a section");
    if (kind === section.configuration) {
      machine = reader.bytes(u32(reader, "the configuration"), "the configuration").toString("latin1");
      continue;
    }
    devices = reader.offset - 1;
    // A background snapshot goes on with the devices as soon as each page has been sent, and never says that ram ends.
    if (kind === section.full && id !== undefined) break;
    const given = u32(reader, "a section's number");
    if (kind === section.start) {
      blocksFrom = reader.offset - 5;
      id = start(reader, given, id);
    } else if ((kind !== section.part && kind !== section.end) || given !== id)
      throw reader.error(`section ${given} of kind ${kind} before the end of ram; only ram is read`);
    pages(reader, ram);
    ended = kind === section.end;
    if (u8(reader, "a footer") !== section.footer || u32(reader, "a footer") !== given)
      throw reader.error(`section ${given} has no footer`);
    if (kind === section.start) blocksTo = reader.offset;
    devices = reader.offset;
  }
  if (ram.main === undefined || id === undefined) throw reader.error("the stream has no block pc.ram");
  const lacking = ram.main.indexOf(missingFrame);
  if (lacking >= 0) throw reader.error(`the stream has no content of frame ${lacking}`);
  return { machine, ramSection: id, blocksFrom, blocksTo, at: ram.main, others: ram.others, devices };
};

const start = (reader: StreamBytes, given: number, id: number | undefined): number => {
  const name = text(reader, "a section's name");
  const version = [u32(reader, "an instance"), u32(reader, "a version")][1];
  if (name !== "ram" || version !== 4 || id !== undefined)
    throw reader.error(`section "${printable(name)}" of version ${version}; only one section ram of version 4 is read`);
  return given;
};

/** Page headers up to the one that ends the section. */
const pages = (reader: StreamBytes, ram: Ram): void => {
  for (;;) {
    const header = u64(reader, "a page header");
    const flags = Number(header & 0xfffn);
    const address = header - BigInt(flags);
    if (flags === flag.end) return;
    if (flags === flag.sizes) blocks(reader, ram, address);
    else if ((flags & ~flag.same) === flag.zero || (flags & ~flag.same) === flag.page)
      page(reader, ram, flags, address);
    else throw reader.error(`a page header with flags 0x${flags.toString(16)}, which are not read`);
  }
};

const blocks = (reader: StreamBytes, ram: Ram, total: bigint): void => {
  for (let left = total; left > 0n; ) {
    const name = text(reader, "a block's name");
    const length = u64(reader, "a block's length");
    if (length === 0n || length > left || length % BigInt(frameSize) !== 0n || ram.lengths.has(name))
      throw reader.error(`block "${printable(name)}" of ${length} bytes does not fit with the ${left} that are left`);
    if (ram.lengths.size === mostBlocks) throw reader.error(`more than ${mostBlocks} blocks of memory`);
    left -= length;
    ram.lengths.set(name, Number(length));
    if (name !== "pc.ram") continue;
    if (length / BigInt(frameSize) > BigInt(mostFrames)) throw reader.error(`pc.ram of ${length} bytes; 1 TiB is read`);
    // What is held is bounded by the size of the file, as each page has a header of 8 bytes and a byte at least.
    if ((length / BigInt(frameSize)) * 9n > BigInt(reader.size))
      throw reader.error(`pc.ram of ${length} bytes, of which the file cannot have every page`);
    ram.main = new Float64Array(Number(length) / frameSize).fill(missingFrame);
  }
};

const page = (reader: StreamBytes, ram: Ram, flags: number, address: bigint): void => {
  if ((flags & flag.same) === 0) ram.block = text(reader, "a block's name");
  const length = ram.block === undefined ? undefined : ram.lengths.get(ram.block);
  if (length === undefined)
    throw reader.error(`a page of block "${printable(ram.block ?? "")}", which was not announced`);
  if (address >= BigInt(length))
    throw reader.error(`a page at ${address} of "${printable(ram.block!)}", which has ${length} bytes`);
  let at: number = zeroFrame;
  if (flags & flag.zero) {
    const fill = u8(reader, "a zero page");
    if (fill !== 0) throw reader.error(`a page filled with ${fill}; only zeros are read`);
  } else {
    at = reader.offset;
    reader.skip(frameSize, "a page");
  }
  if (ram.block === "pc.ram") ram.main![Number(address) / frameSize] = at;
  else {
    if (ram.others.length === mostOthers)
      throw reader.error(`more than ${mostOthers} pages of other blocks than pc.ram`);
    ram.others.push({ block: ram.block!, address: Number(address), at });
  }
};
