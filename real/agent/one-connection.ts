import { timingSafeEqual } from "node:crypto";
import { createServer, type Socket } from "node:net";

/**
 * Listens on a port of its own for one connection, which both ends may end apart; it closes with that, or when the time is over.
 *
 * @returns the port
 */
export const awaitConnection = (
  address: string,
  milliseconds: number,
  onConnection: (socket: Socket) => void,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      server.close();
      socket.setTimeout(milliseconds, () => socket.destroy());
      socket.on("error", () => socket.destroy());
      onConnection(socket);
    });
    const timer = setTimeout(() => server.close(), milliseconds);
    server.on("close", () => clearTimeout(timer));
    server.on("error", reject);
    server.listen(0, address, () => {
      const bound = server.address();
      if (bound === null || typeof bound === "string") reject(new Error("no port was given"));
      else resolve(bound.port);
    });
  });

/** Whether what has come begins with the token; undefined while too little has. */
export const beginsWith = (token: string, come: Buffer): boolean | undefined =>
  come.length < token.length ? undefined : timingSafeEqual(come.subarray(0, token.length), Buffer.from(token));
