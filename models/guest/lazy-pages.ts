import { requireDuration, requireFraction, requirePositive } from "../analytic/in-range.ts";

/** What a guest touches of its memory once it has been restored, and what a missing page costs it. */
export interface Touches {
  /** Pages of its working set, which it touches at an even rate in the first `within` seconds in which it is not stalled. */
  readonly pages: number;
  readonly within: number;
  /** Pages that lie beside each other and come together: one miss for all of them. */
  readonly contiguity: number;
  /** Part of the first pages touched that is there before it starts… */
  readonly window: number;
  /** …and how many of them it does touch again, as a part. */
  readonly stability: number;
  /** Stall of a miss, seconds. */
  readonly miss: number;
}

/** Part of the missing pages that comes every second; `none`: not one can be had; `paused`: the guest touches none. */
type Pace = number | "none" | "paused";

/** A guest works again as it did before once it is stalled for no more than this part of the time. */
const responsive = 0.05;

/**
 * How far a guest gets while its pages come behind it. It runs unless it is stalled by misses; with part b of the missing pages
 * there, which come in an order of their own, it touches a missing page at the rate (pages / within) (1 − b), times
 * 1 − stability where it touches what should have been in the window. So dw/dt = 1 / (1 + a (1 − b)) for the time w that it
 * runs, where a is the stall of a second in which nothing is there; b grows linearly between two changes of pace, and
 * w(t) is a logarithm of it. While no page can be had it runs until it touches the first that is missing, and stands still from
 * there on: after w seconds it runs yet with probability exp(−∫ rate dw), and so far as the integral of that on average.
 *
 * Seconds of wall time are counted from the start of the guest.
 */
export class LazyPages {
  readonly #touches: Touches;
  /** Stall for each second of running with nothing there. */
  readonly #stall: number;
  /** Wall time, running time and part that was there when the pace changed last, and the pace since then. */
  #wall = 0;
  #ran = 0;
  #there = 0;
  #pace: Pace = 0;
  /** Seconds for which it was paused, or waited for a page that nobody sent. */
  #waited = 0;
  /** Last moment at which it was stalled too much. */
  #slowUntil = 0;

  /** @throws RangeError */
  constructor(touches: Touches) {
    const { pages, within, contiguity, window, stability, miss } = touches;
    requireDuration("lazy pages", { pages, miss });
    requirePositive("lazy pages", { within, contiguity });
    requireFraction("lazy pages", { window, stability });
    this.#touches = touches;
    this.#stall = (pages / within / contiguity) * miss;
  }

  /** From `wall` on, part `there` of the missing pages is there, and more come at this pace. */
  changePace(wall: number, there: number, pace: number | "none"): void {
    this.#change(wall, pace);
    this.#there = Math.min(1, there);
  }

  /** The guest stands still from `wall` on, until the pace is told anew. */
  pause(wall: number): void {
    this.#change(wall, "paused");
  }

  #change(wall: number, pace: Pace): void {
    const ran = this.#run(wall);
    this.#waited = this.#waitedUntil(wall, ran);
    this.#ran = ran;
    this.#wall = wall;
    this.#pace = pace;
  }

  /** Seconds for which it has run, stalls left out. */
  ran(wall: number): number {
    return this.#run(wall);
  }

  /** Expected misses so far. */
  misses(wall: number): number {
    if (this.#touches.miss === 0) return 0;
    const ran = this.#run(wall);
    return (wall - ran - this.#waitedUntil(wall, ran)) / this.#touches.miss;
  }

  #waitedUntil(wall: number, ran: number): number {
    return this.#waited + (typeof this.#pace === "number" ? 0 : wall - this.#wall - (ran - this.#ran));
  }

  /** When it was back at 95 % of its speed for good, if its pace stays; 0 when it never was slower. */
  responsiveAt(wall: number): number {
    this.#run(wall);
    return this.#slowUntil;
  }

  /** Goes from the last change of pace to `wall`, through the parts of the working set. */
  #run(wall: number): number {
    if (this.#pace === "paused") return this.#ran;
    if (this.#pace === "none") return this.#runWithoutPages(wall);
    let at = this.#wall;
    let ran = this.#ran;
    let there = this.#there;
    for (const { until, part } of this.#parts) {
      if (ran >= until) continue;
      const leg = new Leg(this.#stall * part, there, this.#pace);
      const whole = leg.wallFor(until - ran);
      const end = Math.min(wall, at + whole);
      const slow = leg.slowFor(responsive);
      if (slow > 0 && end > at) this.#slowUntil = Math.max(this.#slowUntil, at + Math.min(slow, end - at));
      if (at + whole > wall) return ran + leg.ranFor(wall - at);
      at = end;
      ran = until;
      there = Math.min(1, there + this.#pace * whole);
    }
    return ran + (wall - at);
  }

  /** The same from a moment on from which no page can be had. */
  #runWithoutPages(wall: number): number {
    const { pages, within, contiguity } = this.#touches;
    const whole = wall - this.#wall;
    let left = whole;
    let at = this.#ran;
    let runs = 1;
    let ran = 0;
    for (const { until, part } of this.#parts) {
      const leg = Math.min(left, Math.max(0, until - at));
      const rate = (pages / within / contiguity) * part * (1 - this.#there);
      ran += runs * (rate > 0 ? -Math.expm1(-rate * leg) / rate : leg);
      runs *= Math.exp(-rate * leg);
      at += leg;
      left -= leg;
    }
    ran += runs * left;
    if (ran < (1 - responsive) * whole) this.#slowUntil = wall;
    return this.#ran + ran;
  }

  /** Up to which running time which part of the touches may miss. */
  get #parts(): readonly { readonly until: number; readonly part: number }[] {
    const { within, window, stability } = this.#touches;
    return [
      { until: window * within, part: 1 - stability },
      { until: within, part: 1 },
    ];
  }
}

/** Running at 1 / (1 + a (1 − b)), while b grows from `there` at `pace` up to 1. */
class Leg {
  readonly #stall: number;
  readonly #there: number;
  readonly #pace: number;

  constructor(stall: number, there: number, pace: number) {
    this.#stall = stall;
    this.#there = there;
    this.#pace = pace;
  }

  /** Seconds until all is there. */
  get #full(): number {
    if (this.#there >= 1) return 0;
    return this.#pace > 0 ? (1 - this.#there) / this.#pace : Number.POSITIVE_INFINITY;
  }

  ranFor(wall: number): number {
    const full = Math.min(wall, this.#full);
    const a = this.#stall;
    const slowness = 1 + a * (1 - this.#there);
    // −ln(1 − x) / x tends to 1: a steady pace, or none at all.
    const x = (a * this.#pace * full) / slowness;
    const ran = (full / slowness) * (x > 0 ? -Math.log1p(-x) / x : 1);
    return ran + (wall - full);
  }

  wallFor(ran: number): number {
    const full = this.#full;
    const a = this.#stall;
    const slowness = 1 + a * (1 - this.#there);
    if (full === Number.POSITIVE_INFINITY) return ran * slowness;
    const toFull = this.ranFor(full);
    if (ran >= toFull) return full + (ran - toFull);
    const y = a * this.#pace * ran;
    return slowness * ran * (y > 0 ? -Math.expm1(-y) / y : 1);
  }

  /** Seconds for which it runs slower than at 1 − `part`. */
  slowFor(part: number): number {
    const least = part / (1 - part);
    const missing = 1 - this.#there;
    if (this.#stall * missing <= least) return 0;
    return this.#pace > 0 ? (missing - least / this.#stall) / this.#pace : Number.POSITIVE_INFINITY;
  }
}
