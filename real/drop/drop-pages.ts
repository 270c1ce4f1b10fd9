import { rename } from "node:fs/promises";
import type { PageType } from "../../models/scenario.ts";
import { MemoryImageError } from "../pages/image-error.ts";
import { frameClasses, pageTypeOf } from "../pages/page-classes.ts";
import type { DiskBlocks } from "./disk-blocks.ts";
import { foundOnDisk, type OnDisk } from "./found-on-disk.ts";
import { killingLossOf, makeChanges } from "./kill-by-loss.ts";
import { type ImageChange, type Unsafe, unsafeReasons } from "./killing-loss.ts";
import { pagesOf, type StreamPage } from "./left-out.ts";
import { type DroppedPage, reduceStream } from "./reduced-stream.ts";

/** Which page types a stream is to do without, and what a restore has instead of them. */
export interface DroppedTypes {
  /** Zeros. */
  readonly zeroFilled: readonly PageType[];
  /** What lies on the guest's own disk; what does not is not dropped. */
  readonly reRead: readonly PageType[];
  /** Nothing: whoever touches one of them is killed. Those of which that cannot be made sure are not dropped. */
  readonly killing: readonly PageType[];
}

/** What was dropped; pages with a content. */
export interface Dropped {
  readonly zeroFilled: number;
  readonly reRead: number;
  readonly killing: number;
  /** Pages that were to be read again and are not on the disk: they are still in the stream. */
  readonly kept: number;
  /** Pages that were to be lost with their processes and are still in the stream, and why; empty if there are none. */
  readonly spared: string;
  /** Why nothing was dropped: the guest's kernel does not tell its pages. */
  readonly untyped: string | null;
}

/**
 * Drops pages from a captured stream, in its place. One of a guest whose kernel does not tell its pages stays as it was.
 *
 * @param openDisk the guest's disk of the same cut
 */
export const dropPages = async (
  stream: string,
  { zeroFilled, reRead, killing }: DroppedTypes,
  openDisk: () => Promise<DiskBlocks>,
): Promise<Dropped> => {
  const classes = frameClasses.filter((name) => [...zeroFilled, ...reRead, ...killing].includes(pageTypeOf[name]));
  let pages: readonly StreamPage[];
  try {
    ({ pages } = pagesOf(stream, classes));
  } catch (error) {
    if (!(error instanceof MemoryImageError)) throw error;
    return { zeroFilled: 0, reRead: 0, killing: 0, kept: 0, spared: "", untyped: error.message };
  }
  const isOf = (types: readonly PageType[], page: StreamPage): boolean => types.includes(pageTypeOf[page.class]);
  const zeros = pages.filter((page) => isOf(zeroFilled, page));
  const cached = pages.filter((page) => isOf(reRead, page));
  const again = await onDisk(stream, cached, openDisk);
  const missed = zeros.filter((page) => !isOf(["free"], page));
  const { lost, spared, changes } = lostOf(
    stream,
    pages.filter((page) => isOf(killing, page)),
  );
  makeChanges(stream, changes);
  const reduced = `${stream}.reduced`;
  await reduceStream(stream, reduced, [...zeros, ...again, ...lost], {
    zeroFilled: missed.length,
    killing: lost.length,
  });
  await rename(reduced, stream);
  return {
    ...{ zeroFilled: zeros.length, reRead: again.length, killing: lost.length },
    ...{ kept: cached.length - again.length, spared, untyped: null },
  };
};

/** Pages that are lost with their processes once the changes are made, and those that cannot be, in words. */
interface LostPages<Page> {
  readonly lost: readonly Page[];
  readonly spared: string;
  readonly changes: readonly ImageChange[];
}

/** Of some pages of a stream, which stays as it is, those that can be lost with their processes. */
export const lostOf = <Page extends Pick<StreamPage, "index">>(
  stream: string,
  pages: readonly Page[],
): LostPages<Page> => {
  if (pages.length === 0) return { lost: [], spared: "", changes: [] };
  const { killing, unsafe, changes } = killingLossOf(
    stream,
    pages.map(({ index }) => index),
  );
  const killed = new Set(killing);
  return { lost: pages.filter(({ index }) => killed.has(index)), spared: sparedText(unsafe), changes };
};

/** Such as `12 parts of larger pages, 1 in use by more than page tables`. */
const sparedText = (spared: ReadonlyMap<number, Unsafe>): string =>
  Object.entries(unsafeReasons)
    .map(([name, words]) => [[...spared.values()].filter((reason) => reason === name).length, words] as const)
    .filter(([pages]) => pages > 0)
    .map(([pages, words]) => `${pages} ${words}`)
    .join(", ");

/** Of some pages those that are on the disk, with their places there. */
export const onDisk = async (
  stream: string,
  pages: readonly StreamPage[],
  openDisk: () => Promise<DiskBlocks>,
): Promise<(DroppedPage & { readonly onDisk: OnDisk })[]> => {
  if (pages.length === 0) return [];
  const disk = await openDisk();
  try {
    const places = await foundOnDisk(stream, pages, disk);
    return [...places].map(([page, place]) => ({ ...page, onDisk: place }));
  } finally {
    disk.close();
  }
};
