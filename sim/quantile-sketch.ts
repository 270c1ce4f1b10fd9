/** Bits of the significand that tell buckets apart: 2^8 buckets between a power of two and the next. */
const significandBits = 8;
const dropped = 20 - significandBits; // of the 20 significand bits in a double's upper word

/** Half the width of a bucket over its lower end. */
export const sketchError = 2 ** -(significandBits + 1);

/**
 * Quantiles of any number of observations in bounded memory: a histogram whose buckets are the leading bits of the
 * floating-point number, so that each is 1/256 of its value wide. Counts are whole numbers, so merging is exact, and no
 * logarithm is taken, so it is the same everywhere. About 40 bytes a bucket in use; no more than 2^20 exist.
 *
 * A quantile is within a relative error of 2^-9 (0.2 %) of the observation of its rank.
 *
 * Source: the log-linear histogram of G. Tene's HdrHistogram; the kind of guarantee is that of C. Masson, J. Rim,
 * H. Lee, "DDSketch", VLDB 2019.
 */
export class QuantileSketch {
  private readonly counts = new Map<number, number>();
  private readonly word = new DataView(new ArrayBuffer(8));

  add(x: number): void {
    const bucket = this.bucketOf(x);
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1);
  }

  /** Middle of the bucket that holds the observation of this rank, counted from 0. */
  atRank(rank: number): number {
    let seen = 0;
    for (const [bucket, count] of [...this.counts].sort(([a], [b]) => a - b)) {
      seen += count;
      if (seen > rank) return this.middleOf(bucket);
    }
    return Number.NaN;
  }

  merge(other: QuantileSketch): void {
    for (const [bucket, count] of [...other.counts]) this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + count);
  }

  /** Buckets are numbered in the order of their values: 0 for zero, negative for negative. */
  private bucketOf(x: number): number {
    if (x === 0) return 0;
    this.word.setFloat64(0, Math.abs(x));
    const bucket = (this.word.getUint32(0) >>> dropped) + 1;
    return x < 0 ? -bucket : bucket;
  }

  private middleOf(bucket: number): number {
    if (bucket === 0) return 0;
    const number = Math.abs(bucket) - 1;
    const lower = this.edge(number);
    const middle = lower + (this.edge(number + 1) - lower) / 2;
    return bucket < 0 ? -middle : middle;
  }

  private edge(number: number): number {
    this.word.setUint32(0, number << dropped);
    this.word.setUint32(4, 0);
    return this.word.getFloat64(0);
  }
}
