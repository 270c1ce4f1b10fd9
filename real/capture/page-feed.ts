import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { ownDisk } from "../disk/own-disk.ts";
import { frameSize } from "../pages/memory-image.ts";
import {
  discarded,
  pageSection,
  pinged,
  type SaidBack,
  type SentPage,
  startSection,
  streamEnd,
  streamHead,
  wayBack,
  withoutEnd,
} from "../streams/post-copy-stream.ts";
import { TestbedError } from "../testbed-error.ts";
import { mostTouched } from "./touched.ts";
import type { VersionPages } from "./version-pages.ts";

const ram = "pc.ram";
/** Pages of a section, after which others have their turn: heartbeats, and pages that the guest waits for. */
const mostPages = 64;
/** The same of pages of zeros, which are sent without content. */
const mostZeros = 4096;
/** Sections that QEMU has not read yet: what the guest waits for stands behind them. */
const mostUnread = 2;

/** Milliseconds. */
const mostLate = 100;

/** What became of a feed that is over. */
export interface Fed {
  /** Contents of pages that were sent, once each; zeros have none. */
  readonly bytes: number;
  /** Pages that the guest waited for. */
  readonly misses: number;
  /** Frames that the guest touched before they were there, in that order; {@link mostTouched} at most. */
  readonly touched: readonly number[];
}

/**
 * Gives a guest that runs already its memory: QEMU, which reads a stream, asks for each page that the guest touches and that
 * is not there (`userfaultfd`), and is sent it next; the others come behind, up from the page that was asked for last.
 */
export class PageFeed {
  readonly #pages: VersionPages;
  readonly #to: Duplex;
  /** Bytes per second at which pages come that nobody has asked for. */
  #background: number;
  /** When the next of them are, on the clock of `performance`. */
  #due = 0;
  readonly #sent: Uint8Array;
  #left: number;
  /** From here on the next page is looked for that nobody has asked for. */
  #next = 0;
  readonly #asked: number[] = [];
  readonly #touched: number[] = [];
  #bytes = 0;
  #misses = 0;
  #pings = 0;
  #pongs = 0;
  #isShut = false;
  #error: Error | undefined;
  #wake: () => void = () => {};

