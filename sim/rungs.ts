import { END, type Slots } from "./slots.ts";

const MAX_BUCKETS = 8192;
const MAX_RUNGS = 12;

/**
 * The middle future: rungs are arrays of buckets, each rung a finer division of one bucket of the rung above. A bucket is
 * a list with the latest arrival first. The buckets of a rung are taken one after the other; up to `current` they are
 * spent, and what belongs there belongs to a finer rung or to the bottom.
 */
export class Rungs {
  private readonly slots: Slots<unknown>;
  private rungs = 0;
  private readonly buckets: Int32Array[] = [];
  private readonly starts = new Float64Array(MAX_RUNGS);
  private readonly scales = new Float64Array(MAX_RUNGS);
  private readonly sizes = new Int32Array(MAX_RUNGS);
  private readonly counts = new Int32Array(MAX_RUNGS);
  private readonly current = new Int32Array(MAX_RUNGS);

  constructor(slots: Slots<unknown>) {
    this.slots = slots;
  }

  /** True when there is no rung, not even one whose buckets are all empty. */
  get isEmpty(): boolean {
    return this.rungs === 0;
  }

  get isFull(): boolean {
    return this.rungs === MAX_RUNGS;
  }

  /** Adds a finest rung for `count` entries from `min` to `max`. If that is one time, bucket 1 is for what is later. */
  add(min: number, max: number, count: number): void {
    const rung = this.rungs++;
    const size = Math.min(Math.max(count, 2), MAX_BUCKETS);
    const heads = this.buckets[rung];
    if (heads === undefined || heads.length < size) this.buckets[rung] = new Int32Array(size).fill(END);
    else heads.fill(END, 0, size);
    this.starts[rung] = min;
    this.scales[rung] = Math.min(size / (max - min), Number.MAX_VALUE);
    this.sizes[rung] = size;
    this.counts[rung] = 0;
    this.current[rung] = -1;
  }

  /** Puts the slot where it belongs, as the latest arrival; false if that is the bottom. */
  place(slot: number): boolean {
    for (let rung = 0; rung < this.rungs; rung++) {
      const bucket = this.bucketOf(rung, slot);
      if (bucket > this.current[rung]!) {
        this.push(rung, bucket, slot);
        return true;
      }
    }
    return false;
  }

  /** Spreads a list in order of arrival over the finest rung, which was added for it. */
  spread(first: number): void {
    const { links } = this.slots;
    const rung = this.rungs - 1;
    for (let slot = first; slot !== END; ) {
      const next = links[4 * slot + 2]!;
      this.push(rung, this.bucketOf(rung, slot), slot);
      slot = next;
    }
  }

  /** Takes the next bucket that is not empty: its first slot. Rungs that are used up are given up; END if all are. */
  take(): number {
    while (this.rungs > 0 && this.counts[this.rungs - 1] === 0) this.rungs--;
    if (this.rungs === 0) return END;
    const rung = this.rungs - 1;
    const heads = this.buckets[rung]!;
    let bucket = this.current[rung]! + 1;
    while (heads[bucket] === END) bucket++;
    const first = heads[bucket]!;
    heads[bucket] = END;
    this.current[rung] = bucket;
    return first;
  }

  /** Tells how many slots were in the bucket that was just taken. */
  taken(count: number): void {
    this.counts[this.rungs - 1]! -= count;
  }

  /** Takes the cancelled out and frees them. */
  sweep(): void {
    for (let rung = 0; rung < this.rungs; rung++) {
      const heads = this.buckets[rung]!;
      for (let bucket = this.current[rung]! + 1; bucket < this.sizes[rung]!; bucket++) {
        const { first, gone } = this.slots.sweep(heads[bucket]!);
        heads[bucket] = first;
        this.counts[rung]! -= gone;
      }
    }
  }

  /** The bucket for the time of `slot`: the last for everything later than the rung, -1 for what is earlier. */
  private bucketOf(rung: number, slot: number): number {
    const position = (this.slots.times[2 * slot]! - this.starts[rung]!) * this.scales[rung]!;
    const last = this.sizes[rung]! - 1;
    return position < last ? (position < 0 ? -1 : position | 0) : last;
  }

  private push(rung: number, bucket: number, slot: number): void {
    const heads = this.buckets[rung]!;
    this.slots.links[4 * slot + 2] = heads[bucket]!;
    heads[bucket] = slot;
    this.counts[rung]!++;
  }
}
