import type { PageClass, PageType } from "../scenario.ts";
import type { WriteClass } from "./fit-writes.ts";

/**
 * The page classes of a mix, written as a measured curve says instead of by their own rates. The most written class of
 * the curve goes to the pages that the mix writes most, or, where it does not say, to anonymous memory, then the
 * kernel's, then the cache; free pages come last. A class of the mix that gets writes of several classes is split.
 * Types and contents stay as they are, and so does the curve: parts of a class that are written alike have the distinct
 * writes of the whole.
 *
 * @param mix whole pages
 * @param writes the most written first, with no more pages than the mix
 */
export const layWrites = (mix: readonly PageClass[], writes: readonly WriteClass[]): PageClass[] => {
  const order = mix.map((_, i) => i).sort((a, b) => compare(mix[a]!, mix[b]!) || a - b);
  const segments = wholePages(writes);
  const parts = mix.map((): PageClass[] => []);
  let next = 0;
  let left = segments[0]?.pages ?? 0;
  for (const i of order) {
    const source = mix[i]!;
    for (let open = source.pages; open > 0; ) {
      while (left === 0 && next < segments.length) left = segments[++next]?.pages ?? 0;
      const pages = next < segments.length ? Math.min(open, left) : open;
      const rate = segments[next]?.writesPerPage ?? 0;
      parts[i]!.push({ ...source, pages, writesPerSecond: pages * rate });
      open -= pages;
      left -= Math.min(left, pages);
    }
    if (source.pages === 0) parts[i]!.push({ ...source, writesPerSecond: 0 });
  }
  return parts.flat();
};

/** Which pages are written most, where the mix does not say. */
const likely = ["anonymous", "kernel", "cacheDirty", "cacheClean", "free"] as const satisfies readonly PageType[];

/** Pages that are written more have the lower rank, free pages the highest. */
const compare = (a: PageClass, b: PageClass): number => {
  const isFree = Number(a.type === "free") - Number(b.type === "free");
  return isFree || density(b) - density(a) || likely.indexOf(a.type) - likely.indexOf(b.type);
};

const density = ({ pages, writesPerSecond }: PageClass): number => (pages === 0 ? 0 : writesPerSecond / pages);

/** Classes of whole pages: their ends are rounded, so that no rounding adds up. */
const wholePages = (writes: readonly WriteClass[]): WriteClass[] => {
  let end = 0;
  return writes.map(({ pages, writesPerPage }) => {
    const start = Math.round(end);
    end += pages;
    return { pages: Math.round(end) - start, writesPerPage };
  });
};
