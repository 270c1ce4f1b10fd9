import { createHash } from "node:crypto";
import { createSocket, type Socket as Datagrams } from "node:dgram";
import { constants, lstatSync, readSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ownDisk } from "../../disk/own-disk.ts";
import type { Arguments, Result } from "../protocol.ts";
import { BlockSet, Blocks, type Item, mostBlocks, mostBytes } from "./blocks.ts";
import { mostDigests, wordEvery } from "./control.ts";
import { datagramOverhead, groupOf, onTheWire, proofOf, Seal } from "./datagram.ts";
import { Member } from "./member.ts";
import { OpenFiles } from "./open-files.ts";
import { Pace } from "./pace.ts";

/** Connections of one transfer, those of strangers too. */
const mostConnections = 64;
/** Milliseconds for a connection to say that it knows the token. */
const joinPatience = 5000;
const mostRounds = 64;
/** Datagrams that the kernel has not taken yet. */
const mostUnsent = 64;
/** Segments whose digests are told at once. */
const digestsATelling = 64;

/** A transfer that one host offers to many: its port, its files, and who has joined. */
export class MulticastOffer {
  readonly #given: Arguments<"offerMulticast">;
  readonly #blocks: Blocks;
  readonly #files: OpenFiles;
  readonly #seal: Seal;
  readonly #members: Member[] = [];
  readonly #digests: string[] = [];
  readonly #server: Server;
  readonly #beat: NodeJS.Timeout;
  #word: (() => void) | undefined;
  #sequence = 0;
  #unsent = 0;
  #failure: Error | undefined;
  #sentBytes = 0;

