import { requireCount, requireFraction, requirePositive } from "./in-range.ts";

/** A full snapshot, and after it increments until the next full one. */
export interface IncrementalChain {
  readonly pages: number;
  /** Share of the pages that changes in each interval, a new random one each time. */
  readonly changed: number;
  /** Snapshots from one full one to the next; 1: all are full. */
  readonly fullEvery: number;
}

/** Expected pages, a snapshot and a failure being equally likely at each place of the chain. */
export interface IncrementalPages {
  readonly writtenPerSnapshot: number;
  /** Read by a restore that replays the chain from its full snapshot. */
  readonly readPerRestore: number;
  /** Read by a restore from the end of the longest chain. */
  readonly longestRestore: number;
  /** Distinct pages that have changed since the full snapshot: what a differential snapshot would hold. */
  readonly changedSinceFull: number;
}

/**
 * With K = `fullEvery` and f = `changed`: P (1 + (K-1) f) / K written, P (1 + f (K-1) / 2) read, and of the distinct
 * changed pages P (1 - (1-f)^j) at place j the mean over j = 0 … K-1.
 *
 * @throws RangeError that names the argument which is impossible.
 */
export const incrementalChain = ({ pages, changed, fullEvery }: IncrementalChain): IncrementalPages => {
  requirePositive("incremental chain", { pages });
  requireFraction("incremental chain", { changed });
  requireCount("incremental chain", { fullEvery });
  const increments = fullEvery - 1;
  return {
    writtenPerSnapshot: (pages * (1 + increments * changed)) / fullEvery,
    readPerRestore: pages * (1 + (changed * increments) / 2),
    longestRestore: pages * (1 + increments * changed),
    changedSinceFull: pages * meanChanged(changed, fullEvery),
  };
};

/** 1 - (1 - (1-f)^K) / (K f). */
const meanChanged = (f: number, places: number): number => {
  if (places === 1) return 0;
  if (places * f > 0.01) return 1 + Math.expm1(places * Math.log1p(-f)) / (places * f);
  // The binomial series Σ (-1)^j C(K, j) f^(j-1) / K from j = 2 on does not cancel.
  let sum = 0;
  let term = 1;
  for (let j = 2; j < 12; j++) {
    term *= (-f * (places - j + 1)) / j;
    sum -= term;
  }
  return sum;
};
