import { regularisedGammaQ } from "./incomplete-gamma.ts";
import { monotoneRoot } from "./monotone-root.ts";
import { StatisticsError } from "./statistics-error.ts";

/** Density of the standard normal law. */
export const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** P(Z > z) for z ≥ 0. */
const upperTail = (z: number): number => regularisedGammaQ(0.5, (z * z) / 2) / 2;

/** P(Z ≤ z) of the standard normal law, exact to rounding in both tails. */
export const normalCdf = (z: number): number => (z < 0 ? upperTail(-z) : 1 - upperTail(z));

/** The z with P(Z ≤ z) = `p`, for p from 0 (−∞) to 1 (∞). */
export const normalQuantile = (p: number): number => {
  if (!(p >= 0 && p <= 1)) throw new StatisticsError(`normal quantile: p is ${p}: give a probability`);
  const tail = Math.min(p, 1 - p);
  if (tail === 0) return p === 0 ? -Infinity : Infinity;
  if (tail === 0.5) return 0;
  // P(Z > z) ≤ exp(−z²/2) / 2 bounds the root from above.
  const bound = Math.sqrt(-2 * Math.log(2 * tail));
  const distance = monotoneRoot((z) => -upperTail(z), normalDensity, -tail, 0, bound);
  return p < 0.5 ? -distance : distance;
};
