import { firstOf, type Law, type Lifetime, lifetime } from "../laws.ts";
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
  if (life.atoms !== undefined) return meanOfAtoms(life.atoms, (share) => share ** count);
  return integral(life, (survival) => -Math.expm1(count * Math.log1p(-survival)), 0.7 / count);
};

/**
 * The mean of the shortest of `count` independent durations of one law, ∫ S(t)^n dt. Seconds.
 *
 * @throws RangeError if `count` is no whole number above 0.
 */
export const expectedFastest = (law: Law, count: number): number => {
  requireCount("the fastest of n", { count });
  if (law.law === "exponential" || law.law === "weibull") return lifetime(firstOf(law, count)).mean;
  const life = lifetime(law);
  if (life.atoms !== undefined) return meanOfAtoms(life.atoms, (share) => -Math.expm1(count * Math.log1p(-share)));
  return integral(life, (survival) => survival ** count, 0.5 ** (1 / count));
};

/** 1 + 1/2 + … + 1/n, for large n by its asymptotic series. */
export const harmonic = (n: number): number => {
  if (n < 50) return Array.from({ length: n }, (_, i) => 1 / (i + 1)).reduce((sum, x) => sum + x, 0);
  const eulerMascheroni = 0.577_215_664_901_532_9;
  return Math.log(n) + eulerMascheroni + 1 / (2 * n) - 1 / (12 * n ** 2) + 1 / (120 * n ** 4) - 1 / (252 * n ** 6);
};

/** Mean over equally likely atoms, of which a share p of the smallest has the probability `below(p)`. */
const meanOfAtoms = (atoms: readonly number[], below: (share: number) => number): number => {
  const sorted = atoms.toSorted((a, b) => a - b);
  const upTo = (index: number): number => below(index / sorted.length);
  return sorted.reduce((sum, x, index) => sum + x * (upTo(index + 1) - upTo(index)), 0);
};

/** ∫ above(survival of one) dt, where `above` tends to 0 with its argument and is about a half when that is `half`. */
const integral = (life: Lifetime, above: (survival: number) => number, half: number): number => {
  const integrand = (lnT: number): number => {
    const t = Math.exp(lnT);
    return above(life.survival(t)) * t;
  };
  // Near the median, by factors of e; nothing below a part in 1e17 of it counts.
  let middle = Math.log(life.mean);
  while (life.survival(Math.exp(middle)) > half) middle++;
  while (life.survival(Math.exp(middle - 1)) < half) middle--;
  let high = middle + 1;
  const negligible = integrand(middle - 1) * 1e-18;
  while (integrand(high) > negligible) high += 1;
  const low = middle - 41;
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
