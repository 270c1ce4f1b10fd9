import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { piecesOf } from "./files.ts";
import type { Arguments, Result } from "./protocol.ts";

/** The SHA-256 of a file, as it is on the disk now. */
export const digestOf = async (folder: string, { name }: Arguments<"digestOf">): Promise<Result<"digestOf">> => {
  const file = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const hash = createHash("sha256");
    for await (const chunk of piecesOf(file)) hash.update(chunk);
    return { digest: hash.digest("hex") };
  } finally {
    await file.close();
  }
};

/** All bits of one byte of a file are the opposite from now on, as if its disk had gone wrong there. */
export const spoilByte = async (folder: string, { name, offset }: Arguments<"spoilByte">): Promise<void> => {
  const file = await open(join(folder, name), constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const byte = Buffer.alloc(1);
    const { bytesRead } = await file.read(byte, 0, 1, offset);
    if (bytesRead === 0) throw new Error(`${name} ends before ${offset}`);
    byte[0] = 255 - byte[0]!;
    await file.write(byte, 0, 1, offset);
  } finally {
    await file.close();
  }
};
