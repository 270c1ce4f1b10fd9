import { mean, variance } from "../statistics/moments.ts";
import { normalQuantile } from "../statistics/normal.ts";
import { StatisticsError } from "../statistics/statistics-error.ts";
import { studentQuantile } from "../statistics/student-t.ts";
import { fitGaussianProcess, type Observation } from "./gaussian-process.ts";

/** A cost that was simulated at some places with common random numbers: one value for each replication. */
export interface CostSample {
  readonly at: number;
  readonly costs: readonly number[];
}

/** Where a fitted curve of costs is lowest, how sure that is, and how little it matters. */
export interface FittedMinimum {
  readonly at: number;
  readonly cost: number;
  /** Bootstrap interval of the place over replications. Asked for 95 %, it covers about 90 % with 20 of them. */
  readonly interval: readonly [low: number, high: number];
  /** The connected range around it in which the fitted cost is at most what `tolerated` makes of the lowest. */
  readonly flat: readonly [low: number, high: number];
}

/** What common random numbers shift alike at all places is no noise between them. */
export const observationsOf = (samples: readonly CostSample[]): Observation[] => {
  const replications = samples[0]?.costs.length ?? 0;
  if (replications < 2 || samples.some(({ costs }) => costs.length !== replications)) {
    throw new StatisticsError("a fitted minimum: give the same two or more replications at every place");
  }
  const level = Array.from({ length: replications }, (_, r) => mean(samples.map(({ costs }) => costs[r]!)));
  return samples.map(({ at, costs }) => ({
    at,
    mean: mean(costs),
    variance: variance(costs.map((cost, r) => cost - level[r]!)) / replications,
  }));
};

/**
 * @param samples at three or more places
 * @param tolerated the highest cost that counts as flat, for the lowest
 * @param pick a whole number in [0, n), for the bootstrap
 */
export const fittedMinimum = (
  samples: readonly CostSample[],
  tolerated: (lowest: number) => number,
  pick: (n: number) => number,
  { confidence = 0.95, resamples = 400, places = 2000 } = {},
): FittedMinimum => {
  const seen = observationsOf(samples);
  const fitted = fitGaussianProcess(seen);
  const ends = seen.map(({ at }) => at);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const grid = Array.from({ length: places + 1 }, (_, i) => low + ((high - low) * i) / places);
  const weights = grid.map((at) => fitted.weights(at));
  const curveThrough = (means: readonly number[]): number[] => {
    const centre = mean(means);
    return weights.map((own) => own.reduce((sum, weight, i) => sum + weight * (means[i]! - centre), centre));
  };
  const curve = curveThrough(seen.map((one) => one.mean));
  const best = lowestOf(curve);
  const replications = samples[0]!.costs.length;
  const again = Array.from({ length: resamples }, () => {
    const rows = Array.from({ length: replications }, () => pick(replications));
    const means = samples.map(({ costs }) => mean(rows.map((r) => costs[r]!)));
    return grid[lowestOf(curveThrough(means))]!;
  }).sort((one, other) => one - other);
  // A bootstrap of few replications is too narrow: it takes their variance with n instead of n - 1, and knows no Student.
  const upper = (1 + confidence) / 2;
  const wider =
    Math.sqrt(replications / (replications - 1)) * (studentQuantile(upper, replications - 1) / normalQuantile(upper));
  const quantile = (p: number): number => {
    const drawn = again[Math.min(resamples - 1, Math.floor(p * resamples))]!;
    return Math.min(high, Math.max(low, grid[best]! + wider * (drawn - grid[best]!)));
  };
  const limit = tolerated(curve[best]!);
  const reach = (step: -1 | 1): number => {
    let at = best;
    while (curve[at + step] !== undefined && curve[at + step]! <= limit) at += step;
    return grid[at]!;
  };
  return {
    at: grid[best]!,
    cost: curve[best]!,
    interval: [quantile(1 - upper), quantile(upper)],
    flat: [reach(-1), reach(1)],
  };
};

const lowestOf = (curve: readonly number[]): number =>
  curve.reduce((best, cost, i) => (cost < curve[best]! ? i : best), 0);
