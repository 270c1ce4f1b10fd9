/** All observations, eight bytes each, sorted when a quantile is asked for. */
export class ExactQuantiles {
  private values = new Float64Array(16);
  private sorted = true;
  length = 0;

  add(x: number): void {
    if (this.length === this.values.length) {
      const wider = new Float64Array(2 * this.length);
      wider.set(this.values);
      this.values = wider;
    }
    this.values[this.length++] = x;
    this.sorted = false;
  }

  /** Linear between the order statistics around rank q (n − 1), counted from 0: type 7 of Hyndman and Fan (1996). */
  quantile(q: number): number {
    const known = this.observations();
    if (!this.sorted) known.sort();
    this.sorted = true;
    const rank = q * (this.length - 1);
    const below = Math.floor(rank);
    const low = known[below] as number;
    return below === rank ? low : low + (rank - below) * ((known[below + 1] as number) - low);
  }

  /** What was added, in no particular order; a view that the next `add` may leave behind. */
  observations(): Float64Array {
    return this.values.subarray(0, this.length);
  }
}
