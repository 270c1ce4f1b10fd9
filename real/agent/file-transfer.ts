import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { constants } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ownDisk } from "../disk/own-disk.ts";
import { fsyncFolder } from "./files.ts";
import { awaitConnection } from "./one-connection.ts";
import type { Arguments, Result } from "./protocol.ts";
import { withDigest } from "./with-digest.ts";

const digestBytes = 32;
const taken = "taken";

/**
 * Takes a file over one connection that begins with the token and ends with the SHA-256 of what is between. The file is there
 * under its name only when it is whole and on the disk, and only then the sender hears of it.
 */
export const takeFile = async (
  folder: string,
  { address, token, name, milliseconds }: Arguments<"takeFile">,
): Promise<Result<"takeFile">> => ({
  port: await awaitConnection(address, token, milliseconds, (socket) => {
    intoFile(socket, join(folder, name))
      .then(() => fsyncFolder(folder))
      .then(() => socket.end(taken))
      .catch(() => socket.destroy());
  }),
});

const intoFile = async (socket: Socket, path: string): Promise<void> => {
  // Its own, so that another that brings the same file cannot write into what this one has shown to be whole.
  const draft = `${path}.${randomUUID()}.draft`;
  const file = await open(draft, "wx", 0o600);
  try {
    const hash = createHash("sha256");
    // The last bytes so far may be the digest.
    let held: Buffer = Buffer.alloc(0);
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      held = Buffer.concat([held, chunk]);
      const content = held.subarray(0, Math.max(0, held.length - digestBytes));
      hash.update(content);
      for (let done = 0; done < content.length; ) done += (await file.write(content, done)).bytesWritten;
      await ownDisk.write.pass(content.length);
      held = Buffer.from(held.subarray(content.length));
    }
    if (held.length !== digestBytes || !timingSafeEqual(hash.digest(), held))
      throw new Error("it was cut off or altered");
    await file.sync();
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await file.close();
  }
};

/** Gives a file to what `takeFile` opened. @throws Error unless all of it is on the other disk */
export const giveFile = async (
  folder: string,
  { address, port, token, name, milliseconds }: Arguments<"giveFile">,
): Promise<Result<"giveFile">> => {
  const file = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
  const socket = connect({ host: address, port, allowHalfOpen: true });
  let late: NodeJS.Timeout | undefined;
  try {
    late = setTimeout(() => socket.destroy(new Error(`${address} does not answer`)), milliseconds);
    let answer = "";
    const answered = new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", resolve);
    });
    answered.catch(() => {});
    const { size } = await file.stat();
    await pipeline(
      async function* () {
        yield Buffer.from(token);
        yield* withDigest(file, size);
      },
      socket,
      { end: false },
    );
    socket.on("data", (chunk: Buffer) => {
      answer = `${answer}${chunk}`.slice(0, taken.length + 1);
    });
    socket.on("end", () => socket.destroy());
    socket.end();
    await answered;
    if (answer !== taken) throw new Error(`${address} did not take ${name}`);
    return { bytes: size };
  } finally {
    clearTimeout(late);
    socket.destroy();
    await file.close();
  }
};
