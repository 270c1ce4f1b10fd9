import { gammaVariate } from "./gamma-variate.ts";
import { exp, log1p } from "./reproducible-math.ts";
import type { Uniforms } from "./uniforms.ts";

/** Successes expected up to which counting them up one by one is cheaper than halving the trials. */
const countable = 16;

/** Inversion by counting up from none: one uniform. `trials` × `p` has to be small. */
const countUp = (uniforms: Uniforms, trials: number, p: number): number => {
  const odds = p / (1 - p);
  let left = uniforms.next();
  let chance = exp(trials * log1p(-p));
  let successes = 0;
  while (left >= chance && successes < trials) {
    // Rounding may leave a crumb that no chance can cover.
    if (chance < 2 ** -60 && successes > trials * p) break;
    left -= chance;
    chance *= ((trials - successes) / (successes + 1)) * odds;
    successes++;
  }
  return successes;
};

const beta = (uniforms: Uniforms, a: number, b: number): number => {
  const x = gammaVariate(uniforms, a);
  return x / (x + gammaVariate(uniforms, b));
};

/**
 * Successes in `trials` independent trials that each succeed with probability `p`. Exact: many trials are halved by
 * drawing the middle one of their ordered uniforms, which leaves the same question about one half.
 *
 * Source: J. Ahrens, U. Dieter, "Computer methods for sampling from gamma, beta, Poisson and binomial
 * distributions", Computing 12, 1974.
 */
export const binomialVariate = (uniforms: Uniforms, trials: number, p: number): number => {
  let successes = 0;
  while (trials * Math.min(p, 1 - p) > countable) {
    const middle = Math.floor(trials / 2) + 1;
    const cut = beta(uniforms, middle, trials + 1 - middle);
    if (cut <= p) {
      successes += middle;
      trials -= middle;
      p = (p - cut) / (1 - cut);
    } else {
      trials = middle - 1;
      p /= cut;
    }
  }
  return successes + (p <= 0.5 ? countUp(uniforms, trials, p) : trials - countUp(uniforms, trials, 1 - p));
};
