import { holm } from "./holm.ts";
import { mean, type Sample, variance } from "./moments.ts";
import { pairedInterval } from "./paired-interval.ts";
import { StatisticsError } from "./statistics-error.ts";
import { studentCdf } from "./student-t.ts";
import { welch } from "./welch.ts";

/** How one system differs from the one that all are compared with. */
export interface Difference {
  /** Index of the system. */
  readonly system: number;
  readonly mean: number;
  /** Of the 95 % interval of this difference alone. */
  readonly halfWidth: number;
  /** Probability of so large a difference if there were none, corrected for how many are compared (Holm). */
  readonly p: number;
}

/** What all are compared with. */
export interface Baseline {
  /** Index of the system. */
  readonly system: number;
  /**
   * It was picked by these very observations, as the best of them is: then p-values are corrected for all pairs of systems, any
   * of which might have been looked at.
   */
  readonly isPicked?: boolean;
}

/**
 * Differences of systems from one of them, pair by pair: the n-th observations of all were made with the same random numbers.
 *
 * @param systems observations of each, of equal number
 * @throws StatisticsError for fewer than two systems, or unequal numbers of observations
 */
export const pairedComparison = (systems: readonly Sample[], baseline: Baseline): Difference[] =>
  compared(systems, baseline, (sample, base) => {
    const { mean, halfWidth, sd, count } = pairedInterval(sample, base);
    return { mean, halfWidth, p: pValue(mean, sd, count) };
  });

/**
 * The same of systems whose observations have nothing to do with each other (Welch).
 *
 * @throws StatisticsError for fewer than two systems, or fewer than two observations of one
 */
export const independentComparison = (systems: readonly Sample[], baseline: Baseline): Difference[] =>
  compared(systems, baseline, (sample, base) => {
    const difference = mean(sample) - mean(base);
    // Two constants need no test, and Welch's has no degrees of freedom for them.
    if (variance(sample) === 0 && variance(base) === 0)
      return { mean: difference, halfWidth: 0, p: difference === 0 ? 1 : 0 };
    const { halfWidth, p } = welch(sample, base);
    return { mean: difference, halfWidth, p };
  });

type Compare = (sample: Sample, base: Sample) => Omit<Difference, "system">;

/** Differences from the baseline, with p-values by Holm over all that may be told. */
const compared = (
  systems: readonly Sample[],
  { system: baseline, isPicked = false }: Baseline,
  compare: Compare,
): Difference[] => {
  const base = systems[baseline];
  if (systems.length < 2 || base === undefined)
    throw new StatisticsError(`comparison of ${systems.length} systems with number ${baseline}: give two or more`);
  const others = systems.flatMap((_, system) => (system === baseline ? [] : [system]));
  const found = others.map((system) => ({ system, ...compare(systems[system]!, base) }));
  const rest = isPicked
    ? others.flatMap((one, i) => others.slice(i + 1).map((other) => compare(systems[one]!, systems[other]!).p))
    : [];
  const ps = holm([...found.map(({ p }) => p), ...rest]);
  return found.map((one, i) => ({ ...one, p: ps[i]! }));
};

/** Two-sided. Differences that are all alike are certain, and those that are all 0 are none. */
const pValue = (mean: number, sd: number, count: number): number => {
  if (sd === 0) return mean === 0 ? 1 : 0;
  return Math.min(1, 2 * studentCdf(-Math.abs(mean) / (sd / Math.sqrt(count)), count - 1));
};
