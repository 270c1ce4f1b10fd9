import type { Stream } from "../../sim/index.ts";

export interface SweptClass {
  readonly pages: number;
  readonly writesPerSecond: number;
}

export interface PageSweep {
  readonly classes: readonly SweptClass[];
  readonly order: "address" | "hot-first";
  /** Pages that the copier saves per second. */
  readonly rate: number;
}

interface Page {
  readonly pageClass: number;
  saved: boolean;
  asked: boolean;
}

/**
 * A slow, obviously right sweep over a memory in which every page is an object and every write is drawn; another thread
 * serves the faults. Returns the faults of each class until the copier has come to the end.
 */
export const simulateSeparateSweep = ({ classes, order, rate }: PageSweep, stream: Stream): number[] => {
  const { pages, sequence } = memoryOf(classes, order, stream);
  const faults = classes.map(() => 0);
  let next = 0;
  const end = pages.length / rate;
  const write = writer(classes, pages, stream);
  for (let t = write.gap(); t < end; t += write.gap()) {
    for (; next < sequence.length && (next + 0.5) / rate <= t; next++) sequence[next]!.saved = true;
    const page = write.page();
    if (page.saved) continue;
    page.saved = true;
    faults[page.pageClass]! += 1;
  }
  return faults;
};

/**
 * The same with one copier that also serves the faults, first. The guest has as many processors as `waiting`: it stands
 * still while so many of them wait for a page. Returns its faults, and its work at each tenth of the sweep.
 */
export const simulateSharedSweep = (
  { classes, order, rate, waiting }: PageSweep & { readonly waiting: number },
  stream: Stream,
): { readonly faults: number; readonly work: readonly number[] } => {
  const { pages, sequence } = memoryOf(classes, order, stream);
  const write = writer(classes, pages, stream);
  const queue: Page[] = [];
  const works: number[] = [];
  let faults = 0;
  let work = 0;
  let next = 0;
  let untilWrite = write.gap();
  for (let saved = 1; saved <= pages.length; saved++) {
    // The guest runs until the copier is ready with the next page.
    let left = 1 / rate;
    while (left > 0 && queue.length < waiting) {
      const run = Math.min(left, untilWrite);
      left -= run;
      work += run;
      untilWrite -= run;
      if (untilWrite > 0) continue;
      untilWrite = write.gap();
      const page = write.page();
      if (page.saved || page.asked) continue;
      page.asked = true;
      faults += 1;
      queue.push(page);
    }
    const asked = queue.shift();
    if (asked !== undefined) asked.saved = true;
    else {
      while (sequence[next]!.saved) next++;
      sequence[next]!.saved = true;
    }
    if (saved % (pages.length / 10) === 0) works.push(work);
  }
  return { faults, work: works };
};

const memoryOf = (classes: readonly SweptClass[], order: PageSweep["order"], stream: Stream) => {
  const pages = classes.map((one, pageClass) =>
    Array.from({ length: one.pages }, (): Page => ({ pageClass, saved: false, asked: false })),
  );
  const heat = (one: SweptClass): number => one.writesPerSecond / one.pages;
  const sequence =
    order === "address"
      ? shuffled(pages.flat(), stream)
      : [...classes]
          .sort((a, b) => heat(b) - heat(a))
          .flatMap((one) => shuffled([...pages[classes.indexOf(one)]!], stream));
  return { pages: pages.flat(), sequence };
};

/** Writes at random over the pages of each class. */
const writer = (classes: readonly SweptClass[], pages: readonly Page[], stream: Stream) => {
  const total = classes.reduce((sum, one) => sum + one.writesPerSecond, 0);
  return {
    gap: () => stream.exponential(1 / total),
    page: (): Page => {
      let at = stream.uniform(0, total);
      let first = 0;
      for (const one of classes) {
        if (at < one.writesPerSecond || one === classes.at(-1)) return pages[first + stream.integer(0, one.pages - 1)]!;
        at -= one.writesPerSecond;
        first += one.pages;
      }
      throw new Error("no class was drawn");
    },
  };
};

const shuffled = (pages: Page[], stream: Stream): Page[] => {
  for (let i = pages.length - 1; i > 0; i--) {
    const j = stream.integer(0, i);
    [pages[i], pages[j]] = [pages[j]!, pages[i]!];
  }
  return pages;
};
