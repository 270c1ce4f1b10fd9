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
 */

/** Entries that the sorted bottom may hold before it is turned into a rung. */
const BOTTOM = 48;
/** A bucket with at most this many entries is sorted; a fuller one becomes a rung. */
const SORTED = 24;
const MAX_BUCKETS = 8192;
const MAX_RUNGS = 12;
/** Cancelled entries stay in the lists until they outnumber the live ones by this many. */
const SLACK = 64;
const END = -1;

export class Ladder<T> {
  /** The pending items, by slot; null in a slot that is free or cancelled. */
  readonly #items: (T | null)[] = [];
  // A slot is 16 bytes, one cache line has four: its time, and the next slot of its list.
  #times = new Float64Array(0);
  #links = new Int32Array(0);
  #free = END;
  #live = 0;
  #cancelled = 0;

  // Top: a list in order of arrival; everything later than #horizon is here.
  #horizon = Number.POSITIVE_INFINITY;
  #topFirst = END;
  #topLast = END;
  #topCount = 0;
  #topMin = Number.POSITIVE_INFINITY;
  #topMax = Number.NEGATIVE_INFINITY;

  // Rungs: lists with the latest arrival first. Buckets up to and including #current are spent.
  #rungs = 0;
  readonly #buckets: Int32Array[] = [];
  readonly #starts = new Float64Array(MAX_RUNGS);
  readonly #scales = new Float64Array(MAX_RUNGS);
  readonly #sizes = new Int32Array(MAX_RUNGS);
  readonly #counts = new Int32Array(MAX_RUNGS);
  readonly #current = new Int32Array(MAX_RUNGS);

  // Bottom: descending times, so that the next entry is the last one; of equal times the first to come is nearest the end.
  #bottomTimes = new Float64Array(2 * BOTTOM);
  #bottomSlots = new Int32Array(2 * BOTTOM);
  #bottomCount = 0;

  constructor() {
    this.#grow();
  }

  /** Number of pending entries, without the cancelled. */
  get size(): number {
    return this.#live;
  }

  /** Number of entries kept in memory, with the cancelled that have not been swept out yet. */
  get footprint(): number {
    return this.#live + this.#cancelled;
  }

  /** Adds `item` at `time`, a finite number not before any time popped so far; returns the slot by which it can be cancelled. */
  push(time: number, item: T): number {
    let slot = this.#free;
    if (slot === END) slot = this.#grow();
    this.#free = this.#links[4 * slot + 2]!;
    this.#times[2 * slot] = time;
    this.#items[slot] = item;
    this.#live++;
    this.#place(slot);
    return slot;
  }

