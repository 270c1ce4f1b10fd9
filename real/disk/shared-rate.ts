/** A clock, and what it wakes. Seconds. */
export interface Timer {
  readonly now: () => number;
  /** @returns what takes it back */
  readonly after: (seconds: number, wake: () => void) => () => void;
}

/** Timers of Node end at once beyond 24 days. */
const mostSeconds = 2 ** 20;

const realTime: Timer = {
  now: () => performance.now() / 1000,
  after: (seconds, wake) => {
    const timer = setTimeout(wake, 1000 * Math.min(seconds, mostSeconds));
    return () => clearTimeout(timer);
  },
};

/** Seconds' worth of bytes that pass at once after a while without: so that late timers cost no rate. */
export const slack = 0.05;
/** Less of a byte is left by rounding alone. */
const rounding = 1e-3;

interface Passing {
  /** Bytes. */
  left: number;
  readonly done: () => void;
}

/**
 * Lets bytes pass at a rate that all who wait share evenly, as a link of the model does. In any stretch of t seconds no more
 * than rate · (t + {@link slack}) bytes pass, and no less than rate · t while somebody waits. It has no rate until it is given one:
 * then nobody waits.
 */
export class SharedRate {
  readonly #timer: Timer;
  readonly #waiting = new Set<Passing>();
  #bytesPerSecond = Number.POSITIVE_INFINITY;
  /** Up to here it has been given out what may pass. */
  #at = 0;
  /** Bytes that may pass now. */
  #spare = 0;
  #takeBack = (): void => {};

  constructor(timer = realTime) {
    this.#timer = timer;
  }

  /** From now on; what has passed has passed at the rate before. Infinity is none. @throws RangeError unless it is above 0 */
  set bytesPerSecond(rate: number) {
    if (!(rate > 0)) throw new RangeError(`${rate} bytes per second: give a rate above 0`);
    this.#serve();
    this.#bytesPerSecond = rate;
    this.#spare = 0;
    this.#serve();
  }

  /** Waits until so many bytes have passed. */
  async pass(bytes: number): Promise<void> {
    if (this.#bytesPerSecond === Number.POSITIVE_INFINITY || bytes === 0) return;
    await new Promise<void>((done) => {
      this.#serve();
      this.#waiting.add({ left: bytes, done });
      this.#serve();
    });
  }

  /** Gives out what may pass by now, and wakes when the next who waits has all of his. */
  #serve(): void {
    this.#takeBack();
    const now = this.#timer.now();
    if (this.#bytesPerSecond === Number.POSITIVE_INFINITY) for (const one of this.#waiting) this.#end(one);
    else this.#give(this.#spare + this.#bytesPerSecond * (now - this.#at));
    this.#at = now;
    if (this.#waiting.size === 0) return;
    this.#takeBack = this.#timer.after((this.#least() * this.#waiting.size) / this.#bytesPerSecond, () =>
      this.#serve(),
    );
  }

  /** Each gets as much as any other; who needs less leaves the rest to them. */
  #give(bytes: number): void {
    let left = bytes;
    while (this.#waiting.size > 0 && left > 0) {
      const even = left / this.#waiting.size;
      const each = Math.min(this.#least(), even);
      left = each === even ? 0 : left - each * this.#waiting.size;
      for (const one of this.#waiting) {
        one.left -= each;
        if (one.left < rounding) this.#end(one);
      }
    }
    this.#spare = Math.min(left, slack * this.#bytesPerSecond);
  }

  #least(): number {
    return Math.min(...Array.from(this.#waiting, ({ left }) => left));
  }

  #end(one: Passing): void {
    this.#waiting.delete(one);
    one.done();
  }
}
