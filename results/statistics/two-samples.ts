import { requireSample, type Sample } from "./moments.ts";

/** How far two samples are apart as distributions. */
export interface SampleDistance {
  /** Largest difference of the empirical distributions (Kolmogorov and Smirnov). */
  readonly largest: number;
  /** How often samples of one continuous law are as far apart: exact, by counting paths, or for large samples its limit. */
  readonly p: number;
  readonly asymptoticP: number;
  /** Area between the distributions (Wasserstein's first distance), in the unit of the samples. */
  readonly area: number;
  /** √(2 ∫ (F − G)²). */
  readonly energy: number;
}

/** Beyond so many paths' cells the limit is good to more digits than anybody reads. */
const mostCells = 4e6;

/**
 * Source: N. Smirnov (1948) for the limit; the exact law counts lattice paths, as J. Hodges (1958) does; S. Ferson, W. Oberkampf
 * and L. Ginzburg (2008) for the area as a measure of validation.
 */
export const distanceOf = (one: Sample, other: Sample): SampleDistance => {
  requireSample("distance of samples", one, 1);
  requireSample("distance of samples", other, 1);
  const [a, b] = [Float64Array.from(one).sort(), Float64Array.from(other).sort()];
  const places = Float64Array.from([...a, ...b]).sort();
  let [i, j, largest, area, square] = [0, 0, 0, 0, 0];
  for (const [k, at] of places.entries()) {
    while (i < a.length && a[i]! <= at) i++;
    while (j < b.length && b[j]! <= at) j++;
    const apart = i / a.length - j / b.length;
    largest = Math.max(largest, Math.abs(apart));
    const width = (places[k + 1] ?? at) - at;
    area += Math.abs(apart) * width;
    square += apart ** 2 * width;
  }
  const asymptoticP = limitOf(largest * Math.sqrt((a.length * b.length) / (a.length + b.length)));
  const p = a.length * b.length > mostCells ? asymptoticP : pathsBeyond(a.length, b.length, largest);
  return { largest, p, asymptoticP, area, energy: Math.sqrt(2 * square) };
};

/** Part of all lattice paths from (0, 0) to (m, n) on which |i / m − j / n| comes to `apart`. */
const pathsBeyond = (m: number, n: number, apart: number): number => {
  // Differences are multiples of 1 / (m n): half of one is taken off against rounding.
  const least = Math.round(apart * m * n) - 0.5;
  const isBeyond = (i: number, j: number): boolean => Math.abs(i * n - j * m) >= least;
  // Part of the paths to (i, j) that stay within, of all paths there: by the last step, which is from the left in i of i + j.
  let row = Float64Array.from({ length: n + 1 }, () => 0);
  for (let i = 0; i <= m; i++) {
    const next = new Float64Array(n + 1);
    for (let j = 0; j <= n; j++) {
      if (isBeyond(i, j)) continue;
      if (i + j === 0) next[j] = 1;
      else next[j] = ((i > 0 ? i * row[j]! : 0) + (j > 0 ? j * next[j - 1]! : 0)) / (i + j);
    }
    row = next;
  }
  return Math.min(1, Math.max(0, 1 - row[n]!));
};

const limitOf = (z: number): number => {
  if (z < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k ** 2 * z ** 2);
  return Math.min(1, Math.max(0, sum));
};
