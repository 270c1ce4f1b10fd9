import assert from "node:assert/strict";
import { upperGammaInverse } from "../../models/special/gamma.ts";

/** z of the hypothesis that independent values have mean `expected`. */
export const zScore = (values: readonly number[], expected = 0): number => {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  return (mean - expected) / Math.sqrt(variance / n);
};

/** z of the hypothesis that E[numerator] = ratio × E[denominator]: exact for regenerative cycles, unlike a mean of ratios. */
export const ratioZScore = (numerators: readonly number[], denominators: readonly number[], ratio: number): number =>
  zScore(numerators.map((y, index) => y - ratio * denominators[index]!));

/** Asserts |z| < 4 for each, and that the z² of independent checks add up to the central 99.9 % of chi-square. */
export const assertZScores = (checks: Readonly<Record<string, number>>): void => {
  const named = Object.entries(checks);
  for (const [name, z] of named) assert.ok(Math.abs(z) < 4, `${name}: z = ${z}`);
  const sum = named.reduce((total, [, z]) => total + z * z, 0);
  const low = 2 * upperGammaInverse(named.length / 2, 0.9995);
  const high = 2 * upperGammaInverse(named.length / 2, 0.0005);
  assert.ok(sum > low && sum < high, `Σz² = ${sum} of ${named.length} checks lies outside ${low} … ${high}`);
};
