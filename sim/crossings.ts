import { widen } from "./widen.ts";

/**
 * Which flow crosses which link. Flows and links are slots (small integers); a crossing of the two is a hop.
 * The hops of one flow lie side by side in a block, so that its path is `hopLink[pathStart[flow] + i]`, `i < pathLength[flow]`;
 * the flows of one link are a row, `flowsOn[link]`, with their shares beside it: what a flow takes of the link for each unit
 * of its rate. Both are left by swapping with the last, so the order of a row
 * depends on what happened before and on nothing else. Blocks and slots are used again: memory follows the most flows
 * that were ever present at once.
 */
export class Crossings {
  readonly flowsOn: number[][] = [];
  readonly sharesOn: number[][] = [];
  pathStart = new Int32Array(0);
  pathLength = new Int32Array(0);
  /** 1 for a flow whose shares are all 1, so that nobody has to look at them. By flow. */
  isPlain = new Uint8Array(0);
  hopLink = new Int32Array(0);
  hopShare = new Float64Array(0);
  /** Hops of a row, beside `flowsOn`: whose place has to change when the row closes a gap. */
  readonly #hopsOn: number[][] = [];
  #hopPlace = new Int32Array(0);
  #blockSize = new Int32Array(0);
  #usedHops = 0;
  /** Free blocks by the binary logarithm of their size. */
  readonly #freeBlocks: number[][] = [];

  addLink(): void {
    this.flowsOn.push([]);
    this.sharesOn.push([]);
    this.#hopsOn.push([]);
  }

  /** Makes room for the flow slots below `flows`. */
  growFlows(flows: number): void {
    this.pathStart = widen(this.pathStart, flows);
    this.pathLength = widen(this.pathLength, flows);
    this.isPlain = widen(this.isPlain, flows);
    this.#blockSize = widen(this.#blockSize, flows);
  }

  /** Gives a flow an empty path with room for `hops` hops. */
  open(flow: number, hops: number): void {
    const sizeClass = 32 - Math.clz32(hops - 1);
    const size = 1 << sizeClass;
    let start = this.#freeBlocks[sizeClass]?.pop();
    if (start === undefined) {
      start = this.#usedHops;
      this.#usedHops += size;
      if (this.#usedHops > this.hopLink.length) {
        const hopCount = Math.max(64, 2 * this.#usedHops);
        this.hopLink = widen(this.hopLink, hopCount);
        this.hopShare = widen(this.hopShare, hopCount);
        this.#hopPlace = widen(this.#hopPlace, hopCount);
      }
    }
    this.pathStart[flow] = start;
    this.pathLength[flow] = 0;
    this.isPlain[flow] = 1;
    this.#blockSize[flow] = size;
  }

  /** Lengthens the path of a flow by one link. */
  add(flow: number, link: number, share: number): void {
    const hop = this.pathStart[flow]! + this.pathLength[flow]!++;
    const row = this.flowsOn[link]!;
    this.hopLink[hop] = link;
    this.hopShare[hop] = share;
    if (share !== 1) this.isPlain[flow] = 0;
    this.#hopPlace[hop] = row.length;
    row.push(flow);
    this.sharesOn[link]!.push(share);
    this.#hopsOn[link]!.push(hop);
  }

  /** Takes the last link off the path of a flow. */
  dropLast(flow: number): void {
    const hop = this.pathStart[flow]! + --this.pathLength[flow]!;
    this.#leaveRow(hop);
  }

  /** Takes a flow off all its links and its block back. */
  close(flow: number): void {
    const start = this.pathStart[flow]!;
    const end = start + this.pathLength[flow]!;
    for (let hop = start; hop < end; hop++) this.#leaveRow(hop);
    this.pathLength[flow] = 0;
    const sizeClass = 31 - Math.clz32(this.#blockSize[flow]!);
    while (this.#freeBlocks.length <= sizeClass) this.#freeBlocks.push([]);
    this.#freeBlocks[sizeClass]!.push(start);
  }

  #leaveRow(hop: number): void {
    const link = this.hopLink[hop]!;
    const row = this.flowsOn[link]!;
    const hops = this.#hopsOn[link]!;
    const shares = this.sharesOn[link]!;
    const lastFlow = row.pop()!;
    const lastShare = shares.pop()!;
    const lastHop = hops.pop()!;
    if (lastHop === hop) return;
    const place = this.#hopPlace[hop]!;
    row[place] = lastFlow;
    shares[place] = lastShare;
    hops[place] = lastHop;
    this.#hopPlace[lastHop] = place;
  }
}
