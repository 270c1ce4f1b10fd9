import { timingSafeEqual } from "node:crypto";
import { createServer, type Socket } from "node:net";

/** Connections that have not shown the token yet; one more, and the oldest of them is ended. */
const mostStrangers = 16;
/** Milliseconds in which a connection must show it: who has it sends it at once. */
const strangerDeadline = 5000;

/**
 * Listens on a port of its own for one connection that begins with the token, which both ends may end apart. It closes with
 * the first that does, or when the time is over, and so does that connection. Whoever else can reach the port, such as the
 * guests on a host's bridge, neither is heard nor takes the turn of the one that is awaited.
 *
 * @param onConnection is given the connection with the token taken off
 * @returns the port
 */
export const awaitConnection = (
  address: string,
  token: string,
  milliseconds: number,
  onConnection: (socket: Socket) => void,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const strangers = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      strangers.add(socket);
      if (strangers.size > mostStrangers) strangers.values().next().value!.destroy();
      const late = setTimeout(() => socket.destroy(), Math.min(milliseconds, strangerDeadline));
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        clearTimeout(late);
        strangers.delete(socket);
      });
      const admit = (): void => {
        const shown = socket.read(token.length) as Buffer | null;
        if (shown === null) return;
        socket.off("readable", admit);
        if (shown.length !== token.length || !timingSafeEqual(shown, Buffer.from(token))) return void socket.destroy();
        clearTimeout(late);
        strangers.delete(socket);
        end();
        const over = setTimeout(() => socket.destroy(), milliseconds);
        socket.on("close", () => clearTimeout(over));
        onConnection(socket);
      };
      socket.on("readable", admit);
      // It ended within the token.
      socket.on("end", () => strangers.has(socket) && socket.destroy());
    });
    const end = (): void => {
      server.close();
      for (const stranger of strangers) stranger.destroy();
    };
    const timer = setTimeout(end, milliseconds);
    server.on("close", () => clearTimeout(timer));
    server.on("error", reject);
    server.listen(0, address, () => {
      const bound = server.address();
      if (bound === null || typeof bound === "string") reject(new Error("no port was given"));
      else resolve(bound.port);
    });
  });
