/** Mean and variance of what is added, without keeping it (Welford). */
export class Tally {
  count = 0;
  mean = 0;
  #squares = 0;

  add(value: number): void {
    this.count += 1;
    const step = value - this.mean;
    this.mean += step / this.count;
    this.#squares += step * (value - this.mean);
  }

  /** Variance of the mean. */
  get error(): number {
    return this.count < 2 ? Number.POSITIVE_INFINITY : this.#squares / (this.count - 1) / this.count;
  }

  /** Standard error over the mean. */
  get relativeError(): number {
    return this.mean === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(this.error) / Math.abs(this.mean);
  }
}
