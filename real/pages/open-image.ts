import { closeSync, fstatSync, openSync } from "node:fs";
import { streamMagic, streamMemory } from "../streams/migration-stream.ts";
import { ByteReader } from "./byte-reader.ts";
import { elfRegions } from "./elf-dump.ts";
import { MemoryImageError } from "./image-error.ts";
import { frameSize, MemoryImage, type Region } from "./memory-image.ts";
import { largestFlat } from "./ram-layout.ts";

const elfMagic = 0x7f454c46;

/**
 * Calls back with the memory in a file, an ELF core, a migration stream or else a raw image of RAM, and closes it.
 *
 * @throws MemoryImageError if it cannot be read, or is none of them
 */
export const withImage = <T>(path: string, use: (image: MemoryImage) => T): T => {
  const file = opened(path);
  try {
    const { size } = fstatSync(file);
    if (!fstatSync(file).isFile()) throw new MemoryImageError(`${path}: is no file`);
    const reader = new ByteReader(path, file, size);
    const magic = reader.bytes(4, "the first word").readUInt32BE();
    const regions =
      magic === elfMagic ? elfRegions(reader) : magic === streamMagic ? streamMemory(reader) : raw(path, size);
    return use(new MemoryImage(path, file, regions));
  } finally {
    closeSync(file);
  }
};

const opened = (path: string): number => {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw new MemoryImageError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
};

const raw = (path: string, size: number): Region[] => {
  if (size % frameSize !== 0)
    throw new MemoryImageError(`${path}: ends at byte ${size}, inside a frame; a raw image has whole frames`);
  if (size >= largestFlat)
    throw new MemoryImageError(
      `${path}: a raw image of ${size} bytes does not tell where the hole for devices is; use dump-guest-memory`,
    );
  return [{ first: 0, frames: size / frameSize, at: 0 }];
};
