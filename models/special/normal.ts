import { upperGamma } from "./gamma.ts";

/** Φ(x), the standard normal distribution function, with full relative accuracy in the lower tail. */
export const normalCdf = (x: number): number => {
  const tail = upperGamma(0.5, (x * x) / 2) / 2;
  return x < 0 ? tail : 1 - tail;
};

/** Φ⁻¹(p) for 0 ≤ p ≤ 1: a rational start (Abramowitz & Stegun 26.2.23), polished by Halley's method on Φ. */
export const normalQuantile = (p: number): number => {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p <= 0) return Number.NEGATIVE_INFINITY;
  const t = Math.sqrt(-2 * Math.log(p));
  let x = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (let step = 0; step < 4; step++) {
    const error = ((normalCdf(x) - p) / Math.exp((-x * x) / 2)) * Math.sqrt(2 * Math.PI);
    const move = error / (1 + (x * error) / 2);
    x -= move;
    if (Math.abs(move) < 1e-15 * Math.max(1, Math.abs(x))) break;
  }
  return x;
};
