import { requireDuration, requirePositive } from "./in-range.ts";

/**
 * Expected number of demand faults of a restored VM that runs while the pages it lacks are fetched in random order over
 * `seconds`, at a pace that faults do not change. `accesses` holds the accesses per second to each of those pages: page i
 * meets a fault with probability 1 - (1 - e^(-aT)) / (aT), as in a post-copy snapshot that sweeps for as long.
 *
 * @throws RangeError that names the argument which is impossible.
 */
export const faultsWithBackground = (accesses: ArrayLike<number>, seconds: number): number => {
  requireDuration("lazy restore", { seconds });
  return sumOver(accesses, (rate) => firstWins(rate * seconds));
};

/** Expected number of demand faults in the first `seconds` of execution when pages are fetched on demand only. */
export const faultsOnDemand = (accesses: ArrayLike<number>, seconds: number): number => {
  requireDuration("lazy restore", { seconds });
  return sumOver(accesses, (rate) => -Math.expm1(-rate * seconds));
};

/** Accesses per second to each of `pages` pages, hottest first, when their popularity is Zipf's with exponent `alpha`. */
export const zipfRates = (pages: number, alpha: number, accessesPerSecond: number): Float64Array => {
  requirePositive("lazy restore", { pages, accessesPerSecond });
  requireDuration("lazy restore", { alpha });
  const weights = Float64Array.from({ length: pages }, (_, i) => (i + 1) ** -alpha);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (accessesPerSecond * weight) / total);
};

/** 1 - (1 - e^(-x)) / x, near 0 by its series. */
const firstWins = (x: number): number => {
  if (x > 0.01) return 1 + Math.expm1(-x) / x;
  return (x / 2) * (1 - (x / 3) * (1 - (x / 4) * (1 - (x / 5) * (1 - x / 6))));
};

const sumOver = (rates: ArrayLike<number>, expected: (rate: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < rates.length; i++) {
    const rate = rates[i]!;
    requireDuration("lazy restore", { [`the access rate of page ${i}`]: rate });
    sum += expected(rate);
  }
  return sum;
};
