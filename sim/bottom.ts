import { END, type Slots } from "./slots.ts";

/** Longer lists are sorted by the library; up to here inserting is faster. */
const INSERTED = 96;

/**
 * The nearest future: a sorted array. Times descend, so that the next entry is the last; of equal times the first to
 * come is nearest the end.
 */
export class Bottom {
  private readonly slots: Slots<unknown>;
  private times = new Float64Array(INSERTED);
  private order = new Int32Array(INSERTED);
  /** Number of entries. */
  count = 0;

  constructor(slots: Slots<unknown>) {
    this.slots = slots;
  }

  /** Time of the next entry; there must be one. */
  get nextTime(): number {
    return this.times[this.count - 1]!;
  }

  /** Time of the last entry; there must be one. */
  get lastTime(): number {
    return this.times[0]!;
  }

  /** Slot of the next entry; there must be one. */
  get next(): number {
    return this.order[this.count - 1]!;
  }

  pop(): number {
    return this.order[--this.count]!;
  }

  /** Empties it into a list, in its order; returns the first slot. */
  takeAll(): number {
    let first = END;
    for (let at = 0; at < this.count; at++) {
      this.slots.link(this.order[at]!, first);
      first = this.order[at]!;
    }
    this.count = 0;
    return first;
  }

  /** The newest entry goes behind all that are not later. */
  insert(slot: number): void {
    if (this.count === this.times.length) this.grow(this.count + 1);
    const time = this.slots.times[2 * slot]!;
    const times = this.times;
    const order = this.order;
    let at = this.count++;
    while (at > 0 && times[at - 1]! <= time) {
      times[at] = times[at - 1]!;
      order[at] = order[at - 1]!;
      at--;
    }
    times[at] = time;
    order[at] = slot;
  }

  /** Sorts a list of `count` slots, the latest arrival first, into the empty bottom. */
  fill(first: number, count: number, equalTimes: boolean): void {
    if (count > this.times.length) this.grow(count);
    if (count > INSERTED && !equalTimes) this.sort(first);
    else this.insertOlder(first);
    this.count = count;
  }

  /** Inserts each before all that are not earlier, because it came before them. */
  private insertOlder(first: number): void {
    const { times: timeOf, links } = this.slots;
    const times = this.times;
    const order = this.order;
    let end = 0;
    for (let slot = first; slot !== END; slot = links[4 * slot + 2]!) {
      const time = timeOf[2 * slot]!;
      let at = end++;
      while (at > 0 && times[at - 1]! < time) {
        times[at] = times[at - 1]!;
        order[at] = order[at - 1]!;
        at--;
      }
      times[at] = time;
      order[at] = slot;
    }
  }

  private sort(first: number): void {
    const slots = this.slots;
    const sorted: number[] = [];
    for (let slot = first; slot !== END; slot = slots.nextOf(slot)) sorted.push(slot);
    sorted.sort((a, b) => slots.timeOf(b) - slots.timeOf(a));
    for (const [at, slot] of sorted.entries()) {
      this.times[at] = slots.timeOf(slot);
      this.order[at] = slot;
    }
  }

  /** Takes the cancelled out and frees them. */
  sweep(): void {
    let kept = 0;
    for (let at = 0; at < this.count; at++) {
      const slot = this.order[at]!;
      if (this.slots.items[slot] === null) {
        this.slots.release(slot);
        continue;
      }
      this.times[kept] = this.times[at]!;
      this.order[kept++] = slot;
    }
    this.count = kept;
  }

  private grow(count: number): void {
    const times = new Float64Array(2 * count);
    const order = new Int32Array(2 * count);
    times.set(this.times);
    order.set(this.order);
    this.times = times;
    this.order = order;
  }
}
