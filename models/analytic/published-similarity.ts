/** What VMs were measured to have in common. */
export interface PublishedSimilarity {
  readonly source: string;
  /** Which VMs, and what is counted. */
  readonly of: string;
  /** Part of the pages that a VM has in common with others, at most. */
  readonly atMost: number;
}

/** From whole pages alone to what counts more than pages that are alike, and so only bounds them from above. */
export const publishedSimilarity: readonly PublishedSimilarity[] = [
  {
    source: "Barker et al., USENIX ATC 2012",
    of: "desktops and servers, without zero pages: below 15 % duplicates, of which less than a tenth between VMs",
    atMost: 0.015,
  },
  {
    source: "Gupta et al., Difference Engine, OSDI 2008",
    of: "saved by sharing, patches and compression together among unlike VMs",
    atMost: 0.65,
  },
  {
    source: "Cui et al., VMScatter, VEE 2013",
    of: "data saved by multicast to VMs of one image, duplicates inside them included",
    atMost: 0.742,
  },
  {
    source: "Gupta et al., Difference Engine, OSDI 2008",
    of: "saved by sharing, patches and compression together among VMs that are alike",
    atMost: 0.9,
  },
];