  /** Takes the entry out. Its slot must be pending. */
  cancel(slot: number): void {
    this.#items[slot] = null;
    this.#live--;
    this.#cancelled++;
    if (this.#cancelled > this.#live + SLACK) this.#sweep();
  }

  timeOf(slot: number): number {
    return this.#times[2 * slot]!;
  }

  /** Brings the next entry forward; false when there is none. */
  advance(): boolean {
    if (this.#cancelled > 0) this.#skipCancelled();
    return this.#bottomCount > 0 || this.#refill();
  }

  /** Time of the next entry; `advance` must have just brought it forward. */
  get nextTime(): number {
    return this.#bottomTimes[this.#bottomCount - 1]!;
  }

  /** Time of the next entry, Infinity when there is none. */
  peek(): number {
    return this.advance() ? this.nextTime : Number.POSITIVE_INFINITY;
  }

  /** Takes out the next entry; `advance` or `peek` must have just found it. */
  pop(): T {
    const slot = this.#bottomSlots[--this.#bottomCount]!;
    const item = this.#items[slot]!;
    this.#release(slot);
    this.#live--;
    return item;
  }

  #release(slot: number): void {
    this.#items[slot] = null;
    this.#links[4 * slot + 2] = this.#free;
    this.#free = slot;
  }

  // What follows passes slots, not times: a number that is not whole is boxed whenever a call is not inlined.

  #place(slot: number): void {
    if (this.#times[2 * slot]! > this.#horizon) {
      this.#pushTop(slot);
      return;
    }
    for (let rung = 0; rung < this.#rungs; rung++) {
      const bucket = this.#bucketOf(rung, slot);
      if (bucket > this.#current[rung]!) {
        this.#pushBucket(rung, bucket, slot);
        return;
      }
    }
    if (this.#bottomCount >= BOTTOM && this.#spill()) this.#place(slot);
    else this.#pushBottom(slot);
  }

  #pushTop(slot: number): void {
    this.#links[4 * slot + 2] = END;
    if (this.#topLast === END) this.#topFirst = slot;
    else this.#links[4 * this.#topLast + 2] = slot;
    this.#topLast = slot;
    this.#topCount++;
    const time = this.#times[2 * slot]!;
    if (time < this.#topMin) this.#topMin = time;
    if (time > this.#topMax) this.#topMax = time;
  }

  /** The bucket of a rung for the time of `slot`: the last for everything later than the rung, -1 for what is earlier. */
  #bucketOf(rung: number, slot: number): number {
    const position = (this.#times[2 * slot]! - this.#starts[rung]!) * this.#scales[rung]!;
    const last = this.#sizes[rung]! - 1;
    return position < last ? (position < 0 ? -1 : position | 0) : last;
  }

  #pushBucket(rung: number, bucket: number, slot: number): void {
    const heads = this.#buckets[rung]!;
    this.#links[4 * slot + 2] = heads[bucket]!;
    heads[bucket] = slot;
    this.#counts[rung]!++;
  }

  /** The newest entry goes behind all that are not later. */
  #pushBottom(slot: number): void {
    if (this.#bottomCount === this.#bottomTimes.length) this.#growBottom(this.#bottomCount + 1);
    const time = this.#times[2 * slot]!;
    const times = this.#bottomTimes;
    const slots = this.#bottomSlots;
    let at = this.#bottomCount++;
    while (at > 0 && times[at - 1]! <= time) {
      times[at] = times[at - 1]!;
      slots[at] = slots[at - 1]!;
      at--;
    }
    times[at] = time;
    slots[at] = slot;
  }

  /** Empties an overfull bottom into top (when there is nothing else) or into a new, finest rung, if there can be one. */
  #spill(): boolean {
    const count = this.#bottomCount;
    const slots = this.#bottomSlots;
    if (this.#rungs === 0 && this.#topCount === 0) {
      for (let at = count - 1; at >= 0; at--) this.#pushTop(slots[at]!);
      this.#horizon = Number.NEGATIVE_INFINITY;
    } else if (this.#rungs < MAX_RUNGS) {
      const rung = this.#addRung(this.#bottomTimes[count - 1]!, this.#bottomTimes[0]!, count);
      for (let at = count - 1; at >= 0; at--) this.#pushBucket(rung, this.#bucketOf(rung, slots[at]!), slots[at]!);
    } else {
      return false;
    }
    this.#bottomCount = 0;
    return true;
  }

  /** A rung for `count` entries from `min` to `max`. When all are at one time, bucket 1 is for whatever comes later. */
  #addRung(min: number, max: number, count: number): number {
    const rung = this.#rungs++;
    const size = Math.min(Math.max(count, 2), MAX_BUCKETS);
    const heads = this.#buckets[rung];
    if (heads === undefined || heads.length < size) this.#buckets[rung] = new Int32Array(size).fill(END);
    else heads.fill(END, 0, size);
    this.#starts[rung] = min;
    this.#scales[rung] = Math.min(size / (max - min), Number.MAX_VALUE);
    this.#sizes[rung] = size;
    this.#counts[rung] = 0;
    this.#current[rung] = -1;
    return rung;
  }

  /** Fills the empty bottom with the next entries; false when there are none. */
  #refill(): boolean {
    for (;;) {
      if (this.#rungs > 0) {
        const rung = this.#rungs - 1;
        if (this.#counts[rung] === 0) this.#rungs--;
        else this.#takeBucket(rung);
      } else if (this.#topCount > 0) {
        this.#takeTop();
      } else {
        this.#horizon = Number.POSITIVE_INFINITY;
        return false;
      }
      if (this.#bottomCount > 0) return true;
    }
  }

  #takeTop(): void {
    const { first, count, min, max } = this.#clearTop();
    this.#horizon = count <= BOTTOM ? Number.POSITIVE_INFINITY : max;
    if (count <= BOTTOM || min === max) {
      this.#sortIntoBottom(this.#reverse(first), count, min === max);
    } else {
      this.#distribute(first, this.#addRung(min, max, count));
    }
  }

  #clearTop() {
    const top = { first: this.#topFirst, count: this.#topCount, min: this.#topMin, max: this.#topMax };
    this.#topFirst = END;
    this.#topLast = END;
    this.#topCount = 0;
    this.#topMin = Number.POSITIVE_INFINITY;
    this.#topMax = Number.NEGATIVE_INFINITY;
    return top;
  }

