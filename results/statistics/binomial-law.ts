import { regularisedBeta } from "./incomplete-beta.ts";
import { requireCount, StatisticsError } from "./statistics-error.ts";

/** P(B ≤ k): at most `k` successes in `n` independent trials of probability `p`. */
export const binomialCdf = (k: number, n: number, p: number): number => {
  requireCount("number of trials", n, 0);
  if (!(p >= 0 && p <= 1)) throw new StatisticsError(`binomial law: p is ${p}: give a probability`);
  const whole = Math.floor(k);
  if (whole < 0) return 0;
  return whole >= n ? 1 : regularisedBeta(n - whole, whole + 1, 1 - p, p);
};
