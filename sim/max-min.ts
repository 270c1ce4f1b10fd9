import { Crossings } from "./crossings.ts";
import { ABSENT, type Heap, heapClear, heapMove, heapPush, heapRemove } from "./indexed-heap.ts";
import { UNPLACED, VirtualTime } from "./virtual-time.ts";
import { widen } from "./widen.ts";

// A flow keeps its rate (settled) unless a commit thaws it, and then freezes again at its new rate.
const SETTLED = 0;
const THAWED = 1;
const FROZEN = 2;

// A link is at rest, or marked as changed; in a commit it is open while the level of its flows rises, then closed.
const IDLE = 0;
const CHANGED = 1;
const OPEN = 2;
const CLOSED = 3;

const NO_CAP = -1;

/**
 * Weighted max-min fair rates of flows over links, kept up to date at the price of what changes.
 *
 * Progressive filling (Bertsekas & Gallager, Data Networks, 6.5): raise the rate per weight of all flows together; when
 * a link is full, freeze its flows at that level. The result is the one allocation in which every flow has a
 * bottleneck: a full link on which nobody has more per weight. A cap is a link of its own that one flow crosses.
 *
 * A commit fills only the region that a change can reach. From a changed link it thaws the flows that link limits, opens
 * all links these flows cross, thaws the flows those limit, and so on. If, while filling, a link is about to close
 * below the rate per weight of a settled flow, that flow cannot keep its rate: it is thawed too, with its region. This
 * is safe because its limiter lies above the present level, where nothing has been decided yet.
 */
export class MaxMin {
  readonly crossings = new Crossings();
  readonly progress = new VirtualTime();
  capacity = new Float64Array(0);
  rate = new Float64Array(0);
  /** Sum of the rates on a link. Exact where a link limits flows; elsewhere it only decides when a link is looked at. */
  #load = new Float64Array(0);
  #spare = new Float64Array(0);
  #thawedWeight = new Float64Array(0);
  #thawedCount = new Int32Array(0);
  #linkState = new Uint8Array(0);
  #share = new Float64Array(0);
  #sharePlace = new Int32Array(0);
  #flowState = new Uint8Array(0);
  #capLink = new Int32Array(0);
  #links = 0;
  #flows = 0;
  readonly #freeCapLinks: number[] = [];
  readonly #freeFlows: number[] = [];
  readonly #changed: number[] = [];
  readonly #unplaced: number[] = [];
  #region = new Int32Array(0);
  #regionSize = 0;
  #spread = 0;
  #thawed = new Int32Array(0);
  #thawedSize = 0;
  #closing = new Int32Array(0);
  #closingSize = 0;
  #freshShare = 0;
  readonly #queue: Heap = [];

  addLink(capacity: number): number {
    const link = this.#links++;
    if (link === this.capacity.length) {
      const links = Math.max(16, 2 * link);
      this.progress.growLinks(links);
      this.capacity = widen(this.capacity, links);
      this.#load = widen(this.#load, links);
      this.#spare = widen(this.#spare, links);
      this.#thawedWeight = widen(this.#thawedWeight, links);
      this.#thawedCount = widen(this.#thawedCount, links);
      this.#linkState = widen(this.#linkState, links);
      this.#share = widen(this.#share, links);
      this.#sharePlace = widen(this.#sharePlace, links, ABSENT);
      this.#region = widen(this.#region, links);
    }
    this.crossings.addLink();
    this.capacity[link] = capacity;
    return link;
  }

  setCapacity(link: number, capacity: number): void {
    this.capacity[link] = capacity;
    if (this.progress.limited[link]!.length === 0) this.#load[link] = this.load(link);
    if (this.progress.limited[link]!.length > 0 || this.#load[link]! > capacity) this.#change(link);
  }

  /** Sum of the rates on a link after the last commit. */
  load(link: number): number {
    if (this.progress.limited[link]!.length > 0) return this.#load[link]!;
    let load = 0;
    for (const flow of this.crossings.flowsOn[link]!) load += this.rate[flow]!;
    return load;
  }

  /** A new flow over distinct links, and its slot. An infinite `cap` is none. */
  addFlow(links: readonly number[], bytes: number, weight: number, cap: number): number {
    const flow = this.#freeFlows.pop() ?? this.#newFlow();
    this.crossings.open(flow, links.length + 1);
    for (const link of links) this.crossings.add(flow, link);
    this.progress.weight[flow] = weight;
    this.progress.left[flow] = bytes;
    if (cap < Number.POSITIVE_INFINITY) this.#addCap(flow, cap);
    this.#unplaced.push(flow);
    return flow;
  }

  #newFlow(): number {
    const flow = this.#flows++;
    if (flow === this.rate.length) {
      const flows = Math.max(16, 2 * flow);
      this.crossings.growFlows(flows);
      this.progress.growFlows(flows);
      this.rate = widen(this.rate, flows);
      this.#flowState = widen(this.#flowState, flows);
      this.#capLink = widen(this.#capLink, flows, NO_CAP);
      this.#thawed = widen(this.#thawed, flows);
      this.#closing = widen(this.#closing, flows);
    }
    return flow;
  }

