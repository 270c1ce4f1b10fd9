import { poissonTerm } from "./saddle-point.ts";
import { requirePositive, StatisticsError } from "./statistics-error.ts";

const precision = 2 ** -53;

/** Power series of P(a, x) over its leading term; best where x < a + 1. */
const lowerSeries = (a: number, x: number): number => {
  let sum = 1;
  let term = 1;
  for (let n = 1; term > sum * precision; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
};

/** Continued fraction of Q(a, x) Γ(a) / (x^a e^−x), by the modified Lentz method; for x ≥ a + 1. */
const upperFraction = (a: number, x: number): number => {
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let h = d;
  for (let n = 1; ; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    const step = c * d;
    h *= step;
    if (Math.abs(step - 1) <= 2 * precision) return h;
  }
};

const requireArgument = (x: number): void => {
  if (!(x >= 0)) throw new StatisticsError(`incomplete gamma function: x is ${x}: give a number of at least 0`);
};

/** Regularised lower incomplete gamma function P(a, x) = γ(a, x) / Γ(a), for a > 0, x ≥ 0 (DLMF 8.7.1, 8.9.2). */
export const regularisedGammaP = (a: number, x: number): number => {
  requirePositive("incomplete gamma function: a", a);
  requireArgument(x);
  if (x === 0) return 0;
  if (x === Infinity) return 1;
  return x < a + 1 ? poissonTerm(a, x) * lowerSeries(a, x) : 1 - regularisedGammaQ(a, x);
};

/** Regularised upper incomplete gamma function Q(a, x) = 1 − P(a, x), with all its digits where it is small. */
export const regularisedGammaQ = (a: number, x: number): number => {
  requirePositive("incomplete gamma function: a", a);
  requireArgument(x);
  if (x === 0) return 1;
  if (x === Infinity) return 0;
  return x < a + 1 ? 1 - regularisedGammaP(a, x) : poissonTerm(a, x) * a * upperFraction(a, x);
};
