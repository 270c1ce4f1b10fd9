/** A page mix that a publication measured, or that follows from what it printed. Parts of all pages. */
export interface PublishedMix {
  readonly source: string;
  /** Pages that have to be kept in full. */
  readonly critical?: number;
  /** Pages that can be left out, because they are free or lie on a disk. */
  readonly droppable?: number;
}

export const publishedMixes: readonly PublishedMix[] = [
  // 53.9 % saved with three copies and nothing dropped: (2/3) (1 − c).
  { source: "PARS (VEE 2015), derived from the 53.9 % that it saves", critical: 0.19 },
  { source: "Park et al. (VEE 2011), pages that duplicate disk blocks", droppable: 0.81 },
  { source: "SonicMigration (APSys 2012), traffic saved by leaving out free pages and page cache", droppable: 0.839 },
];
