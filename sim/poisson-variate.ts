import { binomialVariate } from "./binomial-variate.ts";
import { gammaVariate } from "./gamma-variate.ts";
import { exp } from "./reproducible-math.ts";
import type { Uniforms } from "./uniforms.ts";

/** Mean up to which counting up one by one is cheaper than leaping over arrivals. */
const countable = 16;

/** Inversion by counting up from none: one uniform, monotone in it. `mean` has to be small. */
const countUp = (uniforms: Uniforms, mean: number): number => {
  let left = uniforms.next();
  let chance = exp(-mean);
  let count = 0;
  while (left >= chance) {
    // Rounding may leave a crumb that no chance can cover.
    if (chance < 2 ** -60 && count > mean) break;
    left -= chance;
    count++;
    chance *= mean / count;
  }
  return count;
};

/**
 * Arrivals of a Poisson process of rate 1 until time `mean`. Exact: for a large mean, the time of a late arrival is
 * drawn, and the rest of the time, or the arrivals before it, decide the remainder.
 *
 * Source: J. Ahrens, U. Dieter, "Computer methods for sampling from gamma, beta, Poisson and binomial
 * distributions", Computing 12, 1974.
 */
export const poissonVariate = (uniforms: Uniforms, mean: number): number => {
  let count = 0;
  while (mean > countable) {
    const arrivals = Math.floor(mean * 0.875);
    const time = gammaVariate(uniforms, arrivals);
    if (time > mean) return count + binomialVariate(uniforms, arrivals - 1, mean / time);
    count += arrivals;
    mean -= time;
  }
  return count + countUp(uniforms, mean);
};
