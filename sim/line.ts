/** A line of things in the order in which they are served, as an array that can be shown. */
export class Line<T> {
  readonly #things: T[] = [];
  readonly #precedes: (a: T, b: T) => boolean;

  /** @param precedes tells whether `a` is served before `b`; among equals the first to come is first. */
  constructor(precedes: (a: T, b: T) => boolean) {
    this.#precedes = precedes;
  }

  get length(): number {
    return this.#things.length;
  }

  /** The things in their order: a live view. */
  get view(): readonly T[] {
    return this.#things;
  }

  get first(): T | undefined {
    return this.#things[0];
  }

  insert(thing: T): void {
    const things = this.#things;
    if (things.length === 0 || !this.#precedes(thing, things[things.length - 1]!)) {
      things.push(thing);
      return;
    }
    let low = 0;
    let high = things.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#precedes(thing, things[middle]!)) high = middle;
      else low = middle + 1;
    }
    things.splice(low, 0, thing);
  }

  /** Takes the first out; the line must not be empty. */
  shift(): T {
    return this.#things.shift() as T;
  }

  /** Takes out the one that is at `place`. */
  take(place: number): T {
    return this.#things.splice(place, 1)[0] as T;
  }

  /** Takes `thing` out if it is there. */
  remove(thing: T): void {
    const place = this.#things.indexOf(thing);
    if (place >= 0) this.take(place);
  }
}
