import { binomialVariate } from "./binomial-variate.ts";
import { gammaVariate } from "./gamma-variate.ts";
import { normalQuantile } from "./normal-quantile.ts";
import type { Words } from "./philox.ts";
import { poissonVariate } from "./poisson-variate.ts";
import { InvalidDraw } from "./random-errors.ts";
import { exp, log, power } from "./reproducible-math.ts";
import { Sfc32 } from "./sfc32.ts";
import type { Uniforms } from "./uniforms.ts";

const finite = "a finite number";
const positive = "a finite number above 0";
const notNegative = "a finite number of at least 0";
const probability = "a probability between 0 and 1";
const nonEmpty = "at least one value to choose from";

/**
 * A named sequence of random draws. `uniform`, `exponential`, `normal`, `lognormal`, `weibull`, `bernoulli`, `choice`
 * and `empirical` invert the distribution function: one uniform a draw, and all but `bernoulli` grow with it, so that
 * common and antithetic random numbers stay in step. `integer` does so too but for one uniform in 2^53 / (b − a + 1).
 * `gamma`, `poisson`, `binomial` are exact and take as many uniforms as they need: give them streams of their own.
 *
 * All draws are the same bits on every machine: the laws take their logarithms and powers from `reproducible-math.ts`,
 * not from the engine.
 *
 * A parameter outside its law is a `InvalidDraw`. A mean, spread or scale of 0 is the law's limit, a constant.
 */
export class Stream implements Uniforms {
  readonly name: string;
  private readonly bits: Sfc32;
  private readonly mirror: number = 0;

  /**
   * @param name shown in errors
   * @param seed 128 bits; `Streams` derives them from a master seed and the path
   * @param mirrored gives 1 − 2^-53 − u where the plain stream gives u
   */
  constructor(name: string, seed: Words, { mirrored = false }: { readonly mirrored?: boolean } = {}) {
    this.name = name;
    this.bits = new Sfc32(seed);
    this.mirror = mirrored ? -1 : 0; // inverting all 53 bits is the mirror image, exactly
  }

  /** Uniform on the multiples of 2^-53 in [0, 1). */
  next(): number {
    const high = (this.bits.next() ^ this.mirror) >>> 5;
    const low = (this.bits.next() ^ this.mirror) >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }

  /** Uniform in [a, b); rounding may give b itself when the interval is a few floating-point numbers wide. */
  uniform(a: number, b: number): number {
    if (!Number.isFinite(a)) throw this.refuse("uniform", "a", a, finite);
    if (!(Number.isFinite(b) && b >= a && b - a < Infinity))
      throw this.refuse("uniform", "b", b, `a finite number of at least a = ${a}`);
    return a + (b - a) * this.next();
  }

  /** An integer from a to b, both included, each exactly as likely. */
  integer(a: number, b: number): number {
    if (!Number.isSafeInteger(a)) throw this.refuse("integer", "a", a, "a safe integer");
    if (!(Number.isSafeInteger(b) && b >= a))
      throw this.refuse("integer", "b", b, `a safe integer of at least a = ${a}`);
    if (b - a >= 2 ** 53) throw this.refuse("integer", "b", b, `at most 2^53 integers from a = ${a}`);
    return a + this.below(b - a + 1);
  }

  /** Exponential with the given mean (not rate). */
  exponential(mean: number): number {
    if (!(Number.isFinite(mean) && mean >= 0)) throw this.refuse("exponential", "mean", mean, notNegative);
    return -mean * log(1 - this.next());
  }

  /** Normal with mean `mu` and standard deviation `sd`. */
  normal(mu: number, sd: number): number {
    if (!Number.isFinite(mu)) throw this.refuse("normal", "mu", mu, finite);
    if (!(Number.isFinite(sd) && sd >= 0)) throw this.refuse("normal", "sd", sd, notNegative);
    return mu + sd * this.standardNormal();
  }

