import type { Socket } from "node:net";
import type { BlockSet, Run } from "./blocks.ts";
import { hear, mostSilence, type ToReceiver, type ToSource, tell, toSource } from "./control.ts";
import { onTheWire, proves } from "./datagram.ts";

/** Milliseconds after which what a receiver has not seen is taken for lost, and no longer waited for. */
const stall = 20;
/** Rounds in which nothing comes to a receiver before it is given up. */
const mostFruitless = 5;
/** Datagrams of which a share of losses is told. */
const leastTold = 64;
/** The kernel counts what it holds with its own overhead: a third of its buffer is content, for certain. */
const heldPart = 1 / 3;

/** A receiver of a multicast, as its source sees it. */
export class Member {
  readonly address: string;
  /** Its files are open: it can take datagrams. */
  isReady = false;
  isTaken = false;
  /** Why it is no receiver any longer. */
  reason: string | undefined;
  /** It has no block missing, by its last report. */
  isWhole = false;
  readonly #socket: Socket;
  #windowBytes = 0;
  #seen = 0;
  #seenAt = 0;
  #told = { seen: 0, heard: 0 };
  #toldBefore = { seen: 0, heard: 0 };
  #heardAt = performance.now();
  #round = 0;
  #runs: readonly Run[] = [];
  #left = Number.POSITIVE_INFINITY;
  #fruitless = 0;

  /** @param onWord something has changed */
  constructor(
    socket: Socket,
    token: string,
    { onJoin, onWord }: { onJoin: (member: Member) => void; onWord: () => void },
  ) {
    this.address = socket.remoteAddress ?? "";
    this.#socket = socket;
    let isKnown = false;
    hear<ToSource>(socket, toSource, (message) => {
      this.#heardAt = performance.now();
      if (!isKnown) {
        if (!("join" in message) || !proves(message.join, token, "join")) throw new Error("it does not know the token");
        isKnown = true;
        this.#windowBytes = message.window * heldPart;
        onJoin(this);
      } else this.#take(message);
      onWord();
    });
    socket.on("error", (error) => this.drop(error.message));
    socket.on("close", () => {
      this.drop("it ended the connection");
      onWord();
    });
  }

  get lives(): boolean {
    return this.reason === undefined;
  }

  drop(reason: string): void {
    if (this.isTaken) return;
    this.reason ??= reason;
    this.#socket.destroy();
  }

  tell(message: ToReceiver): void {
    tell(this.#socket, message);
  }

  /** Nothing is waited for of what was sent before. */
  begin(sequence: number): void {
    this.#seen = sequence;
    this.#seenAt = performance.now();
  }

  /** Whether it can hold one more datagram when `sent` is the last one. */
  hasRoom(sent: number, datagramBytes: number): boolean {
    if ((sent - this.#seen) * onTheWire(datagramBytes) <= this.#windowBytes) return true;
    if (performance.now() - this.#seenAt > stall) this.begin(sent);
    return false;
  }

  /** Drops it if it has been silent for too long. */
  check(): void {
    if (this.lives && performance.now() - this.#heardAt > mostSilence) this.drop("it fell silent");
  }

  /** The part of datagrams that it has lost since it was asked; undefined while they are few. */
  lossSince(): number | undefined {
    const sent = this.#told.seen - this.#toldBefore.seen;
    if (sent < leastTold) return undefined;
    const lost = 1 - (this.#told.heard - this.#toldBefore.heard) / sent;
    this.#toldBefore = this.#told;
    return lost;
  }

  hasReported(round: number): boolean {
    return this.#round === round;
  }

  /** Adds what it misses to a set of blocks. */
  addMissing(blocks: BlockSet, of: number): void {
    for (const [first, count] of this.#runs)
      for (let block = first; block < Math.min(of, first + count); block++) blocks.add(block);
  }

  #take(message: ToSource): void {
    if ("ready" in message) this.isReady = true;
    else if ("seen" in message) {
      if (message.seen > this.#seen) this.begin(message.seen);
      this.#told = message;
    } else if ("round" in message) {
      this.#round = message.round;
      this.#runs = message.missing;
      this.isWhole = message.blocks === 0;
      this.#fruitless = message.blocks < this.#left ? 0 : this.#fruitless + 1;
      this.#left = message.blocks;
      if (!this.isWhole && this.#fruitless >= mostFruitless) this.drop("datagrams of its group do not come to it");
    } else if ("taken" in message) this.isTaken = true;
    else throw new Error("it has joined before");
  }
}
