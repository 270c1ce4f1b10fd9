const word = (bytes: number, value: number | bigint): Buffer => {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 8) buffer.writeBigUInt64BE(BigInt(value));
  else if (bytes === 4) buffer.writeUInt32BE(Number(value));
  else buffer.writeUInt8(Number(value));
  return buffer;
};
const text = (name: string): Buffer => Buffer.concat([word(1, name.length), Buffer.from(name)]);

/** A stream as QEMU writes it (scripts/analyze-migration.py): `pages` in the order in which they are sent, 0 for zeros. */
export const madeStream = (
  frames: number,
  pages: readonly (readonly [frame: number, fill: number])[],
  devices: string,
): Buffer => {
  const sent = pages.flatMap(([frame, fill], i) => {
    const flags = (fill === 0 ? 0x02 : 0x08) | (i === 0 ? 0 : 0x20);
    const content = fill === 0 ? word(1, 0) : Buffer.alloc(4096, `page ${fill} `);
    return [word(8, frame * 4096 + flags), ...(i === 0 ? [text("pc.ram")] : []), content];
  });
  return Buffer.concat([
    ...[word(4, 0x5145564d), word(4, 3), word(1, 1), word(4, 2), text("ram"), word(4, 0), word(4, 4)],
    ...[word(8, frames * 4096 + 4), text("pc.ram"), word(8, frames * 4096), word(8, 0x10), word(1, 0x7e), word(4, 2)],
    ...[word(1, 3), word(4, 2), ...sent, word(8, 0x10), word(1, 0x7e), word(4, 2)],
    Buffer.from(devices),
  ]);
};
