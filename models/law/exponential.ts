import type { ExponentialLaw, Lifetime } from "./law.ts";

/** The law without memory: what is left of a life is a new life. */
export const exponential = ({ mean }: ExponentialLaw): Lifetime => ({
  mean,
  variance: mean * mean,
  survival: (t) => (t <= 0 ? 1 : Math.exp(-t / mean)),
  density: (t) => (t < 0 ? 0 : Math.exp(-t / mean) / mean),
  quantile: (p) => -mean * Math.log1p(-p),
  excess: (t) => (t <= 0 ? mean - t : mean * Math.exp(-t / mean)),
  sample: (stream) => stream.exponential(mean),
  residual: (stream) => stream.exponential(mean),
});
