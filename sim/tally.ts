import { CompensatedSum } from "./compensated-sum.ts";
import { ExactQuantiles } from "./exact-quantiles.ts";
import type { Observer } from "./observer.ts";
import { InvalidObservation, UnknownStatistic } from "./observer-errors.ts";
import { QuantileSketch, sketchError } from "./quantile-sketch.ts";

/** Observations up to which a tally keeps them all unless told otherwise: half a megabyte. */
const kept = 2 ** 16;

export interface TallyOptions {
  /** Shown in errors. */
  readonly name?: string;
  /**
   * `"exact"` keeps every observation, 8 bytes each; `"sketch"` keeps a histogram of bounded size and errs by at most
   * 0.2 % of the value; `false` keeps neither. Unless told, a tally is exact for 65,536 observations and a sketch of
   * all of them afterwards.
   */
  readonly quantiles?: "exact" | "sketch" | false;
}

/** Observations that each count the same: waiting times, sizes, durations. What does not exist yet is NaN. */
export class Tally implements Observer {
  readonly name: string;
  private readonly quantiles: TallyOptions["quantiles"];
  private readonly total = new CompensatedSum();
  private values: ExactQuantiles | QuantileSketch | undefined;
  private n = 0;
  private centre = 0;
  private squares = 0;
  private least = Number.NaN;
  private greatest = Number.NaN;

  constructor({ name = "tally", quantiles }: TallyOptions = {}) {
    this.name = name;
    this.quantiles = quantiles;
  }

  /** @throws InvalidObservation unless x is a finite number */
  add(x: number): void {
    if (!Number.isFinite(x)) {
      throw new InvalidObservation(`tally "${this.name}": an observation is a finite number, not ${String(x)}`);
    }
    this.n++;
    this.total.add(x);
    // Welford's recursion: no difference of large sums.
    const step = x - this.centre;
    this.centre += step / this.n;
    this.squares += step * (x - this.centre);
    if (!(x >= this.least)) this.least = x;
    if (!(x <= this.greatest)) this.greatest = x;
    if (this.quantiles !== false) this.keeper().add(x);
  }

  get count(): number {
    return this.n;
  }

  get sum(): number {
    return this.total.value;
  }

  get mean(): number {
    return this.n === 0 ? Number.NaN : this.total.value / this.n;
  }

  /** Unbiased sample variance, divisor n − 1: NaN below two observations. */
  get variance(): number {
    return this.n < 2 ? Number.NaN : this.squares / (this.n - 1);
  }

  /** Sample standard deviation. */
  get sd(): number {
    return Math.sqrt(this.variance);
  }

  get min(): number {
    return this.least;
  }

  get max(): number {
    return this.greatest;
  }

  /** Largest relative error of `quantile` at present: 0 while it is exact. */
  get quantileError(): number {
    return this.values instanceof QuantileSketch ? sketchError : 0;
  }

  /**
   * The q quantile, q from 0 (min) to 1 (max). Exact ones are interpolated between the observations on both sides of
   * rank q (n − 1); a sketch gives the bucket of the lower of the two.
   * @throws UnknownStatistic for a q outside [0, 1] and for a tally with `quantiles: false`
   */
  quantile(q: number): number {
    if (!(q >= 0 && q <= 1)) {
      throw new UnknownStatistic(`tally "${this.name}": there is no quantile ${String(q)}: give a number from 0 to 1`);
    }
    if (this.quantiles === false) {
      throw new UnknownStatistic(`tally "${this.name}" keeps no quantiles: make it without quantiles: false`);
    }
    if (this.values === undefined) return Number.NaN;
    if (this.values instanceof ExactQuantiles) return this.values.quantile(q);
    if (q === 0 || q === 1) return q === 0 ? this.least : this.greatest;
    const middle = this.values.atRank(Math.floor(q * (this.n - 1)));
    return Math.min(Math.max(middle, this.least), this.greatest);
  }

  /**
   * Takes in the observations of another tally as though they had been added here; the other stays as it is.
   * @throws UnknownStatistic if this one keeps quantiles and the other has none to give
   */
  merge(other: Tally): this {
    if (other.n === 0) return this;
    if (this.quantiles !== false) this.mergeQuantiles(other);
    const { n, centre, squares } = other;
    const count = this.n + n;
    const apart = centre - this.centre;
    // Chan, Golub, LeVeque, "Updating formulae", 1979.
    this.squares += squares + apart * apart * ((this.n * n) / count);
    this.centre += apart * (n / count);
    this.n = count;
    this.total.merge(other.total);
    if (!(other.least >= this.least)) this.least = other.least;
    if (!(other.greatest <= this.greatest)) this.greatest = other.greatest;
    return this;
  }

  reset(): void {
    this.n = 0;
    this.centre = 0;
    this.squares = 0;
    this.least = Number.NaN;
    this.greatest = Number.NaN;
    this.total.reset();
    this.values = undefined;
  }

  /** What keeps the next observation; turns into a sketch when it outgrows its bound. */
  private keeper(): ExactQuantiles | QuantileSketch {
    if (this.values === undefined)
      this.values = this.quantiles === "sketch" ? new QuantileSketch() : new ExactQuantiles();
    const full = this.quantiles === undefined && this.values instanceof ExactQuantiles && this.values.length >= kept;
    return full ? this.toSketch() : this.values;
  }

  private toSketch(): QuantileSketch {
    if (this.values instanceof QuantileSketch) return this.values;
    const sketch = new QuantileSketch();
    if (this.values !== undefined) for (const x of this.values.observations()) sketch.add(x);
    this.values = sketch;
    return sketch;
  }

  private mergeQuantiles(other: Tally): void {
    if (other.values instanceof ExactQuantiles) {
      for (const x of other.values.observations().slice()) this.keeper().add(x);
      return;
    }
    if (other.values === undefined || this.quantiles === "exact") {
      const why = other.values === undefined ? "it kept no quantiles" : "it kept a sketch, which is not exact";
      throw new UnknownStatistic(
        `tally "${this.name}" cannot merge tally "${other.name}": ${why}; make both with the same quantiles`,
      );
    }
    this.toSketch().merge(other.values);
  }
}
