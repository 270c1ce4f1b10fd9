import type { ByteReader } from "./byte-reader.ts";
import { frameSize, type Region } from "./memory-image.ts";

const [segmentBytes, x86] = [56, 62];
const load = 1;

/**
 * The memory in an ELF core of QEMU's `dump-guest-memory`: its PT_LOAD segments, by physical address. Frames that a
 * segment holds in part only are left out.
 *
 * @throws MemoryImageError if it is no 64-bit x86 core, or its headers lie
 */
export const elfRegions = (reader: ByteReader): Region[] => {
  reader.seek(0);
  const header = reader.bytes(64, "the ELF header");
  const [kind, order, machine] = [header[4], header[5], header.readUInt16LE(18)];
  if (kind !== 2 || order !== 1 || machine !== x86)
    throw reader.error(`an ELF of class ${kind}, byte order ${order}, machine ${machine}; expected 64-bit x86`);
  const [table, bytes, count] = [header.readBigUInt64LE(32), header.readUInt16LE(54), header.readUInt16LE(56)];
  if (bytes !== segmentBytes) throw reader.error(`program headers of ${bytes} bytes; expected ${segmentBytes}`);
  if (count === 0xffff) throw reader.error("more than 65,534 program headers are not read");
  if (table > BigInt(reader.size)) throw reader.error(`program headers at byte ${table}, beyond the end`);
  reader.seek(Number(table));
  const regions: Region[] = [];
  // Segments may not share bytes of the file: what is held of an image is then bounded by its size.
  let left = BigInt(reader.size);
  for (let i = 0; i < count; i++) {
    const segment = reader.bytes(segmentBytes, `program header ${i}`);
    if (segment.readUInt32LE(0) !== load) continue;
    const [offset, address, length] = [8, 24, 32].map((at) => segment.readBigUInt64LE(at)) as [bigint, bigint, bigint];
    if (offset + length > BigInt(reader.size))
      throw reader.error(`program header ${i}: ${length} bytes from ${offset} on are more than the file has`);
    left -= length;
    if (left < 0n) throw reader.error(`program header ${i}: the segments hold more bytes than the file`);
    if (address + length > 1n << 52n)
      throw reader.error(`program header ${i}: physical address ${address} has more than 52 bits`);
    const skipped = (frameSize - (Number(address) % frameSize)) % frameSize;
    const frames = Math.floor((Number(length) - skipped) / frameSize);
    if (frames > 0)
      regions.push({ first: (Number(address) + skipped) / frameSize, frames, at: Number(offset) + skipped });
  }
  return regions;
};
