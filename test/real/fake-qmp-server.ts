import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lineSplitter } from "../../real/line-splitter.ts";

export type Command = { readonly execute: string; readonly arguments: Record<string, unknown>; readonly id: number };
export type Talk = {
  readonly say: (...messages: unknown[]) => void;
  /** Bytes as they are, without the end of a line. */
  readonly mumble: (text: string) => void;
  readonly drop: () => void;
};
export type Script = {
  readonly before?: (talk: Talk) => void;
  readonly answer: (command: Command, talk: Talk) => void;
};

export const greeting = { QMP: { version: {}, capabilities: [] } };

/** Runs `use` against a server that splits what it says at bytes which `random` (in [0, 1)) draws. */
export const withFakeQmp = async (script: Script, random: () => number, use: (path: string) => Promise<void>) => {
  const folder = mkdtempSync(join(tmpdir(), "snapback-qmp-"));
  const path = join(folder, "qmp");
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay(true));
    socket.on("error", () => socket.destroy());
    let last = Promise.resolve();
    const say = (...messages: unknown[]) => {
      const bytes = Buffer.from(messages.map((message) => `${JSON.stringify(message)}\r\n`).join(""));
      for (let start = 0; start < bytes.length; ) {
        const end = start + 1 + Math.floor(random() * Math.max(40, bytes.length / 8));
        const piece = bytes.subarray(start, end);
        // A turn of the event loop between two writes, so that they arrive as two.
        last = last.then(() => new Promise((resolve) => setImmediate(() => resolve(void socket.write(piece)))));
        start = end;
      }
    };
    const mumble = (text: string) => {
      last = last.then(() => void socket.write(text));
    };
    const talk = { say, mumble, drop: () => void last.then(() => socket.destroy()) };
    script.before?.(talk);
    say(greeting);
    const hear = lineSplitter(1e6, (line) => {
      const command: Command = JSON.parse(line);
      if (command.execute === "qmp_capabilities") say({ return: {}, id: command.id });
      else script.answer(command, talk);
    });
    socket.on("data", hear);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    await use(path);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  }
};
