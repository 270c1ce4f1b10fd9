import { createHash, timingSafeEqual } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fsyncFolder } from "./files.ts";
import { awaitConnection, beginsWith } from "./one-connection.ts";
import type { Arguments, Result } from "./protocol.ts";

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
  port: await awaitConnection(address, milliseconds, (socket) => {
    intoFile(socket, token, join(folder, name))
      .then(() => fsyncFolder(folder))
      .then(() => socket.end(taken))
      .catch(() => socket.destroy());
  }),
});

const intoFile = async (socket: Socket, token: string, path: string): Promise<void> => {
  const draft = `${path}.draft`;
  const file = await open(
    draft,
    constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    const hash = createHash("sha256");
    let isKnown = false;
    // The last bytes so far may be the digest.
    let held: Buffer = Buffer.alloc(0);
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      held = Buffer.concat([held, chunk]);
      if (!isKnown) {
        const isToken = beginsWith(token, held);
        if (isToken === undefined) continue;
        if (!isToken) throw new Error("another token");
        isKnown = true;
        held = held.subarray(token.length);
      }
      const content = held.subarray(0, Math.max(0, held.length - digestBytes));
      hash.update(content);
      for (let done = 0; done < content.length; ) done += (await file.write(content, done)).bytesWritten;
      held = Buffer.from(held.subarray(content.length));
    }
    if (!isKnown || held.length !== digestBytes || !timingSafeEqual(hash.digest(), held))
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
  const path = join(folder, name);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const socket = connect({ host: address, port, allowHalfOpen: true });
  try {
    socket.setTimeout(milliseconds, () => socket.destroy(new Error(`${address} does not answer`)));
    let answer = "";
    const answered = new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", resolve);
    });
    answered.catch(() => {});
    const hash = createHash("sha256");
    let bytes = 0;
    await pipeline(
      async function* () {
        yield Buffer.from(token);
        for await (const chunk of createReadStream(path, { fd: file.fd, autoClose: false, highWaterMark: 2 ** 18 })) {
          hash.update(chunk as Buffer);
          bytes += (chunk as Buffer).length;
          yield chunk as Buffer;
        }
        yield hash.digest();
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
    return { bytes };
  } finally {
    socket.destroy();
    await file.close();
  }
};
