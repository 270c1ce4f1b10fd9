import { StatisticsError } from "./statistics-error.ts";

/**
 * P-values corrected for how many they are: the share of false alarms among all of them stays below the level at which
 * a corrected value is called significant, whatever their dependence.
 *
 * Source: S. Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statistics 6, 1979.
 */
export const holm = (pValues: readonly number[]): number[] => {
  for (const p of pValues) {
    if (!(p >= 0 && p <= 1)) throw new StatisticsError(`Holm's correction of p = ${p}: give probabilities`);
  }
  const corrected: number[] = Array(pValues.length);
  let floor = 0;
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i]! - pValues[j]!);
  for (const [rank, i] of order.entries()) {
    floor = Math.max(floor, Math.min(1, (pValues.length - rank) * pValues[i]!));
    corrected[i] = floor;
  }
  return corrected;
};
