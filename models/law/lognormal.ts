import { normalCdf, normalQuantile } from "../special/normal.ts";
import type { Lifetime, LognormalLaw } from "./law.ts";

/** E[(X - t)⁺] = mean Φ((mu + sigma² - ln t) / sigma) - t Φ((mu - ln t) / sigma). */
export const lognormal = ({ mu, sigma }: LognormalLaw): Lifetime => {
  const mean = Math.exp(mu + (sigma * sigma) / 2);
  const score = (t: number): number => (Math.log(t) - mu) / sigma;
  return {
    mean,
    variance: mean * mean * Math.expm1(sigma * sigma),
    survival: (t) => (t <= 0 ? 1 : normalCdf(-score(t))),
    density: (t) => (t <= 0 ? 0 : Math.exp(-(score(t) ** 2) / 2) / (t * sigma * Math.sqrt(2 * Math.PI))),
    quantile: (p) => Math.exp(mu + sigma * normalQuantile(p)),
    excess: (t) => (t <= 0 ? mean - t : mean * normalCdf(sigma - score(t)) - t * normalCdf(-score(t))),
    sample: (stream) => stream.lognormal(mu, sigma),
    // A life weighted by its length is lognormal(mu + sigma², sigma); a random instant falls uniformly in it.
    residual: (stream) => stream.next() * stream.lognormal(mu + sigma * sigma, sigma),
  };
};
