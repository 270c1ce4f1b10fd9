/** End of a list of slots. */
export const END = -1;

/**
 * Memory for the entries of the agenda. An entry is a slot: a small number, the same from push to pop. Each slot has an
 * item, a time and a link, by which slots form lists. Time and link of a slot lie together: four slots to a cache line.
 */
export class Slots<T> {
  /** By slot; null in a slot that is free or cancelled. */
  readonly items: (T | null)[] = [];
  /** The time of a slot is at twice its number, its link at four times its number plus two. Both arrays change when they grow. */
  times = new Float64Array(0);
  links = new Int32Array(0);
  private free = END;

  constructor() {
    this.grow();
  }

  take(time: number, item: T): number {
    if (this.free === END) this.grow();
    const slot = this.free;
    this.free = this.nextOf(slot);
    this.times[2 * slot] = time;
    this.items[slot] = item;
    return slot;
  }

  release(slot: number): void {
    this.items[slot] = null;
    this.link(slot, this.free);
    this.free = slot;
  }

  timeOf(slot: number): number {
    return this.times[2 * slot]!;
  }

  nextOf(slot: number): number {
    return this.links[4 * slot + 2]!;
  }

  link(slot: number, next: number): void {
    this.links[4 * slot + 2] = next;
  }

  /** Turns a list round; returns its new first slot. */
  reverse(first: number): number {
    let before = END;
    for (let slot = first; slot !== END; ) {
      const next = this.nextOf(slot);
      this.link(slot, before);
      before = slot;
      slot = next;
    }
    return before;
  }

  /** Takes the cancelled slots out of a list and frees them. */
  sweep(head: number): { readonly first: number; readonly last: number; readonly gone: number } {
    let first = END;
    let last = END;
    let gone = 0;
    for (let slot = head; slot !== END; ) {
      const next = this.nextOf(slot);
      if (this.items[slot] === null) {
        this.release(slot);
        gone++;
      } else {
        if (last === END) first = slot;
        else this.link(last, slot);
        last = slot;
      }
      slot = next;
    }
    if (last !== END) this.link(last, END);
    return { first, last, gone };
  }

  /** Doubles the memory when all slots are taken. */
  private grow(): void {
    const old = this.items.length;
    const size = Math.max(64, 2 * old);
    const memory = new ArrayBuffer(16 * size);
    const times = new Float64Array(memory);
    times.set(this.times);
    this.times = times;
    this.links = new Int32Array(memory);
    // In this order: an array that is filled from its far end becomes a hash table for the time being.
    for (let slot = old; slot < size; slot++) this.items.push(null);
    for (let slot = size - 1; slot >= old; slot--) this.release(slot);
  }
}