  /** Moves the next bucket of the finest rung into bottom or, when it is too full, into a finer rung. */
  #takeBucket(rung: number): void {
    const heads = this.#buckets[rung]!;
    let bucket = this.#current[rung]! + 1;
    while (heads[bucket] === END) bucket++;
    const first = heads[bucket]!;
    heads[bucket] = END;
    this.#current[rung] = bucket;
    let count = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (let slot = first; slot !== END; slot = this.#links[4 * slot + 2]!) {
      const time = this.#times[2 * slot]!;
      if (time < min) min = time;
      if (time > max) max = time;
      count++;
    }
    this.#counts[rung]! -= count;
    if (count > SORTED && min < max && this.#rungs < MAX_RUNGS) {
      this.#distribute(this.#reverse(first), this.#addRung(min, max, count));
    } else {
      this.#sortIntoBottom(first, count, min === max);
    }
  }

  /** Spreads a list in order of arrival over the buckets of an empty rung. */
  #distribute(first: number, rung: number): void {
    for (let slot = first; slot !== END; ) {
      const next = this.#links[4 * slot + 2]!;
      this.#pushBucket(rung, this.#bucketOf(rung, slot), slot);
      slot = next;
    }
  }

  #reverse(first: number): number {
    let before = END;
    for (let slot = first; slot !== END; ) {
      const next = this.#links[4 * slot + 2]!;
      this.#links[4 * slot + 2] = before;
      before = slot;
      slot = next;
    }
    return before;
  }

  /** Sorts a list, the latest arrival first, into the empty bottom. */
  #sortIntoBottom(first: number, count: number, equalTimes: boolean): void {
    if (count > this.#bottomTimes.length) this.#growBottom(count);
    const times = this.#bottomTimes;
    const slots = this.#bottomSlots;
    if (count > 2 * BOTTOM && !equalTimes) {
      const order: number[] = [];
      for (let slot = first; slot !== END; slot = this.#links[4 * slot + 2]!) order.push(slot);
      order.sort((a, b) => this.#times[2 * b]! - this.#times[2 * a]!);
      for (const [at, slot] of order.entries()) {
        times[at] = this.#times[2 * slot]!;
        slots[at] = slot;
      }
    } else {
      let end = 0;
      for (let slot = first; slot !== END; slot = this.#links[4 * slot + 2]!) {
        const time = this.#times[2 * slot]!;
        let at = end++;
        while (at > 0 && times[at - 1]! < time) {
          times[at] = times[at - 1]!;
          slots[at] = slots[at - 1]!;
          at--;
        }
        times[at] = time;
        slots[at] = slot;
      }
    }
    this.#bottomCount = count;
  }

  #skipCancelled(): void {
    while (this.#cancelled > 0 && (this.#bottomCount > 0 || this.#refill())) {
      const slot = this.#bottomSlots[this.#bottomCount - 1]!;
      if (this.#items[slot] !== null) return;
      this.#bottomCount--;
      this.#cancelled--;
      this.#release(slot);
    }
  }

  /** Frees all cancelled slots: one pass over all entries after as many cancellations. */
  #sweep(): void {
    let kept = 0;
    for (let at = 0; at < this.#bottomCount; at++) {
      const slot = this.#bottomSlots[at]!;
      if (this.#items[slot] === null) {
        this.#release(slot);
        continue;
      }
      this.#bottomTimes[kept] = this.#bottomTimes[at]!;
      this.#bottomSlots[kept++] = slot;
    }
    this.#bottomCount = kept;
    for (let rung = 0; rung < this.#rungs; rung++) {
      const heads = this.#buckets[rung]!;
      for (let bucket = this.#current[rung]! + 1; bucket < this.#sizes[rung]!; bucket++) {
        const { first, gone } = this.#sweepList(heads[bucket]!);
        heads[bucket] = first;
        this.#counts[rung]! -= gone;
      }
    }
    const { first, last, gone } = this.#sweepList(this.#topFirst);
    this.#topFirst = first;
    this.#topLast = last;
    this.#topCount -= gone;
    this.#cancelled = 0;
  }

  #sweepList(head: number): { first: number; last: number; gone: number } {
    let first = END;
    let last = END;
    let gone = 0;
    for (let slot = head; slot !== END; ) {
      const next = this.#links[4 * slot + 2]!;
      if (this.#items[slot] === null) {
        this.#release(slot);
        gone++;
      } else {
        if (last === END) first = slot;
        else this.#links[4 * last + 2] = slot;
        last = slot;
      }
      slot = next;
    }
    if (last !== END) this.#links[4 * last + 2] = END;
    return { first, last, gone };
  }

  /** Doubles the slots; returns the first of the new ones. */
  #grow(): number {
    const old = this.#items.length;
    const size = Math.max(64, 2 * old);
    const memory = new ArrayBuffer(16 * size);
    const times = new Float64Array(memory);
    times.set(this.#times);
    this.#times = times;
    this.#links = new Int32Array(memory);
    for (let slot = size - 1; slot >= old; slot--) {
      this.#items[slot] = null;
      this.#links[4 * slot + 2] = this.#free;
      this.#free = slot;
    }
    return old;
  }

  #growBottom(count: number): void {
    const times = new Float64Array(2 * count);
    const slots = new Int32Array(2 * count);
    times.set(this.#bottomTimes);
    slots.set(this.#bottomSlots);
    this.#bottomTimes = times;
    this.#bottomSlots = slots;
  }
}
