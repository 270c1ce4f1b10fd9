/** A first-in first-out queue whose entries can be withdrawn in one step. */
export class Ring<T> {
  private entries: (T | null)[] = new Array<T | null>(64).fill(null);
  private first = 0;
  private end = 0;

  /** True when nothing is left, not even the places of withdrawn entries. */
  get isEmpty(): boolean {
    return this.first === this.end;
  }

  /** Appends; returns the place by which the entry can be withdrawn. */
  push(entry: T): number {
    if (this.end - this.first === this.entries.length) this.grow();
    this.entries[this.end & (this.entries.length - 1)] = entry;
    return this.end++;
  }

  /** Takes the first entry: null if it was withdrawn. The ring must not be empty. */
  shift(): T | null {
    const at = this.first & (this.entries.length - 1);
    const entry = this.entries[at]!;
    this.entries[at] = null;
    this.first++;
    if (this.first === this.end) {
      this.first = 0;
      this.end = 0;
    }
    return entry;
  }

  withdraw(place: number): void {
    this.entries[place & (this.entries.length - 1)] = null;
  }

  /** Drops withdrawn entries at the front; false when nothing else is left. */
  skipWithdrawn(): boolean {
    while (!this.isEmpty && this.entries[this.first & (this.entries.length - 1)] === null) this.shift();
    return !this.isEmpty;
  }

  private grow(): void {
    const old = this.entries;
    const entries = new Array<T | null>(2 * old.length).fill(null);
    for (let place = this.first; place < this.end; place++) {
      entries[place & (entries.length - 1)] = old[place & (old.length - 1)]!;
    }
    this.entries = entries;
  }
}
