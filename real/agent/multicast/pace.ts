import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";

/** Milliseconds that may be caught up at once, so that late timers cost no rate; far less than queues of links hold. */
const mostBehind = 4;
/** Datagrams between two looks at what others say. */
const datagramsATurn = 8;

/** Milliseconds between two looks at losses. */
const lookEvery = 50;
/**
 * Parts of datagrams whose loss is too much, and little enough to try more. What a queue drops goes beyond any bound;
 * losses that have nothing to do with the rate do not slow it down.
 */
const [tooMuch, little] = [0.2, 0.1];
/** A part that is no accident. */
const some = 0.005;
const [slower, faster] = [0.7, 1.1];
/** Of the rate that was asked for. */
const least = 1 / 32;

/** Spreads what is sent over time, at a rate, or less when a receiver loses too much at that. */
export class Pace {
  readonly #most: number;
  /** Bytes per millisecond. */
  #rate: number;
  #due = performance.now();
  #lookedAt = performance.now();
  #sent = 0;
  /** Datagrams are lost on the way. */
  isLossy = false;

  constructor(bytesPerSecond: number) {
    this.#most = bytesPerSecond / 1000;
    this.#rate = this.#most;
  }

  /** Waits until so many bytes may go. */
  async await(bytes: number): Promise<void> {
    const now = performance.now();
    this.#due = Math.max(this.#due, now - mostBehind) + bytes / this.#rate;
    if (this.#due > now + 1) await sleep(this.#due - now);
    else if (++this.#sent % datagramsATurn === 0) await turn();
  }

  /** @param losses of each receiver, lately; undefined: too little is known */
  adapt(losses: () => readonly (number | undefined)[]): void {
    const now = performance.now();
    if (now - this.#lookedAt < lookEvery) return;
    this.#lookedAt = now;
    const known = losses().filter((loss) => loss !== undefined);
    if (known.length === 0) return;
    const worst = Math.max(...known);
    this.isLossy ||= worst > some;
    if (worst > tooMuch) this.#rate = Math.max(this.#rate * slower, this.#most * least);
    else if (worst < little) this.#rate = Math.min(this.#rate * faster, this.#most);
  }
}
