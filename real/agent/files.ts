import { constants } from "node:fs";
import { type FileHandle, lstat, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Arguments, mostChunkBytes, type Result } from "./protocol.ts";

/** Files side by side in one folder; a name is no path, and a link is not followed. */
export const writeFile = async (folder: string, { name, offset, data }: Arguments<"writeFile">): Promise<void> => {
  const bytes = Buffer.from(data, "base64");
  if (bytes.length > mostChunkBytes) throw new Error(`at most ${mostChunkBytes} bytes at once`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | (offset === 0 ? constants.O_TRUNC : 0);
  const file = await open(join(folder, name), flags, 0o600);
  try {
    const { size } = await file.stat();
    if (size < offset) throw new Error(`${name} ends at ${size}, before ${offset}`);
    for (let done = 0; done < bytes.length; )
      done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
  } finally {
    await file.close();
  }
};

export const readFile = async (
  folder: string,
  { name, offset, bytes }: Arguments<"readFile">,
): Promise<Result<"readFile">> => {
  const file = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const buffer = Buffer.alloc(bytes);
    const { bytesRead } = await file.read(buffer, 0, bytes, offset);
    const { size } = await file.stat();
    return { data: buffer.toString("base64", 0, bytesRead), end: offset + bytesRead >= size };
  } finally {
    await file.close();
  }
};

export const sizeOf = async (folder: string, { name }: Arguments<"sizeOf">): Promise<Result<"sizeOf">> => ({
  bytes: (await lstat(join(folder, name))).size,
});

export const removeFile = (folder: string, { name }: Arguments<"removeFile">): Promise<void> => rm(join(folder, name));

/** What has been put into the folder, or renamed there, stays when the machine loses its power. */
export const fsyncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** All of a file. A stream over the descriptor would close it, and the handle then whatever has its number by then. */
export async function* piecesOf(file: FileHandle): AsyncGenerator<Buffer> {
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(2 ** 18), 0, 2 ** 18);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
