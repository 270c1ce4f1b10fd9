import { connect, type Socket } from "node:net";
import * as z from "zod/mini";
import { lineSplitter } from "../line-splitter.ts";
import { printable } from "../printable.ts";
import { socketPath } from "../socket-path.ts";
import { TestbedError } from "../testbed-error.ts";

const count = z.int().check(z.nonnegative());
const pair = z.tuple([count, count]);

/** A guest is well, and how much it has done since it was started; `at` is its own clock, nanoseconds. */
export const heartbeat = z.strictObject({
  beat: count,
  at: count,
  /** Of its last write, to memory or disk. */
  sequence: count,
  /** Pages of each class that were written. */
  written: z.array(count).check(z.maxLength(8)),
  /** Writes that were due and given up, because it was too slow. */
  late: count,
  blocks: count,
  /** Messages by UDP and TCP. */
  sent: pair,
  received: pair,
  /** Lines that found no room. */
  dropped: count,
  /** Stamps written to Redis. */
  keys: count,
});
export type Heartbeat = z.infer<typeof heartbeat>;

/** What a guest found when it looked through its memory and its disk. */
export const verdict = z.strictObject({
  verified: z.boolean(),
  sequence: count,
  pages: count,
  badPages: count,
  first: z.string().check(z.maxLength(100), z.regex(/^[\x20-\x7e]*$/)),
  blocks: count,
  blocksBehind: count,
  blocksAhead: count,
  blocksTorn: count,
  /** Pages that its kernel may have cached of its disk, and those that are not as they were written. */
  cached: count,
  cachedBad: count,
  keys: count,
  keysBehind: count,
  keysAhead: count,
  /** Itself and those beside it; since it was asked last, those that were killed for memory that was lost, and that ended otherwise. */
  processes: count,
  killed: count,
  wrong: count,
});
export type Verdict = z.infer<typeof verdict>;

/** Whether programs did what they did the first time; else what they printed. */
export const exercised = z.strictObject({
  exercised: z.boolean(),
  what: z.string().check(z.maxLength(200), z.regex(/^[\w :/.-]*$/)),
});
export type Exercised = z.infer<typeof exercised>;

const held = z.strictObject({ holding: z.boolean(), sequence: count });
const fatal = z.strictObject({ fatal: z.string().check(z.maxLength(300)) });
const line = z.union([heartbeat, verdict, exercised, held, fatal]);

const mostLineBytes = 4096;
/** A guest that says more between two questions is no workload of ours. */
const mostLines = 100_000;

/**
 * The line to the workload in a guest, which is not trusted: whatever else it says than it should ends the line with an
 * error, and so does what is too long or too much.
 */
export class GuestPort {
  readonly #socket: Socket;
  readonly #name: string;
  #beat: Heartbeat | undefined;
  #lines = 0;
  #error: Error | undefined;
  readonly #beats = new Set<(beat: Heartbeat) => void>();
  readonly #asked: {
    readonly accepts: (said: z.infer<typeof line>) => boolean;
    readonly answer: (said: unknown) => void;
  }[] = [];
  readonly #ended: Promise<never>;

  private constructor(name: string, socket: Socket) {
    this.#name = name;
    this.#socket = socket;
    const split = lineSplitter(mostLineBytes, (text) => this.#hear(text));
    let fail: (error: Error) => void;
    this.#ended = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.#ended.catch(() => {});
    const end = (error: Error): void => {
      this.#error ??= error;
      socket.destroy();
      fail(this.#error);
    };
    socket.on("data", (chunk) => {
      try {
        split(chunk);
      } catch (error) {
        end(
          error instanceof TestbedError ? error : new TestbedError(`${name}: ${printable((error as Error).message)}`),
        );
      }
    });
    socket.on("error", (error) => end(new TestbedError(`${name}: ${error.message}`)));
    socket.on("close", () => end(new TestbedError(`${name}: its port was closed`)));
  }

  /** @param path of the socket that QEMU has made */
  static connect(name: string, path: string): Promise<GuestPort> {
    return new Promise((resolve, reject) => {
      const socket = connect(socketPath(path));
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new GuestPort(name, socket));
      });
    });
  }

  /** The last that was heard. */
  get beat(): Heartbeat | undefined {
    return this.#beat;
  }

  /** Calls back for every heartbeat from now on. @returns what ends that */
  onBeat(call: (beat: Heartbeat) => void): () => void {
    this.#beats.add(call);
    return () => void this.#beats.delete(call);
  }

  /** The next heartbeat. @param deadline milliseconds @throws TestbedError */
  nextBeat(deadline: number): Promise<Heartbeat> {
    let off = (): void => {};
    const heard = new Promise<Heartbeat>((resolve) => {
      off = this.onBeat(resolve);
    });
    return this.#within(heard, deadline, "no heartbeat").finally(() => off());
  }

  /** Lets the guest look through all its memory and disk. @param deadline milliseconds @throws TestbedError */
  verify(deadline: number): Promise<Verdict> {
    return this.#ask("verify", verdict, deadline);
  }

  /**
   * Lets the guest start programs that fork, read all its files, write new ones and use its network, and compare what they
   * print with the first time. It does nothing else meanwhile.
   *
   * @param deadline milliseconds @throws TestbedError
   */
  exercise(deadline: number): Promise<Exercised> {
    return this.#ask("exercise", exercised, deadline);
  }

  /** The guest writes nothing, or goes on to. @throws TestbedError */
  async hold(holding: boolean, deadline: number): Promise<void> {
    const told = await this.#ask(holding ? "hold" : "go", held, deadline);
    if (told.holding !== holding)
      throw new TestbedError(`${this.#name}: it was told to ${holding ? "hold" : "go"}, and does not`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask<T>(word: string, form: z.ZodMiniType<T>, deadline: number): Promise<T> {
    this.#lines = 0;
    const answered = new Promise<T>((answer) => {
      this.#asked.push({
        accepts: (said) => form.safeParse(said).success,
        answer: answer as (said: unknown) => void,
      });
    });
    this.#socket.write(`${word}\n`);
    return this.#within(answered, deadline, `no answer to ${word}`);
  }

  async #within<T>(wanted: Promise<T>, deadline: number, what: string): Promise<T> {
    if (this.#error !== undefined) throw this.#error;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TestbedError(`${this.#name}: ${what} in ${deadline / 1000} s`)), deadline);
    });
    try {
      return await Promise.race([wanted, late, this.#ended]);
    } finally {
      clearTimeout(timer);
    }
  }

  #hear(text: string): void {
    if (++this.#lines > mostLines) throw new TestbedError(`${this.#name}: it says too much`);
    const parsed = line.safeParse(JSON.parse(text));
    if (!parsed.success) throw new TestbedError(`${this.#name}: it says what no workload says`);
    const said = parsed.data;
    if ("fatal" in said) throw new TestbedError(`${this.#name}: its workload ended: ${printable(said.fatal)}`);
    if ("beat" in said) {
      this.#beat = said;
      for (const call of [...this.#beats]) call(said);
      return;
    }
    const asked = this.#asked.findIndex(({ accepts }) => accepts(said));
    if (asked < 0) throw new TestbedError(`${this.#name}: it answers what nobody asked`);
    this.#asked.splice(asked, 1)[0]!.answer(said);
  }
}
