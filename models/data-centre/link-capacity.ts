import type { Link } from "../../sim/index.ts";

/**
 * What a link has left for transfers: running guests are served first, and while it has failed nothing passes. While it is
 * slow, it serves guests and transfers at the same part of what they get else.
 */
export class LinkCapacity {
  readonly link: Link;
  readonly #nominal: number;
  readonly #taken = new Map<number, number>();
  /** Outages that go on: of one link there may be several. */
  #outages = 0;
  #part = 1;

  constructor(link: Link) {
    this.link = link;
    this.#nominal = link.capacity;
  }

  /**
   * One more guest takes `rate` bytes per second, or (`guests` = -1) one less.
   * @throws RangeError if nothing would be left
   */
  take(rate: number, guests: 1 | -1): void {
    const taking = (this.#taken.get(rate) ?? 0) + guests;
    if (taking === 0) this.#taken.delete(rate);
    else this.#taken.set(rate, taking);
    this.#apply();
  }

  /** Transfers stand still until as many outages have ended as have begun. */
  fail(): void {
    this.#outages += 1;
    this.#apply();
  }

  recover(): void {
    this.#outages -= 1;
    this.#apply();
  }

  /** From now on it has this part of its capacity, above 0; 1 is all of it. */
  slow(part: number): void {
    this.#part = part;
    this.#apply();
  }

  /** Seconds by which a byte alone on it passes later than if it were not slow. */
  get slowness(): number {
    return (1 / this.#part - 1) / this.#nominal;
  }

  #apply(): void {
    // Counted and not summed up, so that what is given back leaves no rounding behind.
    let left = this.#nominal;
    for (const [rate, guests] of this.#taken) left -= rate * guests;
    if (!(left > 0)) {
      throw new RangeError(
        `${this.link.name}: guests write ${this.#nominal - left} bytes per second, it takes ${this.#nominal}: nothing is left for snapshots`,
      );
    }
    this.link.setCapacity(this.#outages > 0 ? 0 : this.#part * left);
  }
}
