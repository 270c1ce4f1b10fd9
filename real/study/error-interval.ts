import type { Interval } from "../../results/statistics/mean-interval.ts";
import { mean } from "../../results/statistics/moments.ts";
import { drawn } from "./shuffled.ts";

const resamples = 399;

/**
 * 95 % interval of a mean absolute relative error over settings: settings are drawn again, and of the mean errors the middle
 * 95 % are taken (bootstrap, percentiles; A. Davison and D. Hinkley, Bootstrap Methods and their Application, 3.8: errors of
 * settings have the chance of their captures in them, which are not drawn again). With few settings it tells less than it
 * seems to.
 *
 * @param errors of each setting, above 0 either way
 * @param seed decides what is drawn
 */
export const errorInterval = (errors: readonly number[], seed: string): Interval => {
  const means = Array.from({ length: resamples }, (_, i) =>
    mean(errors.map((_, j) => errors[Math.floor(errors.length * drawn(`${seed} ${i} ${j}`))]!)),
  ).sort((one, other) => one - other);
  // Of 399 values those of ranks 10 and 390 have 2.5 % beyond them.
  const rank = (part: number): number => means[Math.round(part * (resamples + 1)) - 1]!;
  return { lower: rank(0.025), upper: rank(0.975) };
};
