import { regularisedBeta } from "./incomplete-beta.ts";
import { logGamma } from "./log-gamma.ts";
import { monotoneRoot, upperBound } from "./monotone-root.ts";
import { requirePositive, StatisticsError } from "./statistics-error.ts";

/** P(T > t) for t ≥ 0 (DLMF 8.17.iv with the substitution of Abramowitz & Stegun 26.7.1). */
const upperTail = (t: number, df: number): number =>
  t === Infinity ? 0 : regularisedBeta(df / 2, 0.5, df / (df + t * t), (t * t) / (df + t * t)) / 2;

/** P(T ≤ t) of Student's t law with `df` > 0 degrees of freedom, which need not be whole. */
export const studentCdf = (t: number, df: number): number => {
  requirePositive("degrees of freedom", df);
  return t < 0 ? upperTail(-t, df) : 1 - upperTail(t, df);
};

/** The t with P(T ≤ t) = `p` for `df` > 0 degrees of freedom, for p from 0 (−∞) to 1 (∞). */
export const studentQuantile = (p: number, df: number): number => {
  requirePositive("degrees of freedom", df);
  if (!(p >= 0 && p <= 1)) throw new StatisticsError(`t quantile: p is ${p}: give a probability`);
  const tail = Math.min(p, 1 - p);
  if (tail === 0) return p === 0 ? -Infinity : Infinity;
  if (tail === 0.5) return 0;
  const logScale = logGamma((df + 1) / 2) - logGamma(df / 2) - Math.log(df * Math.PI) / 2;
  const density = (t: number) => Math.exp(logScale - ((df + 1) / 2) * Math.log1p((t * t) / df));
  const rising = (t: number) => -upperTail(t, df);
  const distance = monotoneRoot(rising, density, -tail, 0, upperBound(rising, -tail, 1));
  return p < 0.5 ? -distance : distance;
};
