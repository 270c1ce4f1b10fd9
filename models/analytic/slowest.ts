import { type Law, type Lifetime, lifetime } from "../laws.ts";
import { requireCount } from "./in-range.ts";

/**
 * Expected duration of a barrier: the mean of the longest of `count` independent durations of one law, ∫ 1 - F(t)^n dt.
 * In ln t the integrand is smooth and falls off at both ends, where the trapezoidal rule converges geometrically
 * (Trefethen and Weideman, SIAM Review 56(3), 2014): about 1e-12. Seconds.
 *
 * @throws RangeError if `count` is no whole number above 0.
 */
export const expectedSlowest = (law: Law, count: number): number => {
  requireCount("the slowest of n", { count });
  if (law.law === "exponential") return law.mean * harmonic(count);
  const life = lifetime(law);
  return life.atoms === undefined ? integral(life, count) : slowestAtom(life.atoms, count);
};

/** 1 + 1/2 + … + 1/n, for large n by its asymptotic series. */
export const harmonic = (n: number): number => {
  if (n < 50) return Array.from({ length: n }, (_, i) => 1 / (i + 1)).reduce((sum, x) => sum + x, 0);
  const eulerMascheroni = 0.577_215_664_901_532_9;
  return Math.log(n) + eulerMascheroni + 1 / (2 * n) - 1 / (12 * n ** 2) + 1 / (120 * n ** 4) - 1 / (252 * n ** 6);
};

const slowestAtom = (atoms: readonly number[], count: number): number => {
  const sorted = atoms.toSorted((a, b) => a - b);
  const below = (index: number): number => (index / sorted.length) ** count;
  return sorted.reduce((sum, x, index) => sum + x * (below(index + 1) - below(index)), 0);
};

const integral = (life: Lifetime, count: number): number => {
  /** P(slowest > t) t, at ln t. */
  const integrand = (lnT: number): number => {
    const t = Math.exp(lnT);
    return -Math.expm1(count * Math.log1p(-life.survival(t))) * t;
  };
  // Near the median of the slowest, where about one of the n is left; nothing below a part in 1e17 of it counts.
  const left = (lnT: number): number => count * life.survival(Math.exp(lnT));
  let middle = Math.log(life.mean);
  while (left(middle) > 1) middle++;
  while (left(middle - 1) < 0.5) middle--;
  let high = middle + 1;
  const negligible = integrand(middle) * 1e-18;
  while (integrand(high) > negligible) high += 1;
  const low = middle - 40;
  let cells = 128;
  let width = (high - low) / cells;
  let sum = 0;
  for (let i = 1; i < cells; i++) sum += integrand(low + i * width);
  let last = sum * width;
  for (;;) {
    for (let i = 0; i < cells; i++) sum += integrand(low + (i + 0.5) * width);
    cells *= 2;
    width /= 2;
    const next = sum * width;
    if (Math.abs(next - last) <= 1e-13 * next || cells > 1_000_000) return next;
    last = next;
  }
};
