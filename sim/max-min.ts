import { Crossings } from "./crossings.ts";
import { Filling } from "./filling.ts";
import { UNPLACED, VirtualTime } from "./virtual-time.ts";
import { widen } from "./widen.ts";

const NO_CAP = -1;

/**
 * Weighted max-min fair rates of flows over links, kept up to date at the price of what changes.
 *
 * It is the one allocation in which every flow has a bottleneck: a full link on which nobody has more per weight. A cap is a
 * link of its own that one flow crosses. Changes are collected, and take effect together in a commit. Slots are used
 * again; arguments are not checked, that is the task of FluidNetwork.
 */
export class MaxMin {
  readonly crossings = new Crossings();
  readonly progress = new VirtualTime();
  readonly filling = new Filling(this.crossings, this.progress);
  #links = 0;
  #flows = 0;
  #capLink = new Int32Array(0);
  /** Bytes of a flow, as asked for. By flow. */
  #bytes = new Float64Array(0);
  /** What flows that have left made a link carry. By link. */
  #carried = new Float64Array(0);
  readonly #freeCapLinks: number[] = [];
  readonly #freeFlows: number[] = [];
  #isChanged = new Uint8Array(0);
  readonly #changed: number[] = [];
  readonly #unplaced: number[] = [];

  addLink(capacity: number): number {
    const link = this.#links++;
    if (link === this.filling.capacity.length) {
      const links = Math.max(16, 2 * link);
      this.progress.growLinks(links);
      this.filling.growLinks(links);
      this.#isChanged = widen(this.#isChanged, links);
      this.#carried = widen(this.#carried, links);
    }
    this.crossings.addLink();
    this.filling.capacity[link] = capacity;
    return link;
  }

  setCapacity(link: number, capacity: number): void {
    this.filling.capacity[link] = capacity;
    if (this.progress.limited[link]!.length === 0) this.filling.load[link] = this.load(link);
    if (this.progress.limited[link]!.length > 0 || this.filling.load[link]! > capacity) this.#change(link);
  }

  /** What the flows take of a link, after the last commit. */
  load(link: number): number {
    if (this.progress.limited[link]!.length > 0) return this.filling.load[link]!;
    let load = 0;
    const shares = this.crossings.sharesOn[link]!;
    for (const [i, flow] of this.crossings.flowsOn[link]!.entries()) load += shares[i]! * this.filling.rate[flow]!;
    return load;
  }

  /** A new flow without a path, and its slot; `cross` and `setCap` come next. At most `links` links. */
  addFlow(links: number, bytes: number, weight: number): number {
    const flow = this.#freeFlows.pop() ?? this.#newFlow();
    this.crossings.open(flow, links + 1);
    this.progress.weight[flow] = weight;
    this.progress.left[flow] = bytes;
    this.#bytes[flow] = bytes;
    this.#unplaced.push(flow);
    return flow;
  }

