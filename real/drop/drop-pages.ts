import { rename } from "node:fs/promises";
import type { PageType } from "../../models/scenario.ts";
import { MemoryImageError } from "../pages/image-error.ts";
import { frameClasses, pageTypeOf } from "../pages/page-classes.ts";
import type { DiskBlocks } from "./disk-blocks.ts";
import { foundOnDisk, type OnDisk } from "./found-on-disk.ts";
import { pagesOf, type StreamPage } from "./left-out.ts";
import { type DroppedPage, reduceStream } from "./reduced-stream.ts";

/** Which page types a stream is to do without, and what a restore has instead of them. */
export interface DroppedTypes {
  /** Zeros. */
  readonly zeroFilled: readonly PageType[];
  /** What lies on the guest's own disk; what does not is not dropped. */
  readonly reRead: readonly PageType[];
}

/** What was dropped; pages with a content. */
export interface Dropped {
  readonly zeroFilled: number;
  readonly reRead: number;
  /** Pages that were to be read again and are not on the disk: they are still in the stream. */
  readonly kept: number;
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
  { zeroFilled, reRead }: DroppedTypes,
  openDisk: () => Promise<DiskBlocks>,
): Promise<Dropped> => {
  const classes = frameClasses.filter((name) => [...zeroFilled, ...reRead].includes(pageTypeOf[name]));
  let pages: readonly StreamPage[];
  try {
    ({ pages } = pagesOf(stream, classes));
  } catch (error) {
    if (!(error instanceof MemoryImageError)) throw error;
    return { zeroFilled: 0, reRead: 0, kept: 0, untyped: error.message };
  }
  const isOf = (types: readonly PageType[], page: StreamPage): boolean => types.includes(pageTypeOf[page.class]);
  const zeros = pages.filter((page) => isOf(zeroFilled, page));
  const cached = pages.filter((page) => isOf(reRead, page));
  const again = await onDisk(stream, cached, openDisk);
  const missed = zeros.filter((page) => !isOf(["free"], page));
  const reduced = `${stream}.reduced`;
  await reduceStream(stream, reduced, [...zeros, ...again], missed.length);
  await rename(reduced, stream);
  return { zeroFilled: zeros.length, reRead: again.length, kept: cached.length - again.length, untyped: null };
};

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
