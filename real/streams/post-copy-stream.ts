import { MemoryImageError } from "../pages/image-error.ts";
import { frameSize } from "../pages/memory-image.ts";
import { flag, section, streamMagic } from "./migration-stream.ts";

/**
 * A migration stream as QEMU's `migration/savevm.c` and `ram.c` (7.2) write it when a guest is to run before its pages are
 * there: commands, and sections of pages in any order. Whoever reads it asks for single pages on the way back.
 */

/** Commands of a stream, and messages of the way back. */
const command = { openReturnPath: 1, ping: 2, advise: 3, listen: 4, run: 5, discard: 6, packaged: 7 } as const;
const message = { shut: 1, pong: 2, pagesOf: 3, pages: 4 } as const;

/** Bytes of a package that QEMU takes. */
const mostPackage = 2 ** 24;

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
};
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

const commanded = (what: keyof typeof command, data: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([Buffer.of(section.command), u16(command[what]), u16(data.length), data]);

/**
 * The begin of a stream up to the first section of pages.
 *
 * @param configuration the section of that name as it was captured, or nothing
 * @param blocks the begin of the section `ram`, which tells of blocks of memory
 */
export const streamHead = (configuration: Buffer, blocks: Buffer): Buffer =>
  Buffer.concat([
    ...[u32(streamMagic), u32(3), configuration, commanded("openReturnPath")],
    ...[commanded("advise", Buffer.concat([u64(frameSize), u64(frameSize)])), blocks],
  ]);

/**
 * Tells QEMU that it has nothing of a block, which must come before its first page: only from then on QEMU asks for no huge
 * pages. Otherwise a page of zeros that is read makes all of its huge page one of zeros, which is there and never asked for.
 */
export const discarded = (block: string, bytes: number): Buffer => {
  const name = Buffer.from(block, "latin1");
  const range = [Buffer.of(0, name.length), name, Buffer.of(0), u64(0), u64(bytes)];
  return commanded("discard", Buffer.concat(range));
};

/** A page that is sent; without content it holds zeros. */
export interface SentPage {
  readonly block: string;
  readonly address: number;
  readonly content?: Buffer | undefined;
}

/** A section of pages. */
export const pageSection = (ramSection: number, pages: readonly SentPage[], last = false): Buffer => {
  const parts = [Buffer.of(last ? section.end : section.part), u32(ramSection)];
  for (const [i, { block, address, content }] of pages.entries()) {
    const isSame = i > 0 && pages[i - 1]!.block === block;
    parts.push(u64(address + (content === undefined ? flag.zero : flag.page) + (isSame ? flag.same : 0)));
    if (!isSame) parts.push(Buffer.of(block.length), Buffer.from(block, "latin1"));
    parts.push(content ?? Buffer.of(0));
  }
  parts.push(u64(flag.end), Buffer.of(section.footer), u32(ramSection));
  return Buffer.concat(parts);
};

/** States of devices, after which the guest runs, and pages come as it asks for them. */
export const startSection = (devices: Buffer): Buffer => {
  const content = Buffer.concat([commanded("listen"), devices, commanded("run")]);
  if (content.length > mostPackage)
    throw new MemoryImageError(`states of devices of ${content.length} bytes; QEMU takes ${mostPackage} at once`);
  return Buffer.concat([commanded("packaged", u32(content.length)), content]);
};

/** Asks QEMU for an answer once it has read all that was sent before. */
export const pinged = (number: number): Buffer => commanded("ping", u32(number));

/** The end of a stream whose last section of pages has been sent. */
export const streamEnd = Buffer.of(0);

/**
 * Takes off what ends a stream behind the states of devices: a byte of zero, and a description of the devices, which QEMU
 * does not read.
 *
 * @throws MemoryImageError if it ends otherwise
 */
export const withoutEnd = (devices: Buffer): Buffer => {
  for (let at = devices.length - 1; at >= 6; at--)
    if (devices[at - 5] === 6 && devices[at - 6] === 0 && devices.readUInt32BE(at - 4) === devices.length - at)
      return devices.subarray(0, at - 6);
  throw new MemoryImageError("a stream that does not end with a description of its devices");
};

/** What QEMU says on the way back. */
export type SaidBack =
  | { readonly kind: "pages"; readonly block: string; readonly start: number; readonly bytes: number }
  | { readonly kind: "pong"; readonly number: number }
  | { readonly kind: "shut"; readonly isWhole: boolean };

/**
 * Takes the messages of the way back apart, however they come.
 *
 * @returns what is to be given each chunk; it throws MemoryImageError for what is no such message
 */
export const wayBack = (onMessage: (said: SaidBack) => void): ((chunk: Buffer) => void) => {
  let held: Buffer = Buffer.alloc(0);
  let block: string | undefined;
  const take = (kind: number, data: Buffer): void => {
    const isLong = (least: number): boolean => data.length >= least;
    if (kind === message.shut && isLong(4)) onMessage({ kind: "shut", isWhole: data.readUInt32BE() === 0 });
    else if (kind === message.pong && isLong(4)) onMessage({ kind: "pong", number: data.readUInt32BE() });
    else if (
      (kind === message.pagesOf && isLong(13)) ||
      (kind === message.pages && isLong(12) && block !== undefined)
    ) {
      if (kind === message.pagesOf) block = data.toString("latin1", 13, 13 + data[12]!);
      onMessage({ kind: "pages", block: block!, start: Number(data.readBigUInt64BE()), bytes: data.readUInt32BE(8) });
    } else throw new MemoryImageError(`QEMU answers a stream with a message ${kind} of ${data.length} bytes`);
  };
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 4) {
      const end = 4 + held.readUInt16BE(2);
      if (held.length < end) return;
      take(held.readUInt16BE(), held.subarray(4, end));
      held = held.subarray(end);
    }
  };
};
