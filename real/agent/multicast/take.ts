import { createSocket, type Socket as Datagrams } from "node:dgram";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Arguments, Result } from "../protocol.ts";
import { Blocks, mostBytes } from "./blocks.ts";
import { hear, mostSilence, type ToReceiver, tell, toReceiver, wordEvery } from "./control.ts";
import { groupOf, proofOf, proves, Seal } from "./datagram.ts";
import { Drafts } from "./drafts.ts";

/** What is asked of the kernel to hold unread; it may give less. */
const wishedBuffer = 2 ** 22;
/** Datagrams between two words about what has been read. */
const datagramsAWord = 16;
/** Milliseconds without a datagram after which those of a round that are missing are lost. */
const quiet = 15;

/**
 * Takes files that their source sends to a group of hosts at once. They are there under their names only when all of
 * them are whole, verified by digests, and on the disk. It may join when the source has begun; what went by is sent again.
 *
 * @param isLost for tests: whether a datagram that has come is to be lost
 */
export const takeMulticast = async (
  folder: string,
  { address, source, port, token, names, milliseconds }: Arguments<"takeMulticast">,
  isLost: () => boolean = () => false,
): Promise<Result<"takeMulticast">> => {
  const datagrams = await joined(address, groupOf(token), port);
  const socket = connect({ host: source, port, localAddress: address });
  const taking = new Taking(folder, names, token, socket);
  datagrams.on("message", (bytes) => {
    if (!isLost()) taking.receive(bytes);
  });
  datagrams.on("error", (error) => socket.destroy(error));
  const timer = setTimeout(() => socket.destroy(new Error(`it took more than ${milliseconds / 1000} s`)), milliseconds);
  const beat = setInterval(() => taking.beat(), wordEvery);
  socket.on("connect", () =>
    tell(socket, { join: proofOf(token, "join"), window: Math.max(1, datagrams.getRecvBufferSize()) }),
  );
  try {
    return await taking.result;
  } finally {
    clearTimeout(timer);
    clearInterval(beat);
    datagrams.close();
    socket.destroy();
  }
};

/** A socket that gets the datagrams of the group alone, by the network card that has the address. */
const joined = (address: string, group: string, port: number): Promise<Datagrams> =>
  new Promise((resolve, reject) => {
    const socket = createSocket({ type: "udp4", reuseAddr: true, recvBufferSize: wishedBuffer });
    socket.once("error", reject);
    socket.bind({ address: group, port, exclusive: true }, () => {
      try {
        socket.addMembership(group, address);
        resolve(socket);
      } catch (error) {
        socket.close();
        reject(error);
      }
    });
  });

/** One transfer, as its receiver sees it. */
class Taking {
  readonly result: Promise<Result<"takeMulticast">>;
  readonly #folder: string;
  readonly #names: readonly string[];
  readonly #token: string;
  readonly #seal: Seal;
  readonly #socket: Socket;
  #drafts: Drafts | undefined;
  #sent = 0;
  #seen = 0;
  #told = 0;
  #heard = 0;
  #foreign = 0;
  #duplicates = 0;
  #lastAt = 0;
  #done!: (result: Result<"takeMulticast">) => void;
  #step: Promise<void> = Promise.resolve();
  #wordAt = performance.now();

  constructor(folder: string, names: readonly string[], token: string, socket: Socket) {
    this.#folder = folder;
    this.#names = names;
    this.#token = token;
    this.#seal = new Seal(token);
    this.#socket = socket;
    let cause: Error | undefined;
    this.result = new Promise((resolve, reject) => {
      this.#done = resolve;
      socket.on("error", (error) => {
        cause = error;
      });
      socket.on("close", () => {
        // What is under way with the drafts comes to its end before they go.
        this.#step.finally(() => {
          this.#drafts?.discard();
          reject(cause ?? new Error("the source ended the transfer"));
        });
      });
    });
    // One message after the other, in their order.
    hear<ToReceiver>(socket, toReceiver, (message) => {
      this.#wordAt = performance.now();
      this.#step = this.#step
        .then(() => (socket.destroyed ? undefined : this.#answer(message)))
        .catch((error) => void socket.destroy(error));
    });
  }

  receive(bytes: Buffer): void {
    if (this.#drafts === undefined || this.#socket.destroyed) return;
    const datagram = this.#seal.open(bytes);
    if (datagram === undefined) {
      this.#foreign++;
      return;
    }
    // Their source sends them in this order; one that comes twice, or late, is as if it were lost.
    if (datagram.sequence <= this.#seen) {
      this.#duplicates++;
      return;
    }
    this.#seen = datagram.sequence;
    this.#heard++;
    this.#lastAt = performance.now();
    try {
      if (!this.#drafts.take(datagram)) this.#foreign++;
    } catch (error) {
      this.#socket.destroy(error as Error);
    }
    if (this.#seen - this.#told >= datagramsAWord) this.tellSeen();
  }

  /** Says that it lives, and finds out whether its source does. */
  beat(): void {
    this.tellSeen();
    if (performance.now() - this.#wordAt > mostSilence) this.#socket.destroy(new Error("the source fell silent"));
  }

  tellSeen(): void {
    if (this.#drafts === undefined) return;
    this.#told = this.#seen;
    tell(this.#socket, { seen: this.#seen, heard: this.#heard });
  }

  async #answer(message: ToReceiver): Promise<void> {
    if ("sizes" in message) this.#begin(message);
    else if (this.#drafts === undefined) throw new Error("the source did not say what comes");
    else if ("here" in message) return;
    else if ("digests" in message) this.#drafts.learn(message.first, message.digests);
    else if ("round" in message) await this.#report(this.#drafts, message);
    else {
      await this.#drafts.finish();
      await new Promise<void>((resolve) => this.#socket.end(`${JSON.stringify({ taken: true })}\n`, resolve));
      const lost = Math.max(0, this.#sent - this.#heard);
      this.#done({ lost, duplicates: this.#duplicates, foreign: this.#foreign });
    }
  }

  #begin({ given, sizes, sent }: Extract<ToReceiver, { sizes: unknown }>): void {
    if (this.#drafts !== undefined || !proves(given, this.#token, "give")) throw new Error("another source");
    if (sizes.length !== this.#names.length || sizes.reduce((sum, bytes) => sum + bytes, 0) > mostBytes)
      throw new Error("other files than were to come");
    const blocks = new Blocks(sizes.map((bytes, i) => ({ name: this.#names[i]!, bytes })));
    this.#drafts = new Drafts(this.#folder, this.#names, blocks);
    // Those before it joined are not lost.
    this.#heard = sent;
    this.#sent = sent;
    this.#seen = sent;
    tell(this.#socket, { ready: true });
  }

  async #report(drafts: Drafts, { round, sent }: Extract<ToReceiver, { round: unknown }>): Promise<void> {
    this.#sent = sent;
    // Datagrams may still be on their way, or unread.
    const since = performance.now();
    while (this.#seen < sent && performance.now() - Math.max(since, this.#lastAt) < quiet) await sleep(2);
    const { runs, blocks } = await drafts.missing();
    tell(this.#socket, { round, missing: runs.map(([first, count]) => [first, count]), blocks });
  }
}
