import { regularisedBeta } from "./incomplete-beta.ts";
import { monotoneRoot } from "./monotone-root.ts";
import { binomialTerm } from "./saddle-point.ts";
import { requirePositive, StatisticsError } from "./statistics-error.ts";

/** P(X ≤ x) of the beta law with mean a / (a + b). */
export const betaCdf = (x: number, a: number, b: number): number =>
  x <= 0 ? 0 : x >= 1 ? 1 : regularisedBeta(a, b, x);

/** The x with P(X ≤ x) = `p` of the beta law with mean a / (a + b). */
export const betaQuantile = (p: number, a: number, b: number): number => {
  requirePositive("first parameter of the beta law", a);
  requirePositive("second parameter of the beta law", b);
  if (!(p >= 0 && p <= 1)) throw new StatisticsError(`beta quantile: p is ${p}: give a probability`);
  if (p === 0 || p === 1) return p;
  const density = (x: number) => (binomialTerm(a, b, x, 1 - x) * a * b) / ((a + b) * x * (1 - x));
  if (p <= 0.5) return monotoneRoot((x) => regularisedBeta(a, b, x), density, p, 0, 1);
  return monotoneRoot((x) => -regularisedBeta(b, a, 1 - x, x), density, p - 1, 0, 1);
};
