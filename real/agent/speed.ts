import { open, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { awaitConnection } from "./one-connection.ts";
import type { Arguments, Result } from "./protocol.ts";

const blockBytes = 2 ** 20;
/** Content that neither a disk nor a network compresses away. */
const randomBlock = (): Buffer => {
  const words = new Uint32Array(blockBytes / 4);
  let state = 0x9e3779b9;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return Buffer.from(words.buffer);
};

/** Writes a file of `bytes` in the folder until it is on the disk, and removes it. */
export const diskSpeed = async (folder: string, bytes: number): Promise<Result<"diskSpeed">> => {
  const path = join(folder, "disk-speed.tmp");
  const block = randomBlock();
  const file = await open(path, "wx", 0o600);
  try {
    const began = performance.now();
    for (let left = bytes; left > 0; left -= blockBytes) await file.write(block, 0, Math.min(left, blockBytes));
    await file.sync();
    return { bytesPerSecond: (bytes / (performance.now() - began)) * 1000 };
  } finally {
    await file.close();
    await rm(path);
  }
};

/** Takes one connection that begins with the token, on a port that closes with it or when the time is over. */
export const receive = async ({ address, token, milliseconds }: Arguments<"receive">): Promise<Result<"receive">> => ({
  port: await awaitConnection(address, token, milliseconds, (socket) => {
    let count = token.length;
    socket.on("data", (chunk) => {
      count += chunk.length;
    });
    // The sender stops its clock when all of it has been taken, not when it is in a queue.
    socket.on("end", () => socket.end(String(count)));
  }),
});

/** Sends to what `receive` opened for as long as is asked. */
export const send = ({ address, port, token, milliseconds }: Arguments<"send">): Promise<Result<"send">> =>
  new Promise((resolve, reject) => {
    const block = randomBlock();
    const socket = connect({ host: address, port, allowHalfOpen: true });
    socket.setTimeout(milliseconds + 10_000, () => socket.destroy(new Error(`${address} does not answer`)));
    let began = 0;
    let answer = "";
    const push = (): void => {
      while (performance.now() - began < milliseconds) if (!socket.write(block)) return void socket.once("drain", push);
      socket.end();
    };
    socket.on("connect", () => {
      began = performance.now();
      socket.write(token);
      push();
    });
    socket.on("data", (chunk) => {
      answer = `${answer}${chunk}`.slice(0, 32);
    });
    socket.on("error", reject);
    socket.on("end", () => {
      const bytesPerSecond = (Number(answer) / (performance.now() - began)) * 1000;
      if (bytesPerSecond > 0) resolve({ bytesPerSecond });
      else reject(new Error(`${address} did not take what was sent`));
      socket.destroy();
    });
  });
