import { StatisticsError } from "../statistics/statistics-error.ts";

const bits = 32;

/**
 * For each coordinate after the first: the inner coefficients of its primitive polynomial as a number, and the first odd
 * numbers of its directions (Joe & Kuo 2008, new-joe-kuo-6.21201).
 */
export const polynomials: readonly { readonly a: number; readonly m: readonly number[] }[] = [
  { a: 0, m: [1] },
  { a: 1, m: [1, 3] },
  { a: 1, m: [1, 3, 1] },
  { a: 2, m: [1, 1, 1] },
  { a: 1, m: [1, 1, 3, 3] },
  { a: 4, m: [1, 3, 5, 13] },
  { a: 2, m: [1, 1, 5, 5, 17] },
  { a: 4, m: [1, 1, 5, 5, 5] },
  { a: 7, m: [1, 1, 7, 11, 19] },
  { a: 11, m: [1, 1, 5, 1, 1] },
  { a: 13, m: [1, 1, 1, 3, 11] },
  { a: 14, m: [1, 3, 5, 5, 31] },
  { a: 1, m: [1, 3, 3, 9, 7, 49] },
  { a: 13, m: [1, 1, 1, 15, 21, 21] },
  { a: 16, m: [1, 3, 1, 13, 27, 49] },
  { a: 19, m: [1, 1, 1, 15, 7, 5] },
  { a: 22, m: [1, 3, 1, 15, 13, 25] },
  { a: 25, m: [1, 1, 5, 5, 19, 61] },
  { a: 1, m: [1, 3, 7, 11, 23, 15, 103] },
];

/**
 * The first points of the Sobol sequence in the order of the Gray code, the origin first: `points` × `factors` numbers in
 * [0, 1). Of any 2^k points that begin at a multiple of 2^k, each coordinate has one in each of 2^k equal strata.
 *
 * @throws StatisticsError for no whole number of points, or more factors than there are directions for
 */
export const sobolSequence = (points: number, factors: number): number[][] => {
  const most = polynomials.length + 1;
  if (!(Number.isSafeInteger(points) && points >= 1 && points <= 2 ** bits))
    throw new StatisticsError(`${points} points of a Sobol sequence: give a whole number from 1 on`);
  if (!(Number.isSafeInteger(factors) && factors >= 1 && factors <= most))
    throw new StatisticsError(`a Sobol sequence in ${factors} dimensions: give 1 to ${most}`);
  const directions = Array.from({ length: factors }, (_, factor) => directionsOf(factor));
  const state = new Uint32Array(factors);
  return Array.from({ length: points }, (_, index) => {
    if (index > 0) {
      // The bit in which the Gray codes of this point and the one before differ.
      const bit = 31 - Math.clz32(index & -index);
      for (let factor = 0; factor < factors; factor++) state[factor]! ^= directions[factor]![bit]!;
    }
    return Array.from(state, (value) => value / 2 ** bits);
  });
};

const directionsOf = (factor: number): Uint32Array => {
  const out = new Uint32Array(bits);
  if (factor === 0) {
    for (let i = 0; i < bits; i++) out[i] = 2 ** (bits - 1 - i);
    return out;
  }
  const { a, m } = polynomials[factor - 1]!;
  const degree = m.length;
  for (let i = 0; i < bits; i++) {
    if (i < degree) {
      out[i] = m[i]! * 2 ** (bits - 1 - i);
      continue;
    }
    let next = out[i - degree]! ^ (out[i - degree]! >>> degree);
    for (let k = 1; k < degree; k++) if ((a >> (degree - 1 - k)) & 1) next ^= out[i - k]!;
    out[i] = next;
  }
  return out;
};
