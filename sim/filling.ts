import type { Crossings } from "./crossings.ts";
import { ShareQueue } from "./share-queue.ts";
import { UNPLACED, type VirtualTime } from "./virtual-time.ts";
import { widen } from "./widen.ts";

// A flow keeps its rate (settled) unless it is thawed, and then freezes again at its new rate.
const SETTLED = 0;
const THAWED = 1;
const FROZEN = 2;

// A link is out of the region; or in it, open while the level of its flows rises, then closed.
const OUTSIDE = 0;
const OPEN = 1;
const CLOSED = 2;

/**
 * Progressive filling (Bertsekas & Gallager, Data Networks, 6.5), restricted to the region that a change can reach: raise the
 * rate per weight of all thawed flows together; when a link is full, freeze its flows at that level and close it.
 *
 * The region: from a changed link, the flows that link limits are thawed, all links these flows cross are opened, the
 * flows that those limit are thawed, and so on. If, while filling, a link is about to close below the rate per weight of
 * a settled flow, that flow cannot keep its rate: it is thawed too, with its region. This is safe because its limiter
 * lies above the present level, where nothing has been decided yet.
 */
export class Filling {
  capacity = new Float64Array(0);
  rate = new Float64Array(0);
  /** What the flows take of a link: shares times rates. Exact where a link limits flows; elsewhere it only decides when a link is looked at. */
  load = new Float64Array(0);
  readonly #crossings: Crossings;
  readonly #progress: VirtualTime;
  #linkState = new Uint8Array(0);
  #spare = new Float64Array(0);
  #thawedWeight = new Float64Array(0);
  #thawedCount = new Int32Array(0);
  readonly #queue = new ShareQueue();
  #region = new Int32Array(0);
  #regionSize = 0;
  #spread = 0;
  #flowState = new Uint8Array(0);
  #thawed = new Int32Array(0);
  #thawedSize = 0;
  #closing = new Int32Array(0);
  #closingSize = 0;
  #freshShare = 0;

  constructor(crossings: Crossings, progress: VirtualTime) {
    this.#crossings = crossings;
    this.#progress = progress;
  }

  growLinks(links: number): void {
    this.capacity = widen(this.capacity, links);
    this.load = widen(this.load, links);
    this.#linkState = widen(this.#linkState, links);
    this.#spare = widen(this.#spare, links);
    this.#thawedWeight = widen(this.#thawedWeight, links);
    this.#thawedCount = widen(this.#thawedCount, links);
    this.#queue.growLinks(links);
    this.#region = widen(this.#region, links);
  }

  growFlows(flows: number): void {
    this.rate = widen(this.rate, flows);
    this.#flowState = widen(this.#flowState, flows);
    this.#thawed = widen(this.#thawed, flows);
    this.#closing = widen(this.#closing, flows);
  }

