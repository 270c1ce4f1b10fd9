import type { Observer } from "./observer.ts";
import { InvalidObservation } from "./observer-errors.ts";

/**
 * Estimates E[Y] / E[τ] from independent pairs: Y a reward, τ the length of the regenerative cycle that earned it.
 * A mean of the ratios of single cycles would be biased; this ratio of means is right in the long run.
 *
 * Source: M. Crane, D. Iglehart, "Simulating stable stochastic systems III", Operations Research 23(1), 1975.
 */
export class RatioTally implements Observer {
  readonly name: string;
  private n = 0;
  private reward = 0;
  private length = 0;
  private rewardSquares = 0;
  private lengthSquares = 0;
  private products = 0;

  constructor({ name = "ratio" }: { readonly name?: string } = {}) {
    this.name = name;
  }

  /** @throws InvalidObservation unless `y` is a finite number and `tau` one from 0 on */
  add(y: number, tau: number): void {
    if (!(Number.isFinite(y) && tau >= 0 && tau < Infinity)) {
      throw new InvalidObservation(
        `ratio "${this.name}": a cycle has a finite reward and a finite length from 0 on, not ${String(y)} and ${String(tau)}`,
      );
    }
    this.n++;
    const rewardStep = y - this.reward;
    const lengthStep = tau - this.length;
    this.reward += rewardStep / this.n;
    this.length += lengthStep / this.n;
    this.rewardSquares += rewardStep * (y - this.reward);
    this.lengthSquares += lengthStep * (tau - this.length);
    this.products += rewardStep * (tau - this.length);
  }

  /** Complete cycles. */
  get count(): number {
    return this.n;
  }

  /** Mean reward of a cycle: NaN without one. */
  get meanReward(): number {
    return this.n === 0 ? Number.NaN : this.reward;
  }

  /** Mean length of a cycle: NaN without one. */
  get meanLength(): number {
    return this.n === 0 ? Number.NaN : this.length;
  }

  /** Mean reward over mean length: NaN without a cycle. */
  get r(): number {
    return this.n === 0 ? Number.NaN : this.reward / this.length;
  }

  /** s_Y² − 2 r s_Yτ + r² s_τ², the variance of Y − r τ: NaN below two cycles. */
  get s2(): number {
    if (this.n < 2) return Number.NaN;
    const r = this.r;
    const squares = this.rewardSquares - 2 * r * this.products + r * r * this.lengthSquares;
    return Math.max(0, squares) / (this.n - 1); // rounding may take a ratio without any spread below zero
  }

  /** Half width of the interval around `r`, for the quantile of the confidence wanted: 1.96 (normal) for 95 %. */
  halfWidth(quantile: number): number {
    return (quantile * Math.sqrt(this.s2 / this.n)) / this.length;
  }

  /** Takes in the cycles of another tally as though they had been added here; the other stays as it is. */
  merge(other: RatioTally): this {
    if (other.n === 0) return this;
    const { n, reward, length, rewardSquares, lengthSquares, products } = other;
    const count = this.n + n;
    const weight = (this.n * n) / count;
    const rewardApart = reward - this.reward;
    const lengthApart = length - this.length;
    this.rewardSquares += rewardSquares + weight * rewardApart * rewardApart;
    this.lengthSquares += lengthSquares + weight * lengthApart * lengthApart;
    this.products += products + weight * rewardApart * lengthApart;
    this.reward += rewardApart * (n / count);
    this.length += lengthApart * (n / count);
    this.n = count;
    return this;
  }

  reset(): void {
    this.n = 0;
    this.reward = 0;
    this.length = 0;
    this.rewardSquares = 0;
    this.lengthSquares = 0;
    this.products = 0;
  }
}
