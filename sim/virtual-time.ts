import { ABSENT, type Heap, heapMove, heapPush, heapRemove } from "./indexed-heap.ts";
import { widen } from "./widen.ts";

/** The limiter of a flow that waits for its first rate, or for a new one after it was taken off its link. */
export const UNPLACED = -1;

/** Departures from a link beyond its present flows after which its virtual time starts again from zero. */
const REBASE_SLACK = 64;

/**
 * How far every flow has come, without touching flows whose rate changes.
 *
 * All flows that one link limits get the same rate per unit of weight, the level of the link. Its virtual time advances
 * at that level; a flow that joins with b bytes to go gets the tag virtual time + b / weight and ends when virtual time
 * reaches the tag. A new level changes the speed of the clock, never the order of the tags: one heap of tags for each
 * link, and one heap of links by the time at which their first tag is due.
 *
 * Virtual time starts again from zero when nobody is limited, and after as many departures as there are flows; it
 * therefore stays of the size of the transfers and rounding does not grow with the length of the run.
 */
export class VirtualTime {
  /** Rate per unit of weight of the flows a link limits; infinite if it limits none. By link. */
  level = new Float64Array(0);
  /** The flows a link limits, by (tag, slot). By link. */
  readonly limited: Heap[] = [];
  /** The link that limits a flow, or UNPLACED. By flow. */
  limiter = new Int32Array(0);
  weight = new Float64Array(0);
  /** Bytes to go of a flow that is not placed. By flow. */
  left = new Float64Array(0);
  #virtual = new Float64Array(0);
  #since = new Float64Array(0);
  #departures = new Int32Array(0);
  #tag = new Float64Array(0);
  #tagPlace = new Int32Array(0);
  /** When the first flow that a link limits is done: never later than the truth. By link. */
  #due = new Float64Array(0);
  #duePlace = new Int32Array(0);
  readonly #dueLinks: Heap = [];

  growLinks(links: number): void {
    this.level = widen(this.level, links, Number.POSITIVE_INFINITY);
    this.#virtual = widen(this.#virtual, links);
    this.#since = widen(this.#since, links);
    this.#departures = widen(this.#departures, links);
    this.#due = widen(this.#due, links);
    this.#duePlace = widen(this.#duePlace, links, ABSENT);
    while (this.limited.length < links) this.limited.push([]);
  }

  growFlows(flows: number): void {
    this.limiter = widen(this.limiter, flows, UNPLACED);
    this.weight = widen(this.weight, flows);
    this.left = widen(this.left, flows);
    this.#tag = widen(this.#tag, flows);
    this.#tagPlace = widen(this.#tagPlace, flows, ABSENT);
  }

  /** Brings the virtual time of a link that limits flows up to `now`; asked before its level or its flows change. */
  advance(link: number, now: number): void {
    const elapsed = now - this.#since[link]!;
    if (elapsed > 0 && this.limited[link]!.length > 0) this.#virtual[link]! += this.level[link]! * elapsed;
    this.#since[link] = now;
  }

  /** From now on `link` limits this unplaced flow. */
  join(flow: number, link: number): void {
    this.limiter[flow] = link;
    this.#tag[flow] = this.#virtual[link]! + this.left[flow]! / this.weight[flow]!;
    heapPush(this.limited[link]!, flow, this.#tag, this.#tagPlace);
  }

  /** Takes a flow off the link that limits it, whose virtual time is up to date; its bytes to go are then in `left`. */
  leave(flow: number): void {
    const link = this.limiter[flow]!;
    const limited = this.limited[link]!;
    this.left[flow] = Math.max(0, (this.#tag[flow]! - this.#virtual[link]!) * this.weight[flow]!);
    this.limiter[flow] = UNPLACED;
    heapRemove(limited, flow, this.#tag, this.#tagPlace);
    if (limited.length === 0) {
      this.level[link] = Number.POSITIVE_INFINITY;
      this.#virtual[link] = 0;
      this.#departures[link] = 0;
      if (this.#duePlace[link] !== ABSENT) heapRemove(this.#dueLinks, link, this.#due, this.#duePlace);
    } else if (++this.#departures[link]! > limited.length + REBASE_SLACK) {
      this.#rebase(link);
    }
  }

  #rebase(link: number): void {
    const virtual = this.#virtual[link]!;
    for (const flow of this.limited[link]!) this.#tag[flow]! -= virtual;
    this.#virtual[link] = 0;
    this.#departures[link] = 0;
  }

  /** Bytes a flow still has to go at `now`. */
  remaining(flow: number, now: number): number {
    const link = this.limiter[flow]!;
    if (link === UNPLACED) return this.left[flow]!;
    const virtual = this.#virtual[link]! + this.level[link]! * (now - this.#since[link]!);
    return Math.max(0, (this.#tag[flow]! - virtual) * this.weight[flow]!);
  }

  /** Puts a link that limits flows in its place among the next to finish, after its level or its flows have changed. */
  schedule(link: number): void {
    this.#due[link] = this.#firstDue(link);
    if (this.#duePlace[link] === ABSENT) heapPush(this.#dueLinks, link, this.#due, this.#duePlace);
    else heapMove(this.#dueLinks, link, this.#due, this.#duePlace);
  }

  #firstDue(link: number): number {
    const level = this.level[link]!;
    if (level === 0) return Number.POSITIVE_INFINITY;
    const first = this.limited[link]![0]!;
    return this.#since[link]! + Math.max(0, this.#tag[first]! - this.#virtual[link]!) / level;
  }

  /** When the next flow is done, infinite if none will be. */
  get nextDue(): number {
    const link = this.#dueLinks[0];
    return link === undefined ? Number.POSITIVE_INFINITY : this.#due[link]!;
  }

  /**
   * The next flow that is done no later than `horizon`, or -1; it has then nothing left and the caller takes it away.
   * The order is total: (time, link, tag, slot).
   */
  takeDue(now: number, horizon: number): number {
    while (this.nextDue <= horizon) {
      const link = this.#dueLinks[0]!;
      const due = this.#firstDue(link);
      if (due <= horizon) {
        const flow = this.limited[link]![0]!;
        this.advance(link, now);
        this.#virtual[link] = Math.max(this.#virtual[link]!, this.#tag[flow]!);
        return flow;
      }
      this.#due[link] = due;
      heapMove(this.#dueLinks, link, this.#due, this.#duePlace);
    }
    return -1;
  }
}
