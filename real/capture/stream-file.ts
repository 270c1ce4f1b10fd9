import { once } from "node:events";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ownDisk } from "../disk/own-disk.ts";
import { socketPath } from "../socket-path.ts";

/** A file that QEMU is sending a migration stream into. */
export type StreamFile = {
  /** What QEMU is given as its destination. */
  readonly uri: string;
  /** Waits for the end of the stream; resolves with its bytes. */
  readonly whole: Promise<number>;
  /** Ends it, whole or not. */
  readonly close: () => Promise<void>;
};

/** Bytes of which it pays to wake up. */
const handful = 2 ** 15;

/**
 * Takes one stream into a new file that is private to the user. It comes over a socket beside the file, because QEMU would
 * have a shell run for anything else.
 *
 * @param isPaged its pages come one by one, as those of a background snapshot do
 * @throws an error of code EEXIST if there is such a file
 */
export const intoFile = async (file: string, isPaged: boolean): Promise<StreamFile> => {
  const path = socketPath(`${file}.sock`);
  // Made before QEMU is asked for anything: a file that is there is another's.
  const to = await open(file, "wx", 0o600);
  // Of pages nothing is read ahead of what is asked for.
  const server = createServer(isPaged ? { highWaterMark: 1 } : {});
  const closing = new AbortController();
  let sender: Socket | undefined;
  const whole = (async () => {
    try {
      const [socket] = (await once(server, "connection", { signal: closing.signal })) as [Socket];
      sender = socket;
      socket.on("error", () => {});
      server.close();
      if (isPaged) return await gather(socket, to);
      const writer = to.createWriteStream();
      await pipeline(socket, asTheDiskTakesIt(), writer);
      return writer.bytesWritten;
    } finally {
      await to.close();
    }
  })();
  whole.catch(() => {});
  server.listen(path);
  await once(server, "listening");
  const close = async (): Promise<void> => {
    server.close();
    closing.abort();
    sender?.destroy();
    await rm(path, { force: true });
  };
  return { uri: `unix:${path}`, whole, close };
};

/** What a slow disk has not taken yet keeps QEMU waiting, and with it a guest that writes. */
const asTheDiskTakesIt = (): Transform =>
  new Transform({
    transform(chunk: Buffer, _encoding, next) {
      ownDisk.write.pass(chunk.length).then(() => next(null, chunk), next);
    },
  });

/**
 * Writes pages until the end, and lets them gather meanwhile: waking for each of them takes much of the time of the cores that
 * guests run on. @returns bytes
 */
const gather = async (from: Socket, to: FileHandle): Promise<number> => {
  let total = 0;
  for await (const bytes of from as AsyncIterable<Buffer>) {
    await ownDisk.write.pass(bytes.length);
    for (let done = 0; done < bytes.length; ) done += (await to.write(bytes, done)).bytesWritten;
    total += bytes.length;
    if (bytes.length < handful) await sleep(1);
  }
  return total;
};

/** Sends a file to a QEMU that listens for a stream on the socket. */
export const fromFile = async (file: string, path: string): Promise<void> => {
  const socket = connect(socketPath(path));
  await once(socket, "connect");
  // QEMU closes it with the end of the stream unread, which may be told when all has been sent and nobody listens any more.
  socket.on("error", () => {});
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), socket);
};
