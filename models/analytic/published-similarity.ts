/** What VMs were measured to have in common, as a part of their pages, zero pages left out. */
export interface PublishedSimilarity {
  readonly source: string;
  /** Which VMs. */
  readonly of: string;
  /** The most that was found between VMs. */
  readonly interVm: number;
}

/** Measurements of pages that are the same in several VMs; patches of similar pages and compression are not counted. */
export const publishedSimilarity: readonly PublishedSimilarity[] = [
  {
    source: "Barker et al., USENIX ATC 2012",
    of: "desktops and servers of unlike systems: below 15 % duplicates, of which less than a tenth between VMs",
    interVm: 0.015,
  },
];