  #newFlow(): number {
    const flow = this.#flows++;
    if (flow === this.filling.rate.length) {
      const flows = Math.max(16, 2 * flow);
      this.crossings.growFlows(flows);
      this.progress.growFlows(flows);
      this.filling.growFlows(flows);
      this.#capLink = widen(this.#capLink, flows, NO_CAP);
      this.#bytes = widen(this.#bytes, flows);
    }
    return flow;
  }

  /** Takes a flow away and frees its slot; the bytes it had to go. */
  removeFlow(flow: number, now: number): number {
    this.#unplace(flow, now);
    this.#account(flow);
    this.crossings.close(flow);
    if (this.#capLink[flow] !== NO_CAP) {
      this.#freeCapLinks.push(this.#capLink[flow]!);
      this.#capLink[flow] = NO_CAP;
    }
    this.#freeFlows.push(flow);
    return this.progress.left[flow]!;
  }

  /** Makes over what a flow has sent, which is off its limiter, to its links. */
  #account(flow: number): void {
    const { pathStart, pathLength, hopLink, hopShare } = this.crossings;
    const sent = this.#bytes[flow]! - this.progress.left[flow]!;
    const start = pathStart[flow]!;
    const end = start + pathLength[flow]!;
    for (let hop = start; hop < end; hop++) this.#carried[hopLink[hop]!]! += hopShare[hop]! * sent;
  }

  /** Bytes that a link has carried until `now`: shares times bytes sent, of the flows that have left and of the present ones. */
  carried(link: number, now: number): number {
    let carried = this.#carried[link]!;
    const shares = this.crossings.sharesOn[link]!;
    for (const [i, flow] of this.crossings.flowsOn[link]!.entries()) {
      carried += shares[i]! * (this.#bytes[flow]! - this.progress.remaining(flow, now));
    }
    return carried;
  }

  /** Leads a new flow over one more link, of which it takes `share` for each unit of its rate. */
  cross(flow: number, link: number, share: number): void {
    this.crossings.add(flow, link, share);
  }

  setWeight(flow: number, weight: number, now: number): void {
    this.#unplace(flow, now);
    this.progress.weight[flow] = weight;
  }

  setCap(flow: number, cap: number, now: number): void {
    const capLink = this.#capLink[flow]!;
    const capped = cap < Number.POSITIVE_INFINITY;
    if (capLink !== NO_CAP && capped) {
      this.setCapacity(capLink, cap);
    } else if (capLink !== NO_CAP) {
      this.#unplace(flow, now);
      this.crossings.dropLast(flow);
      this.#freeCapLinks.push(capLink);
      this.#capLink[flow] = NO_CAP;
    } else if (capped) {
      this.#unplace(flow, now);
      this.#addCap(flow, cap);
    }
  }

  #addCap(flow: number, cap: number): void {
    const link = this.#freeCapLinks.pop() ?? this.addLink(cap);
    this.filling.capacity[link] = cap;
    this.#capLink[flow] = link;
    this.crossings.add(flow, link, 1);
  }

  #change(link: number): void {
    if (this.#isChanged[link] === 1) return;
    this.#isChanged[link] = 1;
    this.#changed.push(link);
  }

  /** Takes a flow off its limiter and its rate off its links, and marks the links whose other flows may now get more. */
  #unplace(flow: number, now: number): void {
    const { progress, crossings } = this;
    const limiter = progress.limiter[flow]!;
    if (limiter === UNPLACED) return;
    progress.advance(limiter, now);
    progress.leave(flow);
    this.#unplaced.push(flow);
    const rate = this.filling.rate[flow]!;
    this.filling.rate[flow] = 0;
    const start = crossings.pathStart[flow]!;
    const end = start + crossings.pathLength[flow]!;
    for (let hop = start; hop < end; hop++) {
      const link = crossings.hopLink[hop]!;
      this.filling.load[link] =
        crossings.flowsOn[link]!.length === 1 ? 0 : this.filling.load[link]! - rate * crossings.hopShare[hop]!;
      if (progress.limited[link]!.length > 0) this.#change(link);
    }
  }

  /** Gives every flow its max-min fair rate, all changes since the last commit taken together. */
  commit(now: number): void {
    if (this.#changed.length === 0 && this.#unplaced.length === 0) return;
    const { progress, crossings } = this;
    while (this.#changed.length > 0) {
      const link = this.#changed.pop()!;
      this.#isChanged[link] = 0;
      this.filling.open(link, now);
      // A link that lost capacity without having limited anybody: all its flows may have too much.
      if (progress.limited[link]!.length > 0 || this.filling.load[link]! <= this.filling.capacity[link]!) continue;
      for (const flow of crossings.flowsOn[link]!) this.filling.thaw(flow, now);
    }
    while (this.#unplaced.length > 0) {
      const flow = this.#unplaced.pop()!;
      // It may have left since; an empty path is an empty slot.
      if (progress.limiter[flow] === UNPLACED && crossings.pathLength[flow]! > 0) this.filling.thaw(flow, now);
    }
    this.filling.complete(now);
  }
}
