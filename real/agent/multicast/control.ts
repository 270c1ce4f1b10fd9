import type { Socket } from "node:net";
import * as z from "zod/mini";
import { lineSplitter } from "../../line-splitter.ts";
import { mostLineBytes } from "../protocol.ts";
import { mostBytes } from "./blocks.ts";

/** Runs of missing blocks in one report; what is beyond them is asked for a round later. */
export const mostRuns = 16_384;
/** Digests in one line. */
export const mostDigests = 1024;
export const mostItems = 4096;

/** Milliseconds between two words that both ends say when there is nothing to say, and after which silence means death. */
export const wordEvery = 500;
export const mostSilence = 4000;

const count = z.int().check(z.nonnegative());
const block = count.check(z.maximum(2 ** 32 - 1));
const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** What the source of a multicast says to each receiver, over a connection of TCP beside the datagrams. */
export const toReceiver = z.union([
  z.strictObject({
    /** That it knows the token, too. */
    given: digest,
    /** Bytes of each item. */
    sizes: z.array(count.check(z.maximum(mostBytes))).check(z.minLength(1), z.maxLength(mostItems)),
    /** The last datagram before. */
    sent: count,
  }),
  z.strictObject({ first: block, digests: z.array(digest).check(z.maxLength(mostDigests)) }),
  /** A round is over: what is missing? */
  z.strictObject({ round: count, sent: count }),
  /** It lives. */
  z.strictObject({ here: z.literal(true) }),
  /** Nobody that is left misses anything. */
  z.strictObject({ end: z.literal(true) }),
]);
export type ToReceiver = z.infer<typeof toReceiver>;

/** What a receiver says to the source. */
export const toSource = z.union([
  /** That it knows the token, and bytes of datagrams that it holds unread. */
  z.strictObject({ join: digest, window: count }),
  z.strictObject({ ready: z.literal(true) }),
  /** The last datagram that it has read, and how many it has read. */
  z.strictObject({ seen: count, heard: count }),
  z.strictObject({
    round: count,
    missing: z.array(z.tuple([block, block])).check(z.maxLength(mostRuns)),
    blocks: count,
  }),
  z.strictObject({ taken: z.literal(true) }),
]);
export type ToSource = z.infer<typeof toSource>;

/** Tells messages, a JSON value a line. */
export const tell = (socket: Socket, message: ToReceiver | ToSource): void => {
  if (!socket.destroyed && socket.writable) socket.write(`${JSON.stringify(message)}\n`);
};

/** Hears messages; who says anything else is not heard any further. */
export const hear = <T>(socket: Socket, schema: z.ZodMiniType<T>, onMessage: (message: T) => void): void => {
  const split = lineSplitter(mostLineBytes, (line) => {
    if (!socket.destroyed) onMessage(schema.parse(JSON.parse(line)));
  });
  socket.on("data", (chunk) => {
    try {
      split(chunk);
    } catch {
      socket.destroy(new Error("it said what nobody says in a multicast"));
    }
  });
};