  /** Takes a flow away and frees its slot; the bytes it had to go. */
  removeFlow(flow: number, now: number): number {
    this.#unplace(flow, now);
    this.crossings.close(flow);
    if (this.#capLink[flow] !== NO_CAP) {
      this.#freeCapLinks.push(this.#capLink[flow]!);
      this.#capLink[flow] = NO_CAP;
    }
    this.#freeFlows.push(flow);
    return this.progress.left[flow]!;
  }

  setWeight(flow: number, weight: number, now: number): void {
    this.#unplace(flow, now);
    this.progress.weight[flow] = weight;
    this.#unplaced.push(flow);
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
      this.#unplaced.push(flow);
    } else if (capped) {
      this.#unplace(flow, now);
      this.#addCap(flow, cap);
      this.#unplaced.push(flow);
    }
  }

  #addCap(flow: number, cap: number): void {
    const link = this.#freeCapLinks.pop() ?? this.addLink(cap);
    this.capacity[link] = cap;
    this.#capLink[flow] = link;
    this.crossings.add(flow, link);
  }

  #change(link: number): void {
    if (this.#linkState[link] !== IDLE) return;
    this.#linkState[link] = CHANGED;
    this.#changed.push(link);
  }

  /** Takes a flow off its limiter and its rate off its links, and marks the links whose other flows may now get more. */
  #unplace(flow: number, now: number): void {
    const { progress, crossings } = this;
    const limiter = progress.limiter[flow]!;
    if (limiter === UNPLACED) return;
    progress.advance(limiter, now);
    progress.leave(flow);
    const rate = this.rate[flow]!;
    this.rate[flow] = 0;
    const start = crossings.pathStart[flow]!;
    const end = start + crossings.pathLength[flow]!;
    for (let hop = start; hop < end; hop++) {
      const link = crossings.hopLink[hop]!;
      this.#load[link] = crossings.flowsOn[link]!.length === 1 ? 0 : this.#load[link]! - rate;
      if (progress.limited[link]!.length > 0) this.#change(link);
    }
  }

  /** Gives every flow its max-min fair rate, all changes since the last commit taken together. */
  commit(now: number): void {
    if (this.#changed.length === 0 && this.#unplaced.length === 0) return;
    const { progress, crossings } = this;
    while (this.#changed.length > 0) {
      const link = this.#changed.pop()!;
      if (this.#linkState[link] === CHANGED) this.#open(link, now);
      // A link that lost capacity without having limited anybody: all its flows may have too much.
      if (progress.limited[link]!.length > 0 || this.#load[link]! <= this.capacity[link]!) continue;
      for (const flow of crossings.flowsOn[link]!) this.#thaw(flow, now);
    }
    while (this.#unplaced.length > 0) {
      const flow = this.#unplaced.pop()!;
      // It may have left since; an empty path is an empty slot.
      if (progress.limiter[flow] === UNPLACED && crossings.pathLength[flow]! > 0) this.#thaw(flow, now);
    }
    this.#spreadRegion(now);
    this.#fill(now);
    this.#settle();
  }

  #open(link: number, now: number): void {
    this.progress.advance(link, now);
    this.#linkState[link] = OPEN;
    this.#spare[link] = this.capacity[link]! - this.#load[link]!;
    this.#thawedWeight[link] = 0;
    this.#thawedCount[link] = 0;
    this.#region[this.#regionSize++] = link;
  }

  #thaw(flow: number, now: number): void {
    if (this.#flowState[flow] !== SETTLED) return;
    this.#flowState[flow] = THAWED;
    this.#thawed[this.#thawedSize++] = flow;
    const rate = this.rate[flow]!;
    const weight = this.progress.weight[flow]!;
    const { hopLink, pathStart, pathLength } = this.crossings;
    const start = pathStart[flow]!;
    const end = start + pathLength[flow]!;
    for (let hop = start; hop < end; hop++) {
      const link = hopLink[hop]!;
      if (this.#linkState[link]! < OPEN) this.#open(link, now);
      this.#spare[link]! += rate;
      this.#thawedWeight[link]! += weight;
      this.#thawedCount[link]!++;
    }
  }

  /** Thaws what the links that were opened since the last time limit, until nothing new is reached. */
  #spreadRegion(now: number): void {
    while (this.#spread < this.#regionSize) {
      for (const flow of this.progress.limited[this.#region[this.#spread++]!]!) this.#thaw(flow, now);
    }
  }

  /** Ranks the open links of the region by their share: spare capacity per thawed weight. */
  #rank(): void {
    for (let i = 0; i < this.#regionSize; i++) {
      const link = this.#region[i]!;
      if (this.#linkState[link] !== OPEN || this.#thawedCount[link] === 0) continue;
      this.#share[link] = this.#spare[link]! / this.#thawedWeight[link]!;
      if (this.#sharePlace[link] === ABSENT) heapPush(this.#queue, link, this.#share, this.#sharePlace);
      else heapMove(this.#queue, link, this.#share, this.#sharePlace);
    }
  }

  #fill(now: number): void {
    const queue = this.#queue;
    const { rate } = this;
    const weight = this.progress.weight;
    let level = 0;
    let frozen = 0;
    this.#rank();
    while (frozen < this.#thawedSize) {
      const link = queue[0]!;
      if (this.#thawedCount[link] === 0) {
        heapRemove(queue, link, this.#share, this.#sharePlace);
        continue;
      }
      // Shares only grow while flows freeze below them, so it is enough to look again at the one that comes first.
      const share = this.#spare[link]! / this.#thawedWeight[link]!;
      if (share > this.#share[link]!) {
        this.#share[link] = share;
        heapMove(queue, link, this.#share, this.#sharePlace);
        continue;
      }
      const bound = Math.max(level, share);
      if (this.#survey(link, bound)) {
        for (const flow of this.crossings.flowsOn[link]!)
          if (rate[flow]! > bound * weight[flow]!) this.#thaw(flow, now);
        this.#spreadRegion(now);
        this.#rank();
        continue;
      }
      level = Math.max(level, this.#freshShare);
      heapRemove(queue, link, this.#share, this.#sharePlace);
      frozen += this.#close(link, level);
    }
    heapClear(queue, this.#sharePlace);
  }

  /**
   * Looks at all flows of a link that is about to close: finds the thawed ones and sums up what the others take, afresh, so that
   * rounding does not add up from commit to commit. Whether a settled flow has more than `bound` per weight.
   */
  #survey(link: number, bound: number): boolean {
    const { rate } = this;
    const weight = this.progress.weight;
    const flowState = this.#flowState;
    const closing = this.#closing;
    let used = 0;
    let thawedWeight = 0;
    let count = 0;
    let above = false;
    for (const flow of this.crossings.flowsOn[link]!) {
      if (flowState[flow] === THAWED) {
        thawedWeight += weight[flow]!;
        closing[count++] = flow;
      } else {
        used += rate[flow]!;
        if (rate[flow]! > bound * weight[flow]!) above = true;
      }
    }
    this.#closingSize = count;
    this.#freshShare = (this.capacity[link]! - used) / thawedWeight;
    return above;
  }

  /** Freezes the thawed flows of a link that was surveyed at `level` per weight; how many. */
  #close(link: number, level: number): number {
    const { progress, rate } = this;
    const { pathStart, pathLength, hopLink } = this.crossings;
    const { weight, limiter } = progress;
    const flowState = this.#flowState;
    const spare = this.#spare;
    const thawedWeight = this.#thawedWeight;
    const thawedCount = this.#thawedCount;
    const closing = this.#closing;
    const count = this.#closingSize;
    for (let i = 0; i < count; i++) {
      const flow = closing[i]!;
      const flowWeight = weight[flow]!;
      const flowRate = level * flowWeight;
      flowState[flow] = FROZEN;
      rate[flow] = flowRate;
      if (limiter[flow] !== link) {
        if (limiter[flow] !== UNPLACED) progress.leave(flow);
        progress.join(flow, link);
      }
      const start = pathStart[flow]!;
      const end = start + pathLength[flow]!;
      for (let hop = start; hop < end; hop++) {
        const other = hopLink[hop]!;
        spare[other]! -= flowRate;
        thawedWeight[other]! -= flowWeight;
        thawedCount[other]!--;
      }
    }
    this.#linkState[link] = CLOSED;
    progress.level[link] = level;
    return count;
  }

  #settle(): void {
    const { progress } = this;
    for (let i = 0; i < this.#regionSize; i++) {
      const link = this.#region[i]!;
      this.#linkState[link] = IDLE;
      if (progress.limited[link]!.length > 0) {
        this.#load[link] = this.capacity[link]!;
        progress.schedule(link);
      } else {
        this.#load[link] = this.crossings.flowsOn[link]!.length === 0 ? 0 : this.capacity[link]! - this.#spare[link]!;
      }
    }
    for (let i = 0; i < this.#thawedSize; i++) this.#flowState[this.#thawed[i]!] = SETTLED;
    this.#regionSize = 0;
    this.#spread = 0;
    this.#thawedSize = 0;
  }
}
