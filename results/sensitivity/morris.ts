import { meanInterval } from "../statistics/mean-interval.ts";
import { mean, variance } from "../statistics/moments.ts";
import { requireCount, StatisticsError } from "../statistics/statistics-error.ts";

/** What the elementary effects of one factor say, in units of the answer for the whole range of the factor. */
export interface MorrisEffect {
  /** Mean effect. */
  readonly mu: number;
  /** Mean of the effects' sizes: how much the factor matters at all. */
  readonly muStar: number;
  /** Half width of the 95 % interval of `muStar` over trajectories; NaN with one. */
  readonly muStarHalfWidth: number;
  /** Standard deviation of the effects: far from 0 when the factor is not linear or acts together with others. */
  readonly sigma: number;
}

/** Steps of a trajectory in the unit cube: each point differs from the one before in one factor. */
export type Trajectory = readonly (readonly number[])[];

/**
 * Random trajectories on a grid of `levels` levels; each factor moves once, by levels / (2 (levels − 1)), up or down.
 *
 * Source: M. Morris, Technometrics 33, 1991; F. Campolongo, J. Cariboni & A. Saltelli, 2007.
 * @param pick a whole number in [0, n)
 */
export const morrisTrajectories = (
  factors: number,
  count: number,
  levels: number,
  pick: (n: number) => number,
): Trajectory[] => {
  requireCount("number of factors", factors, 1);
  requireCount("number of trajectories", count, 1);
  requireCount("number of levels", levels, 2);
  if (levels % 2 !== 0) throw new StatisticsError(`Morris trajectories on ${levels} levels: give an even number`);
  const half = levels / 2;
  return Array.from({ length: count }, () => {
    const at = Array.from({ length: factors }, () => pick(levels));
    const order = Array.from({ length: factors }, (_, i) => i);
    for (let i = factors - 1; i > 0; i--) {
      const j = pick(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    const points = [at.map((level) => level / (levels - 1))];
    for (const factor of order) {
      at[factor]! += at[factor]! < half ? half : -half;
      points.push(at.map((level) => level / (levels - 1)));
    }
    return points;
  });
};

/**
 * The effects of all factors.
 *
 * @param answers of each trajectory, in the order of its points
 */
export const morrisEffects = (
  trajectories: readonly Trajectory[],
  answers: readonly (readonly number[])[],
): MorrisEffect[] => {
  if (trajectories.length === 0 || trajectories.length !== answers.length) {
    throw new StatisticsError(
      `${answers.length} rows of answers for ${trajectories.length} trajectories: give one each`,
    );
  }
  const factors = trajectories[0]![0]!.length;
  const effects = Array.from({ length: factors }, (): number[] => []);
  for (const [t, points] of trajectories.entries()) {
    for (let i = 1; i < points.length; i++) {
      const factor = points[i]!.findIndex((value, k) => value !== points[i - 1]![k]);
      const step = points[i]![factor]! - points[i - 1]![factor]!;
      effects[factor]!.push((answers[t]![i]! - answers[t]![i - 1]!) / step);
    }
  }
  return effects.map((own) => {
    const sizes = own.map(Math.abs);
    return {
      mu: mean(own),
      muStar: mean(sizes),
      muStarHalfWidth: own.length < 2 ? Number.NaN : meanInterval(sizes).halfWidth,
      sigma: own.length < 2 ? 0 : Math.sqrt(variance(own)),
    };
  });
};