  /** Takes a link into the region. */
  open(link: number, now: number): void {
    if (this.#linkState[link] !== OUTSIDE) return;
    this.#linkState[link] = OPEN;
    this.#progress.advance(link, now);
    this.#spare[link] = this.capacity[link]! - this.load[link]!;
    this.#thawedWeight[link] = 0;
    this.#thawedCount[link] = 0;
    this.#region[this.#regionSize++] = link;
  }

  /** Takes a flow into the region, with all links it crosses. */
  thaw(flow: number, now: number): void {
    if (this.#flowState[flow] !== SETTLED) return;
    this.#flowState[flow] = THAWED;
    this.#thawed[this.#thawedSize++] = flow;
    const rate = this.rate[flow]!;
    const weight = this.#progress.weight[flow]!;
    const { hopLink, hopShare, isPlain, pathStart, pathLength } = this.#crossings;
    const plain = isPlain[flow] === 1;
    const start = pathStart[flow]!;
    const end = start + pathLength[flow]!;
    for (let hop = start; hop < end; hop++) {
      const link = hopLink[hop]!;
      if (this.#linkState[link] === OUTSIDE) this.open(link, now);
      const share = plain ? 1 : hopShare[hop]!;
      this.#spare[link]! += share * rate;
      this.#thawedWeight[link]! += share * weight;
      this.#thawedCount[link]!++;
    }
  }

  /** Gives the flows of the region their new rates and leaves no region behind. */
  complete(now: number): void {
    this.#spreadRegion(now);
    this.#fill(now);
    this.#settle();
  }

  /** Thaws what the links that were opened since the last time limit, until nothing new is reached. */
  #spreadRegion(now: number): void {
    while (this.#spread < this.#regionSize) {
      for (const flow of this.#progress.limited[this.#region[this.#spread++]!]!) this.thaw(flow, now);
    }
  }

  /** Ranks the open links of the region by their share: spare capacity per thawed weight. */
  #rank(): void {
    const queue = this.#queue;
    queue.clear();
    for (let i = 0; i < this.#regionSize; i++) {
      const link = this.#region[i]!;
      if (this.#linkState[link] !== OPEN || this.#thawedCount[link] === 0) continue;
      queue.append(link, this.#spare[link]! / this.#thawedWeight[link]!);
    }
    queue.order();
  }

  #fill(now: number): void {
    const queue = this.#queue;
    const { rate } = this;
    const weight = this.#progress.weight;
    let level = 0;
    let frozen = 0;
    this.#rank();
    while (frozen < this.#thawedSize) {
      const link = queue.firstLink;
      if (this.#thawedCount[link] === 0) {
        queue.dropFirst();
        continue;
      }
      // Shares only grow while flows freeze below them, so it is enough to look again at the one that comes first.
      const share = this.#spare[link]! / this.#thawedWeight[link]!;
      if (share > queue.firstShare) {
        queue.postpone(share);
        continue;
      }
      const bound = Math.max(level, share);
      if (this.#survey(link, bound)) {
        for (const flow of this.#crossings.flowsOn[link]!)
          if (rate[flow]! > bound * weight[flow]!) this.thaw(flow, now);
        this.#spreadRegion(now);
        this.#rank();
        continue;
      }
      level = Math.max(level, this.#freshShare);
      queue.dropFirst();
      frozen += this.#close(link, level);
    }
  }

  /**
   * Looks at all flows of a link that is about to close: finds the thawed ones and sums up what the others take, afresh, so that
   * rounding does not add up from commit to commit. Whether a settled flow has more than `bound` per weight.
   */
  #survey(link: number, bound: number): boolean {
    const { rate } = this;
    const weight = this.#progress.weight;
    const flowState = this.#flowState;
    const closing = this.#closing;
    let used = 0;
    let thawedWeight = 0;
    let count = 0;
    let above = false;
    const row = this.#crossings.flowsOn[link]!;
    const shares = this.#crossings.sharesOn[link]!;
    for (let i = 0; i < row.length; i++) {
      const flow = row[i]!;
      if (flowState[flow] === THAWED) {
        thawedWeight += shares[i]! * weight[flow]!;
        closing[count++] = flow;
      } else {
        used += shares[i]! * rate[flow]!;
        if (rate[flow]! > bound * weight[flow]!) above = true;
      }
    }
    this.#closingSize = count;
    this.#freshShare = (this.capacity[link]! - used) / thawedWeight;
    return above;
  }

  /** Freezes the thawed flows of a link that was surveyed at `level` per weight; how many. */
  #close(link: number, level: number): number {
    const { rate } = this;
    const progress = this.#progress;
    const { pathStart, pathLength, isPlain, hopLink, hopShare } = this.#crossings;
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
      const plain = isPlain[flow] === 1;
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
        const share = plain ? 1 : hopShare[hop]!;
        spare[other]! -= share * flowRate;
        thawedWeight[other]! -= share * flowWeight;
        thawedCount[other]!--;
      }
    }
    this.#linkState[link] = CLOSED;
    progress.level[link] = level;
    return count;
  }

  #settle(): void {
    const progress = this.#progress;
    for (let i = 0; i < this.#regionSize; i++) {
      const link = this.#region[i]!;
      this.#linkState[link] = OUTSIDE;
      if (progress.limited[link]!.length > 0) {
        this.load[link] = this.capacity[link]!;
        progress.schedule(link);
      } else {
        this.load[link] = this.#crossings.flowsOn[link]!.length === 0 ? 0 : this.capacity[link]! - this.#spare[link]!;
      }
    }
    for (let i = 0; i < this.#thawedSize; i++) this.#flowState[this.#thawed[i]!] = SETTLED;
    this.#regionSize = 0;
    this.#spread = 0;
    this.#thawedSize = 0;
  }
}
