/** The laws that a time between failures, a repair or any other duration may follow. Plain data; every time is in seconds. */
export type Law = ExponentialLaw | WeibullLaw | LognormalLaw | GammaLaw | DeterministicLaw | EmpiricalLaw;

export interface ExponentialLaw {
  readonly law: "exponential";
  /** Seconds. */
  readonly mean: number;
}

/** P(X > t) = exp(-(t / scale)^shape). A shape below 1 is bursty, above 1 it wears out. */
export interface WeibullLaw {
  readonly law: "weibull";
  readonly shape: number;
  /** Seconds. */
  readonly scale: number;
}

/** ln X is normal; X in seconds. */
export interface LognormalLaw {
  readonly law: "lognormal";
  /** Mean of ln X. */
  readonly mu: number;
  /** Standard deviation of ln X. */
  readonly sigma: number;
}

export interface GammaLaw {
  readonly law: "gamma";
  readonly shape: number;
  /** Seconds; the mean is shape × scale. */
  readonly scale: number;
}

export interface DeterministicLaw {
  readonly law: "deterministic";
  /** Seconds. */
  readonly value: number;
}

/** Each observed duration is equally likely. */
export interface EmpiricalLaw {
  readonly law: "empirical";
  /** Seconds. */
  readonly sample: readonly number[];
}

/** The part of a random stream that laws draw from; the core's streams have this shape. */
export interface RandomStream {
  /** Uniform on [0, 1). */
  next(): number;
  exponential(mean: number): number;
  weibull(shape: number, scale: number): number;
  lognormal(mu: number, sigma: number): number;
  gamma(shape: number, scale: number): number;
}

/** A law with its functions. Times are seconds. */
export interface Lifetime {
  readonly mean: number;
  readonly variance: number;
  /** P(X > t). */
  survival(t: number): number;
  /** Probability density at t, per second; 0 for laws made of atoms. */
  density(t: number): number;
  /** The smallest t with P(X ≤ t) ≥ p, for 0 ≤ p ≤ 1. */
  quantile(p: number): number;
  /** E[(X - t)⁺], the integral of the survival function from t on. */
  excess(t: number): number;
  /** A new life. */
  sample(stream: RandomStream): number;
  /** What is left of the life that is under way at a random instant long after the start. */
  residual(stream: RandomStream): number;
  /** The values of a law that has no density, each equally likely. */
  readonly atoms?: readonly number[];
}