  /** @throws Error unless all files are there */
  constructor(folder: string, given: Arguments<"offerMulticast">) {
    this.#given = given;
    const items = given.pieces.map((piece) => itemOf(folder, piece));
    if (items.reduce((sum, { bytes }) => sum + bytes, 0) > mostBytes)
      throw new Error(`at most ${mostBytes / 2 ** 30} GiB in one transfer`);
    this.#blocks = new Blocks(items);
    this.#files = new OpenFiles(
      folder,
      items.map(({ name }) => name),
      constants.O_RDONLY,
    );
    this.#seal = new Seal(given.token);
    this.#server = createServer((socket) => {
      const timer = setTimeout(() => socket.destroy(), joinPatience);
      socket.on("close", () => clearTimeout(timer));
      new Member(socket, given.token, {
        onJoin: (member) => {
          clearTimeout(timer);
          this.#join(member);
        },
        onWord: () => this.#word?.(),
      });
    });
    this.#server.maxConnections = mostConnections;
    this.#beat = setInterval(() => {
      for (const member of this.#members) member.tell({ here: true });
    }, wordEvery);
  }

  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, this.#given.address, () => {
        const bound = this.#server.address();
        if (bound === null || typeof bound === "string") reject(new Error("no port was given"));
        else resolve(bound.port);
      });
    });
  }

  close(): void {
    clearInterval(this.#beat);
    this.#server.close();
    for (const member of this.#members) member.drop("the transfer ended");
    this.#files.close();
  }

  /**
   * Sends the files, once `members` have joined or their time is over, and what was lost again until nobody misses
   * anything.
   *
   * @throws Error if nobody has joined, or it takes too long
   */
  async give({
    port,
    members,
    joinMilliseconds,
    bytesPerSecond,
  }: Arguments<"giveMulticast">): Promise<Result<"giveMulticast">> {
    const joinUntil = performance.now() + joinMilliseconds;
    await this.#until(() => this.#ready.length >= members || performance.now() > joinUntil);
    if (this.#ready.length === 0) throw new Error("nobody has joined");
    const datagrams = await senderOn(this.#given.address);
    try {
      const send = this.#sender(datagrams, port, new Pace(bytesPerSecond));
      await this.#sendAll(send);
      const firstBytes = this.#sentBytes;
      const rounds = await this.#repair(send);
      for (const member of this.#ready) member.tell({ end: true });
      await this.#until(() => this.#ready.every(({ isTaken }) => isTaken));
      return {
        bytes: this.#blocks.items.reduce((sum, { bytes }) => sum + bytes, 0),
        sentBytes: this.#sentBytes,
        repairedBytes: this.#sentBytes - firstBytes,
        datagrams: this.#sequence,
        rounds,
        receivers: this.#members.map(({ address, isTaken, reason }) => ({
          address,
          taken: isTaken,
          reason: isTaken ? null : (reason ?? "it did not become ready").slice(0, 200),
        })),
      };
    } finally {
      datagrams.close();
    }
  }

  /** Who takes part, now. */
  get #ready(): Member[] {
    return this.#members.filter(({ isReady, lives, isTaken }) => isReady && (lives || isTaken));
  }

  #join(member: Member): void {
    this.#members.push(member);
    member.begin(this.#sequence);
    const given = proofOf(this.#given.token, "give");
    member.tell({ given, sizes: this.#blocks.items.map(({ bytes }) => bytes), sent: this.#sequence });
    for (let first = 0; first < this.#digests.length; first += mostDigests)
      member.tell({ first, digests: this.#digests.slice(first, first + mostDigests) });
  }

  /** Waits for words of receivers, and gives those up that say none. */
  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      const heard = new Promise<void>((resolve) => {
        this.#word = resolve;
      });
      await Promise.race([heard, sleep(25)]);
      for (const member of this.#members) if (!member.isTaken) member.check();
    }
  }

  async #sendAll(send: Send): Promise<void> {
    let told = 0;
    const tellDigests = (): void => {
      const digests = this.#digests.slice(told);
      if (digests.length > 0) for (const member of this.#members) member.tell({ first: told, digests });
      told = this.#digests.length;
    };
    for (let segment = 0; segment < this.#blocks.segments; segment++) {
      const hash = createHash("sha256");
      const { first, end } = this.#blocks.ofSegment(segment);
      for (let block = first; block < end; ) {
        const { content, blocks } = await send(block, mostBlocks);
        hash.update(content);
        block += blocks;
      }
      this.#digests.push(hash.digest("hex"));
      if (this.#digests.length - told >= digestsATelling) tellDigests();
    }
    tellDigests();
  }

  /** @returns rounds in which something was sent again */
  async #repair(send: Send): Promise<number> {
    for (let round = 1; round <= mostRounds; round++) {
      const asked = this.#ready;
      if (asked.length === 0) throw new Error("no receiver is left");
      for (const member of asked) member.tell({ round, sent: this.#sequence });
      await this.#until(() => asked.every((member) => !member.lives || member.hasReported(round)));
      const missing = new BlockSet(this.#blocks.count);
      for (const member of asked) if (member.lives) member.addMissing(missing, this.#blocks.count);
      if (missing.size === 0 && this.#ready.every(({ isWhole }) => isWhole)) return round - 1;
      for (const block of missing) await send(block, 1);
    }
    throw new Error(`something was still missing after ${mostRounds} rounds`);
  }

  /** What sends blocks when they may go. */
  #sender(datagrams: Datagrams, port: number, pace: Pace): Send {
    const group = groupOf(this.#given.token);
    return async (block, most) => {
      if (this.#ready.length === 0) throw new Error("no receiver is left");
      pace.adapt(() => this.#ready.map((member) => member.lossSince()));
      const { item, offset, bytes, blocks } = this.#blocks.extentAt(block, pace.isLossy ? 1 : most);
      const { name, offset: begin = 0 } = this.#blocks.items[item]!;
      const size = bytes + datagramOverhead;
      await ownDisk.read.pass(bytes);
      await pace.await(onTheWire(size));
      const mayGo = (): boolean =>
        this.#unsent < mostUnsent && this.#ready.every((member) => member.hasRoom(this.#sequence, size));
      if (!mayGo()) await this.#until(mayGo);
      if (this.#failure !== undefined) throw this.#failure;
      const content = Buffer.allocUnsafe(bytes);
      const read = readSync(this.#files.descriptor(item), content, 0, bytes, begin + offset);
      if (read !== bytes) throw new Error(`${name} became shorter`);
      this.#unsent++;
      datagrams.send(this.#seal.close({ sequence: ++this.#sequence, block, content }), port, group, (error) => {
        this.#unsent--;
        this.#failure ??= error ?? undefined;
        this.#word?.();
      });
      this.#sentBytes += bytes;
      return { content, blocks };
    };
  }
}

/** Sends blocks from one on, in one datagram; resolves with what they hold, and how many they are. */
type Send = (block: number, most: number) => Promise<{ readonly content: Buffer; readonly blocks: number }>;

/** @throws Error unless it is there */
const itemOf = (folder: string, piece: Arguments<"offerMulticast">["pieces"][number]): Item => {
  const { name, offset, bytes } = typeof piece === "string" ? { name: piece, offset: 0, bytes: undefined } : piece;
  const stat = lstatSync(join(folder, name));
  if (!stat.isFile()) throw new Error(`${name} is no file`);
  if (offset + (bytes ?? 0) > stat.size)
    throw new Error(`${name} ends at ${stat.size}, before ${offset + (bytes ?? 0)}`);
  return { name, bytes: bytes ?? stat.size, offset };
};

/** A socket that sends to groups by the network card that has the address, and no further than its own network. */
const senderOn = (address: string): Promise<Datagrams> =>
  new Promise((resolve, reject) => {
    const socket = createSocket({ type: "udp4", sendBufferSize: 2 ** 20 });
    socket.once("error", reject);
    socket.bind({ address, port: 0, exclusive: true }, () => {
      socket.setMulticastInterface(address);
      socket.setMulticastTTL(1);
      socket.off("error", reject);
      resolve(socket);
    });
  });