  /** @param to where QEMU reads, and answers */
  constructor(pages: VersionPages, to: Duplex, { background }: { readonly background: number }) {
    this.#pages = pages;
    this.#to = to;
    this.#background = background;
    this.#sent = new Uint8Array(pages.frames);
    this.#left = pages.frames;
    const back = wayBack((said) => this.#hear(said));
    to.on("data", (chunk: Buffer) => {
      try {
        back(chunk);
      } catch (error) {
        to.destroy(error as Error);
      }
    });
    const end = (error?: Error): void => {
      this.#error ??= error ?? new TestbedError("QEMU has ended the stream before it was whole");
      this.#wake();
    };
    to.on("error", end);
    to.on("end", () => end());
    to.on("close", () => end());
  }

  /**
   * Sends what is there before the guest runs: firmware, where there are zeros, and the pages that it is expected to touch.
   *
   * @param first frames; what the guest does not have is passed over
   * @returns bytes of contents of pages
   */
  async prepare(first: readonly number[]): Promise<number> {
    const { layout } = this.#pages;
    const { blocksFrom, blocksTo, others } = layout;
    await this.#write(streamHead(this.#pages.literal(8, blocksFrom), this.#pages.literal(blocksFrom, blocksTo)));
    await this.#write(discarded(ram, this.#pages.frames * frameSize));
    for (let i = 0; i < others.length; i += mostPages)
      await this.#sendAll(
        others.slice(i, i + mostPages).map(({ block, address, at }) => ({
          block,
          address,
          content: at < 0 ? undefined : this.#pages.literal(at, at + frameSize),
        })),
      );
    const zeros = Array.from(layout.at.keys()).filter((frame) => this.#pages.isZero(frame));
    for (let i = 0; i < zeros.length; i += mostZeros) await this.#send(zeros.slice(i, i + mostZeros));
    const wanted = first.filter((frame) => frame < this.#pages.frames);
    for (let i = 0; i < wanted.length; i += mostPages) await this.#send(wanted.slice(i, i + mostPages));
    await this.#untilRead(0);
    return this.#bytes;
  }

  /** Lets the guest run, and gives it all other pages. @throws what ended it before */
  async run(): Promise<Fed> {
    const { devices } = this.#pages.layout;
    await this.#write(startSection(withoutEnd(this.#pages.literal(devices, this.#pages.size))));
    while (this.#left > 0) {
      const asked = this.#asked.splice(0);
      if (asked.length > 0) {
        await this.#send(asked);
        continue;
      }
      const wait = this.#due - performance.now();
      if (wait > 0) await this.#pause(wait);
      else if (this.#pings - this.#pongs >= mostUnread) await this.#pause(1000);
      else await this.#comeBehind();
      if (this.#error !== undefined) throw this.#error;
    }
    await this.#write(Buffer.concat([pageSection(this.#pages.layout.ramSection, [], true), streamEnd]));
    while (!this.#isShut && this.#error === undefined) await this.#pause(1000);
    if (!this.#isShut) throw this.#error;
    return { bytes: this.#bytes, misses: this.#misses, touched: this.#touched };
  }

  /** Sends the next pages that nobody has asked for, and notes when the ones after them are due. */
  async #comeBehind(): Promise<void> {
    // What could not be sent in time is made good for a moment only.
    const begun = Math.max(this.#due, performance.now() - mostLate);
    this.#due = begun + (1000 * (await this.#sendNext())) / this.#background;
  }

  /** All that is left is to come now. */
  hurry(): void {
    this.#background = Number.POSITIVE_INFINITY;
    this.#due = 0;
    this.#wake();
  }

  /** Ends the connection: whoever reads it gets no more. */
  end(): void {
    this.#to.destroy();
  }

  #hear(said: SaidBack): void {
    if (said.kind === "pong") this.#pongs = said.number;
    else if (said.kind === "shut") this.#isShut = said.isWhole;
    else this.#ask(said);
    this.#wake();
  }

  #ask({ block, start, bytes }: SaidBack & { readonly kind: "pages" }): void {
    const first = start / frameSize;
    const end = first + bytes / frameSize;
    if (block !== ram || !Number.isInteger(first) || !Number.isInteger(end) || end > this.#pages.frames)
      throw new TestbedError(
        `QEMU asks for ${bytes} bytes from ${start} of ${block.slice(0, 80)}, which the guest has not`,
      );
    for (let frame = first; frame < end; frame++)
      if (this.#sent[frame] === 0) {
        this.#asked.push(frame);
        this.#misses++;
        if (this.#touched.length < mostTouched) this.#touched.push(frame);
        this.#next = frame + 1;
      }
  }

  /** The next pages that nobody has asked for. @returns bytes of their contents */
  #sendNext(): Promise<number> {
    const frames: number[] = [];
    for (let seen = 0; frames.length < mostPages && seen < this.#sent.length; seen++, this.#next++) {
      this.#next %= this.#sent.length;
      if (this.#sent[this.#next] === 0) frames.push(this.#next);
    }
    return this.#send(frames);
  }

  /** Sends frames that were not sent before. @returns bytes of their contents */
  async #send(frames: readonly number[]): Promise<number> {
    const pages: SentPage[] = [];
    let bytes = 0;
    for (const frame of frames) {
      if (this.#sent[frame] === 1) continue;
      this.#sent[frame] = 1;
      this.#left--;
      const content = this.#pages.isZero(frame) ? undefined : this.#pages.content(frame);
      bytes += content?.length ?? 0;
      pages.push({ block: ram, address: frame * frameSize, content });
    }
    this.#bytes += bytes;
    await ownDisk.read.pass(bytes);
    await this.#sendAll(pages);
    return bytes;
  }

  async #sendAll(pages: readonly SentPage[]): Promise<void> {
    const sent = pageSection(this.#pages.layout.ramSection, pages);
    await this.#write(Buffer.concat([sent, pinged(++this.#pings)]));
  }

  /** QEMU has read all but so many sections. */
  async #untilRead(unread: number): Promise<void> {
    while (this.#pings - this.#pongs > unread && this.#error === undefined) await this.#pause(1000);
    if (this.#error !== undefined) throw this.#error;
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    await new Promise<void>((resolve, reject) =>
      this.#to.write(bytes, (error) => (error == null ? resolve() : reject(error))),
    );
  }

  /** Until something is heard, at most so many milliseconds. */
  async #pause(milliseconds: number): Promise<void> {
    const abort = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([woken, sleep(milliseconds, undefined, { signal: abort.signal }).catch(() => {})]);
    abort.abort();
  }
}
