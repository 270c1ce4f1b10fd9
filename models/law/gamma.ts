import { lnGamma, upperGamma, upperGammaInverse } from "../special/gamma.ts";
import type { GammaLaw, Lifetime } from "./law.ts";

/** E[(X - t)⁺] = shape scale Q(shape + 1, t / scale) - t Q(shape, t / scale). */
export const gammaLife = ({ shape, scale }: GammaLaw): Lifetime => {
  const mean = shape * scale;
  const lnNorm = lnGamma(shape);
  return {
    mean,
    variance: mean * scale,
    survival: (t) => (t <= 0 ? 1 : upperGamma(shape, t / scale)),
    density: (t) => (t < 0 ? 0 : Math.exp((shape - 1) * Math.log(t / scale) - t / scale - lnNorm) / scale),
    quantile: (p) => scale * upperGammaInverse(shape, 1 - p),
    excess: (t) => (t <= 0 ? mean - t : mean * upperGamma(shape + 1, t / scale) - t * upperGamma(shape, t / scale)),
    sample: (stream) => stream.gamma(shape, scale),
    // A life weighted by its length is gamma(shape + 1); a random instant falls uniformly in it.
    residual: (stream) => stream.next() * stream.gamma(shape + 1, scale),
  };
};
