import { stirlingError } from "./log-gamma.ts";

/** a ln(a / m) + m − a without cancellation where a is near m: ln is written as 2 artanh of (a − m) / (a + m). */
const deviance = (a: number, m: number): number => {
  if (Math.abs(a - m) >= 0.1 * (a + m)) return a * Math.log(a / m) + m - a;
  const v = (a - m) / (a + m);
  let sum = (a - m) * v;
  let term = 2 * a * v;
  for (let odd = 3; ; odd += 2) {
    term *= v * v;
    const next = sum + term / odd;
    if (next === sum) return sum;
    sum = next;
  }
};

/**
 * x^a e^−x / Γ(a + 1), for a > 0 and x > 0: the Poisson probability of a at mean x, for a that need not be whole.
 *
 * Source: C. Loader, "Fast and accurate computation of binomial probabilities", 2000.
 */
export const poissonTerm = (a: number, x: number): number =>
  Math.exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(2 * Math.PI * a);

/**
 * x^a y^b Γ(a + b + 1) / (Γ(a + 1) Γ(b + 1)), for a, b > 0 and x + y = 1: the binomial probability of a successes and
 * b failures, for numbers that need not be whole. Source as for `poissonTerm`.
 */
export const binomialTerm = (a: number, b: number, x: number, y: number): number => {
  const n = a + b;
  const corrections = stirlingError(n) - stirlingError(a) - stirlingError(b);
  return Math.exp(corrections - deviance(a, n * x) - deviance(b, n * y)) * Math.sqrt(n / (2 * Math.PI * a * b));
};
