import { regularisedGammaP, regularisedGammaQ } from "./incomplete-gamma.ts";
import { monotoneRoot, upperBound } from "./monotone-root.ts";
import { poissonTerm } from "./saddle-point.ts";
import { requirePositive, StatisticsError } from "./statistics-error.ts";

/** P(X ≤ x) of the gamma law with mean shape × scale. */
export const gammaCdf = (x: number, shape: number, scale: number): number => {
  requirePositive("scale of the gamma law", scale);
  return x <= 0 ? 0 : regularisedGammaP(shape, x / scale);
};

/** The x with P(X ≤ x) = `p` of the gamma law with mean shape × scale, for p from 0 to 1 (∞). */
export const gammaQuantile = (p: number, shape: number, scale: number): number => {
  requirePositive("scale of the gamma law", scale);
  requirePositive("shape of the gamma law", shape);
  if (!(p >= 0 && p <= 1)) throw new StatisticsError(`gamma quantile: p is ${p}: give a probability`);
  if (p === 0 || p === 1) return p === 0 ? 0 : Infinity;
  const density = (x: number) => (poissonTerm(shape, x) * shape) / x;
  const fromBelow = p <= 0.5;
  const rising = (x: number) => (fromBelow ? regularisedGammaP(shape, x) : -regularisedGammaQ(shape, x));
  const target = fromBelow ? p : p - 1;
  return scale * monotoneRoot(rising, density, target, 0, upperBound(rising, target, shape));
};
