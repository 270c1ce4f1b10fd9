import type { Interval } from "./mean-interval.ts";
import { covariance, mean, requireSample, type Sample, variance } from "./moments.ts";
import { normalQuantile } from "./normal.ts";
import { requireProbability, StatisticsError } from "./statistics-error.ts";
import { studentQuantile } from "./student-t.ts";

export interface RatioInterval extends Interval {
  readonly cycles: number;
  readonly ratio: number;
  /** Variance of Y − ratio × tau. */
  readonly s2: number;
  readonly halfWidth: number;
}

const requireCycles = (y: Sample, tau: Sample): void => {
  requireSample("ratio of cycles", y, 2);
  requireSample("ratio of cycles", tau, 2);
  if (y.length !== tau.length)
    throw new StatisticsError(`ratio of ${y.length} rewards and ${tau.length} lengths: give pairs`);
  for (let i = 0; i < tau.length; i++) {
    if (!((tau[i] as number) > 0))
      throw new StatisticsError(`ratio of cycles: cycle ${i} has length ${tau[i]}: give lengths above 0`);
  }
};

/**
 * E[Y] / E[tau] from regenerative cycles, such as availability from uptimes and lengths of cycles, with the classical
 * interval r ± z s / (tau̅ √n), s² = s_Y² − 2 r s_Yτ + r² s_τ².
 *
 * Source: M. Crane, D. Iglehart, Operations Research 23(1), 1975; Law, Simulation Modeling and Analysis, 9.5.3.
 */
export const ratioInterval = (y: Sample, tau: Sample, confidence = 0.95): RatioInterval => {
  requireCycles(y, tau);
  requireProbability("confidence", confidence);
  const cycles = y.length;
  const length = mean(tau);
  const ratio = mean(y) / length;
  const s2 = Math.max(0, variance(y) - 2 * ratio * covariance(y, tau) + ratio ** 2 * variance(tau));
  const halfWidth = (normalQuantile((1 + confidence) / 2) * Math.sqrt(s2 / cycles)) / length;
  return { cycles, ratio, s2, halfWidth, lower: ratio - halfWidth, upper: ratio + halfWidth };
};

/**
 * The same ratio by the jackknife, less biased in few cycles: pseudo-values n r − (n − 1) r₋ᵢ with a t interval;
 * `s2` is their variance.
 *
 * Source: D. Iglehart, Naval Research Logistics Quarterly 22, 1975.
 */
export const jackknifeRatio = (y: Sample, tau: Sample, confidence = 0.95): RatioInterval => {
  requireCycles(y, tau);
  requireProbability("confidence", confidence);
  const cycles = y.length;
  const totalY = mean(y) * cycles;
  const totalTau = mean(tau) * cycles;
  const pseudo = Float64Array.from(y, (reward, i) => {
    const without = (totalY - reward) / (totalTau - (tau[i] as number));
    return (cycles * totalY) / totalTau - (cycles - 1) * without;
  });
  const ratio = mean(pseudo);
  const s2 = variance(pseudo);
  const halfWidth = studentQuantile((1 + confidence) / 2, cycles - 1) * Math.sqrt(s2 / cycles);
  return { cycles, ratio, s2, halfWidth, lower: ratio - halfWidth, upper: ratio + halfWidth };
};
