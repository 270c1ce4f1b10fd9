import { widen } from "./widen.ts";

/**
 * A queue of links by a share that can only grow: a heap with its keys beside the ids, filled at one go, of which only the
 * first is ever looked at, moved back or taken out. That makes it much cheaper than a heap that can find its members.
 */
export class ShareQueue {
  #links = new Int32Array(0);
  #shares = new Float64Array(0);
  #size = 0;

  growLinks(links: number): void {
    this.#links = widen(this.#links, links);
    this.#shares = widen(this.#shares, links);
  }

  clear(): void {
    this.#size = 0;
  }

  /** Adds a link at the end; `order` has to follow. */
  append(link: number, share: number): void {
    this.#links[this.#size] = link;
    this.#shares[this.#size++] = share;
  }

  /** Puts what was appended in order. */
  order(): void {
    for (let at = (this.#size >> 1) - 1; at >= 0; at--) this.#sink(at, this.#links[at]!, this.#shares[at]!);
  }

  get firstLink(): number {
    return this.#links[0]!;
  }

  get firstShare(): number {
    return this.#shares[0]!;
  }

  /** Moves the first link back to where its grown share belongs. */
  postpone(share: number): void {
    this.#sink(0, this.#links[0]!, share);
  }

  dropFirst(): void {
    const last = --this.#size;
    if (last > 0) this.#sink(0, this.#links[last]!, this.#shares[last]!);
  }

  #sink(from: number, link: number, share: number): void {
    const links = this.#links;
    const shares = this.#shares;
    const size = this.#size;
    let at = from;
    for (let below = 2 * at + 1; below < size; below = 2 * at + 1) {
      if (below + 1 < size && shares[below + 1]! < shares[below]!) below++;
      if (share <= shares[below]!) break;
      links[at] = links[below]!;
      shares[at] = shares[below]!;
      at = below;
    }
    links[at] = link;
    shares[at] = share;
  }
}
