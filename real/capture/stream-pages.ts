import { createHash, hash } from "node:crypto";
import { fstatSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { ByteReader } from "../pages/byte-reader.ts";
import { MemoryImage } from "../pages/memory-image.ts";
import { mostNotes, noteAt, type VmCoreInfo } from "../pages/vmcoreinfo.ts";
import { streamMemory, streamRegions } from "../streams/migration-stream.ts";
import { frameBytes, hashBytes } from "./page-record.ts";
import { turn } from "./whole-file.ts";

/** A captured stream, of which every page was read. */
export interface StreamPages {
  readonly bytes: number;
  /** Frames of RAM. */
  readonly frames: number;
  /** Those whose content is in the stream, in its order; all others hold zeros. */
  readonly pages: readonly { readonly offset: number; readonly frame: number }[];
  /** Of each frame the first 16 bytes of its SHA-256, zeros for those without content. */
  readonly hashes: Buffer;
  /** SHA-256 of the stream. */
  readonly digest: string;
  /** The memory as its kernel sees it, and what that says of itself; undefined if nobody asked. */
  readonly memory: { readonly image: MemoryImage; readonly notes: readonly VmCoreInfo[] } | undefined;
}

/**
 * Reads a captured stream.
 *
 * @param descriptor of the file
 * @param isTyped the types of its pages will be asked for
 * @throws MemoryImageError for a stream that is none
 */
export const readStream = async (path: string, descriptor: number, isTyped: boolean): Promise<StreamPages> => {
  const { size } = fstatSync(descriptor);
  const reader = new ByteReader(path, descriptor, size);
  // Physical memory has its pieces in the order of RAM.
  const regions = isTyped ? streamMemory(reader) : streamRegions(reader);
  const offsets = regions.flatMap(({ at }) => Array.from(at as Float64Array));
  const pages = offsets
    .map((offset, frame) => ({ offset, frame }))
    .filter(({ offset }) => offset >= 0)
    .sort((one, other) => one.offset - other.offset);
  const hashes = Buffer.alloc(offsets.length * hashBytes);
  const notes: VmCoreInfo[] = [];
  const whole = createHash("sha256");
  const add = (piece: Buffer): void => void whole.update(piece);
  reader.seek(0);
  for (const [i, { offset, frame }] of pages.entries()) {
    if (i % turn === 0) await setImmediate();
    reader.pass(offset, "the stream", add);
    const content = reader.bytes(frameBytes, "a page");
    whole.update(content);
    hash("sha256", content, "buffer").copy(hashes, frame * hashBytes, 0, hashBytes);
    const note = isTyped && notes.length < mostNotes ? noteAt(content, 0) : undefined;
    if (note !== undefined) notes.push(note(`${path}: frame ${frame}`));
  }
  reader.pass(size, "the stream", add);
  const memory = isTyped ? { image: new MemoryImage(path, descriptor, regions), notes } : undefined;
  return { bytes: size, frames: offsets.length, pages, hashes, digest: whole.digest("hex"), memory };
};
