import { mean } from "../statistics/moments.ts";
import { StatisticsError } from "../statistics/statistics-error.ts";

/** Parts of the answer's variance, with the ends of their bootstrap intervals. */
export interface SobolIndex {
  /** What the factor explains alone. */
  readonly first: number;
  readonly firstInterval: readonly [number, number];
  /** What would be left of the variance if all other factors were known. */
  readonly total: number;
  readonly totalInterval: readonly [number, number];
}

/** Answers at two independent samples of points and, for each factor, at those of `a` with the factor's column from `b`. */
export interface SobolAnswers {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly mixed: readonly (readonly number[])[];
}

/** The points at which {@link sobolIndices} wants answers, out of points with twice as many coordinates as factors. */
export const sobolPoints = (
  points: readonly (readonly number[])[],
): { readonly a: readonly number[][]; readonly b: readonly number[][]; readonly mixed: readonly number[][][] } => {
  const width = points[0]?.length ?? 0;
  if (width === 0 || width % 2 !== 0) {
    throw new StatisticsError(`Sobol indices from points with ${width} coordinates: give two for each factor`);
  }
  const factors = width / 2;
  const a = points.map((point) => point.slice(0, factors));
  const b = points.map((point) => point.slice(factors));
  const mixed = Array.from({ length: factors }, (_, factor) =>
    a.map((point, i) => point.map((value, k) => (k === factor ? b[i]![k]! : value))),
  );
  return { a, b, mixed };
};

/**
 * First-order and total indices of every factor, with percentile bootstrap intervals over the points.
 *
 * Source: A. Saltelli et al., Computer Physics Communications 181, 2010: first order by their eq. (b), total by Jansen.
 * @param pick a whole number in [0, n), for the bootstrap
 * @throws StatisticsError when the answers do not vary
 */
export const sobolIndices = (
  answers: SobolAnswers,
  pick: (n: number) => number,
  { confidence = 0.95, resamples = 500 } = {},
): SobolIndex[] => {
  const { a, b, mixed } = answers;
  const count = a.length;
  if (count < 2 || b.length !== count || mixed.some((one) => one.length !== count)) {
    throw new StatisticsError("Sobol indices: give as many answers, at least two, for every factor");
  }
  const all = Array.from({ length: count }, (_, i) => i);
  const draws = Array.from({ length: resamples }, () => all.map(() => pick(count)));
  return mixed.map((own) => {
    const { first, total } = indicesOver(a, b, own, all);
    if (Number.isNaN(first)) throw new StatisticsError("Sobol indices of answers that do not vary: nothing to explain");
    const again = draws.map((rows) => indicesOver(a, b, own, rows)).filter((one) => !Number.isNaN(one.first));
    return {
      first,
      firstInterval: range(
        again.map((one) => one.first),
        confidence,
      ),
      total,
      totalInterval: range(
        again.map((one) => one.total),
        confidence,
      ),
    };
  });
};

const indicesOver = (
  a: readonly number[],
  b: readonly number[],
  mixed: readonly number[],
  rows: readonly number[],
): { readonly first: number; readonly total: number } => {
  const centre = mean(rows.flatMap((i) => [a[i]!, b[i]!]));
  let variance = 0;
  let first = 0;
  let total = 0;
  for (const i of rows) {
    variance += (a[i]! - centre) ** 2 + (b[i]! - centre) ** 2;
    // The centre changes nothing in expectation and takes most of the noise out of the product.
    first += (b[i]! - centre) * (mixed[i]! - a[i]!);
    total += (a[i]! - mixed[i]!) ** 2;
  }
  variance /= 2;
  return variance > 0
    ? { first: first / variance, total: total / (2 * variance) }
    : { first: Number.NaN, total: Number.NaN };
};

const range = (values: readonly number[], confidence: number): readonly [number, number] => {
  const sorted = values.toSorted((x, y) => x - y);
  const at = (p: number): number => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))]!;
  return [at((1 - confidence) / 2), at((1 + confidence) / 2)];
};
