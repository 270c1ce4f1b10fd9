import { once } from "node:events";
import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
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

/**
 * Takes one stream into a new file that is private to the user. It comes over a socket beside the file, because QEMU would
 * have a shell run for anything else.
 *
 * @throws an error of code EEXIST if there is such a file
 */
export const intoFile = async (file: string): Promise<StreamFile> => {
  const path = socketPath(`${file}.sock`);
  // Made before QEMU is asked for anything: a file that is there is another's.
  const to = (await open(file, "wx", 0o600)).createWriteStream();
  const server = createServer();
  let sender: Socket | undefined;
  const whole = (async () => {
    const [socket] = (await once(server, "connection")) as [Socket];
    sender = socket;
    socket.on("error", () => {});
    server.close();
    await pipeline(socket, asTheDiskTakesIt(), to);
    return to.bytesWritten;
  })();
  whole.catch(() => {});
  server.listen(path);
  await once(server, "listening");
  const close = async (): Promise<void> => {
    server.close();
    sender?.destroy();
    to.destroy();
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

/** Sends a file to a QEMU that listens for a stream on the socket. */
export const fromFile = async (file: string, path: string): Promise<void> => {
  const socket = connect(socketPath(path));
  await once(socket, "connect");
  // QEMU closes it with the end of the stream unread, which may be told when all has been sent and nobody listens any more.
  socket.on("error", () => {});
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), socket);
};
