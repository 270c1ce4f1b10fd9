import { mean } from "./statistics/moments.ts";
import { pairedInterval } from "./statistics/paired-interval.ts";

/** Where a simulated curve is highest, how sure that is, and how little it matters. */
export interface EmpiricalOptimum {
  /** Index of the best point. */
  readonly best: number;
  /** Ends of the range of points that the data do not tell from the best. */
  readonly interval: readonly [lowest: number, highest: number];
  /** Ends of the connected range around the best point that loses at most `share` more than it. */
  readonly flat: readonly [lowest: number, highest: number];
}

/**
 * The best of several systems that were simulated with common random numbers, by the highest mean. A system is told from
 * the best when the confidence interval of their paired difference leaves out 0; the intervals hold together (Bonferroni:
 * Law, Simulation Modeling and Analysis, 5th ed., 10.3).
 *
 * @param curve of each system, in their order on the axis, one value for each replication: a fraction such as an
 *   availability, of which 1 - value is lost
 * @param share of the best system's loss that the flat range may lose in addition
 */
export const empiricalOptimum = (
  curve: readonly (readonly number[])[],
  { confidence = 0.95, share = 0.25 } = {},
): EmpiricalOptimum => {
  if (curve.length === 0) throw new RangeError("empirical optimum: give at least one system");
  const means = curve.map((values) => mean(values));
  const best = means.indexOf(Math.max(...means));
  const each = 1 - (1 - confidence) / Math.max(1, curve.length - 1);
  const asGood = curve.map((values, i) => i === best || pairedInterval(curve[best]!, values, each).lower <= 0);
  const isFlat = means.map((value) => 1 - value <= (1 + share) * (1 - means[best]!));
  const reach = (holds: readonly boolean[], step: -1 | 1): number => {
    let at = best;
    while (holds[at + step] === true) at += step;
    return at;
  };
  return {
    best,
    interval: [asGood.indexOf(true), asGood.lastIndexOf(true)],
    flat: [reach(isFlat, -1), reach(isFlat, 1)],
  };
};