  /** e to the power of a normal draw with mean `mu` and standard deviation `sigma`: the median is e^mu. */
  lognormal(mu: number, sigma: number): number {
    if (!Number.isFinite(mu)) throw this.refuse("lognormal", "mu", mu, finite);
    if (!(Number.isFinite(sigma) && sigma >= 0)) throw this.refuse("lognormal", "sigma", sigma, notNegative);
    return exp(mu + sigma * this.standardNormal());
  }

  /** Weibull: P(X > x) = exp(−(x / scale)^shape). */
  weibull(shape: number, scale: number): number {
    if (!(Number.isFinite(shape) && shape > 0)) throw this.refuse("weibull", "shape", shape, positive);
    if (!(Number.isFinite(scale) && scale >= 0)) throw this.refuse("weibull", "scale", scale, notNegative);
    return scale * power(-log(1 - this.next()), 1 / shape);
  }

  /** Gamma with mean shape × scale, by exact rejection: draws of one shape and different scales stay in step. */
  gamma(shape: number, scale: number): number {
    if (!(Number.isFinite(shape) && shape > 0)) throw this.refuse("gamma", "shape", shape, positive);
    if (!(Number.isFinite(scale) && scale >= 0)) throw this.refuse("gamma", "scale", scale, notNegative);
    return scale * gammaVariate(this, shape);
  }

  /** True with probability `p`. */
  bernoulli(p: number): boolean {
    if (!(Number.isFinite(p) && p >= 0 && p <= 1)) throw this.refuse("bernoulli", "p", p, probability);
    return this.next() < p;
  }

  /** How many events a Poisson law of this mean gives. */
  poisson(mean: number): number {
    if (!(Number.isFinite(mean) && mean >= 0 && mean <= Number.MAX_SAFE_INTEGER)) {
      throw this.refuse("poisson", "mean", mean, "a number between 0 and 2^53 - 1");
    }
    return poissonVariate(this, mean);
  }

  /** How many of `n` independent trials succeed, each with probability `p`. */
  binomial(n: number, p: number): number {
    if (!(Number.isSafeInteger(n) && n >= 0)) throw this.refuse("binomial", "n", n, "a whole number of at least 0");
    if (!(Number.isFinite(p) && p >= 0 && p <= 1)) throw this.refuse("binomial", "p", p, probability);
    return binomialVariate(this, n, p);
  }

  /** One of the values, each equally likely. */
  choice<T>(values: readonly T[]): T {
    if (!(values?.length > 0)) throw this.refuse("choice", "values", values, nonEmpty);
    return values[this.below(values.length)] as T;
  }

  /**
   * One of the observations, each equally likely, i.e. a draw from their empirical distribution function. Sort the
   * sample once, ascending, and draws grow with the uniform.
   */
  empirical(sample: ArrayLike<number>): number {
    if (!(sample?.length > 0)) throw this.refuse("empirical", "sample", sample, nonEmpty);
    const drawn = sample[this.below(sample.length)] as number;
    if (!Number.isFinite(drawn)) throw this.refuse("empirical", "an observation", drawn, finite);
    return drawn;
  }

  /** The values in an order that is any permutation equally likely; the argument stays as it is. */
  shuffle<T>(values: readonly T[]): T[] {
    const shuffled = [...values];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const moved = shuffled[last] as T;
      shuffled[last] = shuffled[other] as T;
      shuffled[other] = moved;
    }
    return shuffled;
  }

  /** An integer in [0, count): 2^53 uniforms dealt in `count` equal hands; the few left over are drawn again. */
  private below(count: number): number {
    const hand = Math.floor(2 ** 53 / count);
    for (;;) {
      const dealt = Math.floor((this.next() * 2 ** 53) / hand);
      if (dealt < count) return dealt;
    }
  }

  /** A uniform of exactly 0 would be −∞; it counts as half a step above. */
  private standardNormal(): number {
    return normalQuantile(this.next() || 2 ** -54);
  }

  private refuse(law: string, parameter: string, value: unknown, wanted: string): InvalidDraw {
    return new InvalidDraw(this.name, law, parameter, value, wanted);
  }
}
