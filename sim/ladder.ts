import { Bottom } from "./bottom.ts";
import { Rungs } from "./rungs.ts";
import { END, Slots } from "./slots.ts";

/** Entries that the sorted bottom may hold before it is turned into a rung. */
const BOTTOM = 48;
/** A bucket with at most this many entries is sorted; a fuller one becomes a rung. */
const SORTED = 24;
/** Cancelled entries stay in the lists until they outnumber the live ones by this many. */
const SLACK = 64;

/**
 * A ladder queue: a priority queue whose push and pop cost the same however many entries are pending
 * (after Tang, Goh and Thng, "Ladder queue: an O(1) priority queue structure for large-scale discrete event
 * simulation", ACM TOMACS 15(3), 2005).
 *
 * Three tiers hold disjoint ranges of time. *Top* is an unsorted list of the far future. *Rungs* are arrays of buckets,
 * each rung a finer division of one bucket of the rung above. *Bottom* is a short sorted array from which is popped;
 * a queue of at most `BOTTOM` entries is nothing but its bottom.
 *
 * Entries of equal time leave in the order in which they came. Nothing stores a sequence number for that: at every
 * moment all entries of one time are in one tier, every list keeps the order of arrival, and every move between the
 * tiers is stable.
 *
 * Calls pass slots rather than times: a number that is not whole is boxed by every call that is not inlined.
 */
export class Ladder<T> {
  private readonly slots = new Slots<T>();
  private readonly rungs = new Rungs(this.slots);
  private readonly bottom = new Bottom(this.slots);
  private live = 0;
  private cancelled = 0;

  // Top: a list in order of arrival. Everything later than the horizon is here.
  private horizon = Number.POSITIVE_INFINITY;
  private first = END;
  private last = END;
  private count = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;

  /** Number of pending entries, without the cancelled. */
  get size(): number {
    return this.live;
  }

  /** Number of entries kept in memory, with the cancelled that have not been swept out yet. */
  get footprint(): number {
    return this.live + this.cancelled;
  }

  /** Adds `item` at `time`, a finite number not before any time popped so far; returns the slot by which it can be cancelled. */
  push(time: number, item: T): number {
    const slot = this.slots.take(time, item);
    this.live++;
    this.place(slot);
    return slot;
  }

  /** Takes the entry out. Its slot must be pending. */
  cancel(slot: number): void {
    this.slots.items[slot] = null;
    this.live--;
    this.cancelled++;
    if (this.cancelled > this.live + SLACK) this.sweep();
  }

  timeOf(slot: number): number {
    return this.slots.timeOf(slot);
  }

  /** Brings the next entry forward; false when there is none. */
  advance(): boolean {
    if (this.cancelled > 0) this.skipCancelled();
    return this.bottom.count > 0 || this.refill();
  }

  /** Time of the next entry; `advance` must have just brought it forward. */
  get nextTime(): number {
    return this.bottom.nextTime;
  }

  /** Time of the next entry, Infinity when there is none. */
  peek(): number {
    return this.advance() ? this.nextTime : Number.POSITIVE_INFINITY;
  }

  /** Takes out the next entry; `advance` or `peek` must have just found it. */
  pop(): T {
    const slot = this.bottom.pop();
    const item = this.slots.items[slot]!;
    this.slots.release(slot);
    this.live--;
    return item;
  }

  private place(slot: number): void {
    if (this.slots.times[2 * slot]! > this.horizon) this.pushTop(slot);
    else if (this.rungs.place(slot)) return;
    else if (this.bottom.count >= BOTTOM && this.spill()) this.place(slot);
    else this.bottom.insert(slot);
  }

  private pushTop(slot: number): void {
    this.slots.link(slot, END);
    if (this.last === END) this.first = slot;
    else this.slots.link(this.last, slot);
    this.last = slot;
    this.count++;
    const time = this.slots.times[2 * slot]!;
    if (time < this.min) this.min = time;
    if (time > this.max) this.max = time;
  }

  /** Empties an overfull bottom into top (when there is nothing else) or into a new, finest rung, if there can be one. */
  private spill(): boolean {
    if (this.rungs.isEmpty && this.count === 0) {
      for (let slot = this.bottom.takeAll(); slot !== END; ) {
        const next = this.slots.nextOf(slot);
        this.pushTop(slot);
        slot = next;
      }
      this.horizon = Number.NEGATIVE_INFINITY;
      return true;
    }
    if (this.rungs.isFull) return false;
    this.rungs.add(this.bottom.nextTime, this.bottom.lastTime, this.bottom.count);
    this.rungs.spread(this.bottom.takeAll());
    return true;
  }

  /** Fills the empty bottom with the next entries; false when there are none. */
  private refill(): boolean {
    while (this.bottom.count === 0) {
      const first = this.rungs.take();
      if (first !== END) {
        this.lower(first);
      } else if (this.count > 0) {
        this.takeTop();
      } else {
        this.horizon = Number.POSITIVE_INFINITY;
        return false;
      }
    }
    return true;
  }

  /** Moves a bucket into bottom or, when it is too full, into a finer rung. */
  private lower(first: number): void {
    let count = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    const { times, links } = this.slots;
    for (let slot = first; slot !== END; slot = links[4 * slot + 2]!) {
      const time = times[2 * slot]!;
      if (time < min) min = time;
      if (time > max) max = time;
      count++;
    }
    this.rungs.taken(count);
    if (count > SORTED && min < max && !this.rungs.isFull) {
      this.rungs.add(min, max, count);
      this.rungs.spread(this.slots.reverse(first));
    } else {
      this.bottom.fill(first, count, min === max);
    }
  }

  /** Moves all of top into bottom or, when it is too much, into the first rung. */
  private takeTop(): void {
    const [first, count, min, max] = [this.first, this.count, this.min, this.max];
    this.first = END;
    this.last = END;
    this.count = 0;
    this.min = Number.POSITIVE_INFINITY;
    this.max = Number.NEGATIVE_INFINITY;
    this.horizon = count <= BOTTOM ? Number.POSITIVE_INFINITY : max;
    if (count <= BOTTOM || min === max) {
      this.bottom.fill(this.slots.reverse(first), count, min === max);
    } else {
      this.rungs.add(min, max, count);
      this.rungs.spread(first);
    }
  }

  private skipCancelled(): void {
    while (this.cancelled > 0 && (this.bottom.count > 0 || this.refill())) {
      if (this.slots.items[this.bottom.next] !== null) return;
      this.slots.release(this.bottom.pop());
      this.cancelled--;
    }
  }

  /** Frees all cancelled slots: one pass over all entries after as many cancellations. */
  private sweep(): void {
    this.bottom.sweep();
    this.rungs.sweep();
    const { first, last, gone } = this.slots.sweep(this.first);
    this.first = first;
    this.last = last;
    this.count -= gone;
    this.cancelled = 0;
  }
}
