import { Ladder } from "./ladder.ts";
import { Ring } from "./ring.ts";

/** Something on the agenda. It happens once for each time it was put there. */
export interface Occurrence {
  occur(): void;
}

/** Place of what is not on the agenda. */
export const NOWHERE = -1;
/** Place of what is to happen after an infinite delay. */
export const NEVER = -2;

/**
 * The clock, and everything that is still to happen.
 *
 * The law of order: time, then priority, then sequence. At one instant the urgent (starts of processes, interrupts)
 * come before the normal; otherwise what was scheduled first happens first. What is scheduled for later waits in the
 * ladder; what is scheduled for now waits in one of two rings. An entry of the ladder whose time has come was
 * scheduled before the clock got there, so it precedes the normal ring. When all this is empty the instant closes:
 * closings run, one at a time, and only then does the clock move.
 */
export class Agenda {
  /** The time. It begins as a number, or it would be boxed anew with each change. */
  now = 0;
  private readonly later = new Ladder<Occurrence>();
  private readonly urgent = new Ring<Occurrence>();
  private readonly normal = new Ring<Occurrence>();
  private readonly closings = new Ring<Occurrence>();

  constructor(start: number) {
    this.now = start;
  }

  /** Entries held for later instants, with those of the cancelled that have not been swept out yet. */
  get footprint(): number {
    return this.later.footprint;
  }

  /**
   * Puts `what` on the agenda after `delay` (not negative), which may be Infinity.
   * @returns the place by which it can be withdrawn until it happens.
   */
  schedule(what: Occurrence, delay: number): number {
    const time = this.now + delay;
    if (time === this.now) return this.scheduleNow(what);
    return time === Number.POSITIVE_INFINITY ? NEVER : this.later.push(time, what);
  }

  // A place is a slot of the ladder (0, 1, …) or a position in a ring: normal -4, -6, …; urgent -3, -5, ….
  scheduleNow(what: Occurrence): number {
    return -4 - 2 * this.normal.push(what);
  }

  scheduleUrgent(what: Occurrence): number {
    return -3 - 2 * this.urgent.push(what);
  }

  scheduleClosing(what: Occurrence): void {
    this.closings.push(what);
  }

  withdraw(place: number): void {
    if (place >= 0) this.later.cancel(place);
    else if (place >= NEVER) return;
    else if (place % 2 === 0) this.normal.withdraw((-4 - place) / 2);
    else this.urgent.withdraw((-3 - place) / 2);
  }

  /** Time at which the entry in `place` happens. */
  timeOf(place: number): number {
    if (place === NOWHERE || place === NEVER) return Number.POSITIVE_INFINITY;
    return place >= 0 ? this.later.timeOf(place) : this.now;
  }

  /** Time of the next occurrence, Infinity when there is none. */
  peek(): number {
    const atOnce = this.urgent.skipWithdrawn() || this.normal.skipWithdrawn() || !this.closings.isEmpty;
    return atOnce ? this.now : this.later.peek();
  }

  /** Takes the next occurrence before the time `limit` and moves the clock to it; null when there is none. */
  next(limit: number): Occurrence | null {
    const later = this.later;
    for (;;) {
      let what: Occurrence | null;
      if (!this.urgent.isEmpty) {
        what = this.urgent.shift();
      } else {
        const more = later.advance();
        if (more && later.nextTime === this.now) return later.pop();
        if (!this.normal.isEmpty) {
          what = this.normal.shift();
        } else if (!this.closings.isEmpty) {
          what = this.closings.shift();
        } else {
          if (!more || later.nextTime >= limit) return null;
          this.now = later.nextTime;
          return later.pop();
        }
      }
      if (what !== null) return what;
    }
  }

  /** Moves the clock over a stretch in which nothing happens. */
  skipTo(time: number): void {
    this.now = time;
  }
}
