import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { constants } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { ownDisk } from "../disk/own-disk.ts";
import { fsyncFolder, sizeOf } from "./files.ts";
import { mostBytes } from "./multicast/blocks.ts";
import { awaitConnection } from "./one-connection.ts";
import type { Arguments, Result } from "./protocol.ts";
import { StreamReader } from "./stream-reader.ts";
import { withDigest } from "./with-digest.ts";

const digestBytes = 32;
const mostHeaderBytes = 2 ** 20;
/** Milliseconds in which the next host must take something, else it is left behind. */
const mostStall = 5000;
/** Milliseconds in which the host before must send something; it may wait for one that is left behind. */
const mostSilence = 3 * mostStall;
/** What each host answers to the one before: whether it has taken all, then what the next has answered. */
const [took, failed] = ["1", "0"];
const mostHosts = 64;

/** A connection to the host to which all that comes is sent on. That one fails does not keep this host from its files. */
class Next {
  readonly #socket: Socket;
  #answer = "";

  constructor({ address, port, token }: NonNullable<Arguments<"passOn">["next"]>) {
    this.#socket = connect({ host: address, port, allowHalfOpen: true });
    this.#socket.on("error", () => this.#socket.destroy());
    this.#socket.setTimeout(mostStall, () => this.#socket.destroy());
    this.#socket.on("data", (chunk: Buffer) => {
      this.#answer = `${this.#answer}${chunk}`.slice(0, mostHosts);
    });
    this.#socket.on("end", () => this.#socket.destroy());
    this.#socket.write(token);
  }

  /** Sends on, as fast as the next host takes it. */
  async write(chunk: Buffer): Promise<void> {
    if (this.#socket.destroyed || this.#socket.write(chunk)) return;
    const gone = new AbortController();
    await Promise.race([
      once(this.#socket, "drain", { signal: gone.signal }),
      once(this.#socket, "close", { signal: gone.signal }),
    ]).finally(() => gone.abort());
  }

  /** What it and those behind it say at the end. */
  async end(milliseconds: number): Promise<string> {
    if (!this.#socket.destroyed) {
      this.#socket.setTimeout(milliseconds);
      const closed = once(this.#socket, "close");
      this.#socket.end();
      await closed;
    }
    return /^[01]*$/.test(this.#answer) ? this.#answer : "";
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/**
 * Takes files over one connection, which begins with the token, and sends them on to the next host while they come. Each is
 * there under its name when all are whole and on the disk. Then the host before hears of it, and of those behind.
 */
export const passOn = async (
  folder: string,
  { address, token, names, next, milliseconds }: Arguments<"passOn">,
): Promise<Result<"passOn">> => ({
  port: await awaitConnection(address, token, milliseconds, (socket) => {
    socket.setTimeout(mostSilence);
    const onward = next === null ? undefined : new Next(next);
    intoFiles(folder, names, socket, onward)
      .then(
        () => took,
        () => failed,
      )
      .then(async (own) => {
        socket.setTimeout(milliseconds);
        // What was cut off here is cut off behind, too.
        if (own === failed) onward?.destroy();
        socket.end(own + ((await onward?.end(milliseconds)) ?? ""));
      })
      .catch(() => socket.destroy());
  }),
});

const intoFiles = async (
  folder: string,
  names: readonly string[],
  socket: Socket,
  next: Next | undefined,
): Promise<void> => {
  const reader = new StreamReader(socket);
  reader.onChunk = (chunk) => next?.write(chunk);
  const sizes = sizesIn(
    await reader.exactly(Number.parseInt(`${await reader.exactly(8)}`, 16), mostHeaderBytes),
    names,
  );
  const drafts = names.map((name) => join(folder, `${name}.draft`));
  try {
    for (const [i, draft] of drafts.entries()) {
      await rm(draft, { force: true });
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      const file = await open(draft, flags, 0o600);
      await intoFile(file, sizes[i]!, reader).finally(() => file.close());
    }
    for (const [i, draft] of drafts.entries()) await rename(draft, join(folder, names[i]!));
    await fsyncFolder(folder);
  } catch (error) {
    for (const draft of drafts) await rm(draft, { force: true });
    throw error;
  }
};

const sizesIn = (header: Buffer, names: readonly string[]): number[] => {
  const sizes: unknown = JSON.parse(header.toString());
  const isSize = (size: unknown): size is number => Number.isSafeInteger(size) && (size as number) >= 0;
  if (!Array.isArray(sizes) || sizes.length !== names.length || !sizes.every(isSize))
    throw new Error("other files than were to come");
  if (sizes.reduce((sum, size) => sum + size, 0) > mostBytes) throw new Error("too much at once");
  return sizes;
};

const intoFile = async (file: FileHandle, size: number, reader: StreamReader): Promise<void> => {
  const hash = createHash("sha256");
  for (let left = size; left > 0; ) {
    const content = await reader.some(left);
    hash.update(content);
    for (let done = 0; done < content.length; ) done += (await file.write(content, done)).bytesWritten;
    await ownDisk.write.pass(content.length);
    left -= content.length;
  }
  if (!timingSafeEqual(hash.digest(), await reader.exactly(digestBytes))) throw new Error("it was altered");
  await file.sync();
};

/** Gives files to the first host of a chain of `passOn`. @returns which hosts, in their order, have all of them */
export const giveChain = async (
  folder: string,
  { address, port, token, names, hosts, milliseconds }: Arguments<"giveChain">,
): Promise<Result<"giveChain">> => {
  const next = new Next({ address, port, token });
  try {
    const sizes: number[] = [];
    for (const name of names) sizes.push((await sizeOf(folder, { name })).bytes);
    const header = Buffer.from(JSON.stringify(sizes));
    await next.write(Buffer.from(header.length.toString(16).padStart(8, "0")));
    await next.write(header);
    for (const [i, name] of names.entries()) {
      const file = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        for await (const piece of withDigest(file, sizes[i]!)) await next.write(piece);
      } finally {
        await file.close();
      }
    }
    const answer = await next.end(milliseconds);
    const taken = Array.from({ length: hosts }, (_, i) => answer[i] === took);
    return { bytes: sizes.reduce((sum, size) => sum + size, 0), taken };
  } finally {
    next.destroy();
  }
};
