import type { Stream } from "../../sim/index.ts";

/** What happens to one class of pages between two cuts. */
export interface Epoch {
  /** Pages of the cut that are saved. */
  readonly saved: number;
  /** Writes that met a page of the cut before the copier did. */
  readonly copyFaults: number;
  /** First writes to a page since the cut. */
  readonly distinct: number;
}

export interface PageMemory {
  readonly pages: number;
  readonly writesPerSecond: number;
  /** Seconds of guest work from cut to cut. */
  readonly interval: number;
  /** Seconds in which the copier goes through the pages of the cut, in any order, at one pace. */
  readonly sweep: number;
  /** A cut holds all pages, or those written in the epoch before it. */
  readonly record: "full" | "incremental";
  readonly epochs: number;
}

/**
 * A slow, obviously right memory: every page is an entry of an array, every write is drawn, and the copier saves one page
 * after the other. The first cut holds all pages.
 */
export const simulatePages = (memory: PageMemory, stream: Stream): Epoch[] => {
  const { pages, writesPerSecond, interval, sweep, record, epochs } = memory;
  let dirty = new Uint8Array(pages).fill(1);
  return Array.from({ length: epochs }, () => {
    const cut = record === "full" ? new Uint8Array(pages).fill(1) : dirty;
    const order = shuffled(
      [...cut.keys()].filter((page) => cut[page] === 1),
      stream,
    );
    dirty = new Uint8Array(pages);
    const unsaved = Uint8Array.from(cut);
    let next = 0;
    let copyFaults = 0;
    for (let t = stream.exponential(1 / writesPerSecond); t < interval; t += stream.exponential(1 / writesPerSecond)) {
      // The copier has saved each page whose turn is over by now.
      for (; next < order.length && ((next + 0.5) / order.length) * sweep <= t; next++) unsaved[order[next]!] = 0;
      const page = stream.integer(0, pages - 1);
      copyFaults += unsaved[page]!;
      unsaved[page] = 0;
      dirty[page] = 1;
    }
    return { saved: order.length, copyFaults, distinct: dirty.reduce((sum, one) => sum + one, 0) };
  });
};

const shuffled = (pages: number[], stream: Stream): number[] => {
  for (let i = pages.length - 1; i > 0; i--) {
    const j = stream.integer(0, i);
    [pages[i], pages[j]] = [pages[j]!, pages[i]!];
  }
  return pages;
};
