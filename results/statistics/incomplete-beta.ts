import { binomialTerm } from "./saddle-point.ts";
import { requirePositive, StatisticsError } from "./statistics-error.ts";

const precision = 2 ** -53;
const tiny = 1e-300;

const nonZero = (value: number): number => (Math.abs(value) < tiny ? tiny : value);

/** Continued fraction of I_x(a, b) a B(a, b) / (x^a (1 − x)^b), by the modified Lentz method (DLMF 8.17.22). */
const fraction = (a: number, b: number, x: number): number => {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; ; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    h *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    h *= c * d;
    if (Math.abs(c * d - 1) <= 2 * precision) return h;
  }
};

/**
 * Regularised incomplete beta function I_x(a, b), for a, b > 0 and x in [0, 1].
 * @param y 1 − x, for a caller that knows it better than the subtraction does
 */
export const regularisedBeta = (a: number, b: number, x: number, y: number = 1 - x): number => {
  requirePositive("incomplete beta function: a", a);
  requirePositive("incomplete beta function: b", b);
  if (!(x >= 0 && x <= 1)) throw new StatisticsError(`incomplete beta function: x is ${x}: give a number from 0 to 1`);
  if (x === 0) return 0;
  if (y === 0) return 1;
  // The fraction converges fast on the near side of the mean only.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularisedBeta(b, a, y, x);
  return ((binomialTerm(a, b, x, y) * b) / (a + b)) * fraction(a, b, x);
};
