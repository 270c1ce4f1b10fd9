import { gamma, upperGamma } from "../special/gamma.ts";
import type { Lifetime, WeibullLaw } from "./law.ts";

/** Moments and excess through the gamma function: E[(X - t)⁺] = scale Γ(1 + 1/shape) Q(1/shape, (t/scale)^shape). */
export const weibull = ({ shape, scale }: WeibullLaw): Lifetime => {
  const mean = scale * gamma(1 + 1 / shape);
  const power = (t: number): number => (t / scale) ** shape;
  return {
    mean,
    variance: scale * scale * gamma(1 + 2 / shape) - mean * mean,
    survival: (t) => (t <= 0 ? 1 : Math.exp(-power(t))),
    density: (t) => (t < 0 ? 0 : (shape / scale) * (t / scale) ** (shape - 1) * Math.exp(-power(t))),
    quantile: (p) => scale * (-Math.log1p(-p)) ** (1 / shape),
    excess: (t) => (t <= 0 ? mean - t : mean * upperGamma(1 / shape, power(t))),
    sample: (stream) => stream.weibull(shape, scale),
    // A life weighted by its length has (X / scale)^shape ~ Gamma(1 + 1/shape); a random instant falls uniformly in it.
    residual: (stream) => stream.next() * scale * stream.gamma(1 + 1 / shape, 1) ** (1 / shape),
  };
};
