import { type Law, type Lifetime, lifetime } from "../laws.ts";
import { boundary, minimise } from "./bounded-search.ts";

/** A unit that is snapshotted for ever while failures follow any law. Times in seconds. */
export interface UsefulWork {
  /** Time from the moment at which failures are possible again until the next failure. */
  readonly failures: Law;
  readonly workInterval: number;
  readonly pause: number;
  /** From the start of the pause until the snapshot may be restored; default: the pause. */
  readonly latency?: number;
  readonly detect: number;
  readonly restore: number;
  /** May a failure strike during detection, which then starts again? Default: false. */
  readonly failDuringDetect?: boolean;
  /** Does a failure during the restore cost a new detection before the new restore? Default: true. */
  readonly restoreRepeatsDetect?: boolean;
}

/** Everything of {@link UsefulWork} except the interval, which is looked for. */
export type UsefulWorkSearch = Omit<UsefulWork, "workInterval">;

/** The best interval, and how little it matters. */
export interface OptimalInterval {
  /** Seconds of work between snapshots. */
  readonly workInterval: number;
  readonly usefulWork: number;
  /** The intervals around it whose useful work is within a share (1 % unless told) of the optimum. */
  readonly flat: readonly [shortest: number, longest: number];
}

/**
 * Long-run share of time that becomes work which is kept, U(T), for any law of failures X that is renewed at each
 * failure and runs whenever a failure is possible. With the default conventions
 *
 *     U(T) = T Σ_{k≥1} S(R + L - C + k (T + C)) / (E[X] + D)
 *
 * because a service period of length X keeps T ⌊(X - R - L + C)⁺ / (T + C)⌋ (renewal-reward; Ross, Stochastic
 * Processes, 1996). If failures can strike during detection, X starts with it; if a hit restore does not repeat the
 * detection, periods that begin with a detection and periods that begin with a restore follow each other as a chain.
 */
export const usefulWork = (unit: UsefulWork): number => usefulWorkUnder(lifetime(unit.failures), unit);

/**
 * The interval that maximises {@link usefulWork}: the best of a grid on ln T, refined by a bounded scalar search, good
 * to about 1e-6 where U is smooth. For deterministic and empirical laws U is a saw, and the result is the best tooth
 * that the grid touched.
 *
 * @throws RangeError if there is none: without a pause shorter is always better, and no interval helps a unit that
 * always fails before its first snapshot.
 */
export const optimalInterval = (unit: UsefulWorkSearch, share = 0.01): OptimalInterval => {
  if (!(unit.pause > 0)) {
    throw new RangeError(
      "no optimal interval: without a pause the shortest interval is the best; give a pause above 0",
    );
  }
  const life = lifetime(unit.failures);
  const useful = (lnT: number): number => usefulWorkUnder(life, { ...unit, workInterval: Math.exp(lnT) });
  const low = Math.log(Math.min(unit.pause, life.mean) * 1e-4);
  const high = Math.log((unit.pause + life.mean) * 1e3);
  // Lives of nearly equal length make U wavy, so that neighbouring maxima must be told apart.
  const cells = life.variance < life.mean ** 2 / 4 || life.atoms !== undefined ? 2000 : 100;
  const at = (index: number): number => low + ((high - low) * index) / cells;
  let best = 0;
  let bestUseful = 0;
  for (let index = 1; index < cells; index++) {
    const candidate = useful(at(index));
    if (candidate > bestUseful) [best, bestUseful] = [index, candidate];
  }
  if (best === 0) {
    throw new RangeError(
      "no optimal interval: the unit always fails before a snapshot is usable, whatever the interval",
    );
  }
  const refined = minimise((lnT) => -useful(lnT), at(best - 1), at(best + 1));
  const optimum = useful(refined) >= bestUseful ? refined : at(best);
  const usefulAtOptimum = useful(optimum);
  const isFlat = (lnT: number): boolean => useful(lnT) >= (1 - share) * usefulAtOptimum;
  // Walked from the optimum outwards, so that the range is the connected one around it.
  const step = (high - low) / cells;
  const edge = (direction: -1 | 1): number => {
    let inside = optimum;
    while (isFlat(inside + direction * step)) inside += direction * step;
    return Math.exp(boundary(isFlat, inside, inside + direction * step));
  };
  return { workInterval: Math.exp(optimum), usefulWork: usefulAtOptimum, flat: [edge(-1), edge(1)] };
};

const usefulWorkUnder = (life: Lifetime, unit: UsefulWork): number => {
  const { workInterval, pause, latency = pause, detect, restore } = unit;
  const { failDuringDetect = false, restoreRepeatsDetect = true } = unit;
  const period = workInterval + pause;
  const first = restore + latency + workInterval;
  const fromRestore = (): number => completedPeriods(life, first, period);
  const fromDetection = (): number => completedPeriods(life, detect + first, period);
  const reaches = (t: number): number => (life.atoms === undefined ? life.survival(t) : shareFrom(life.atoms, t));
  if (failDuringDetect) {
    if (restoreRepeatsDetect) return (workInterval * fromDetection()) / life.mean;
    const toRestore = reaches(detect) - reaches(detect + restore);
    const toDetection = reaches(restore);
    if (toDetection === 0) return 0;
    const share = toDetection / (toRestore + toDetection);
    return (workInterval * (share * fromDetection() + (1 - share) * fromRestore())) / life.mean;
  }
  const detections = restoreRepeatsDetect ? 1 : reaches(restore);
  return (workInterval * fromRestore()) / (life.mean + detections * detect);
};

/** P(X ≥ t) for atoms: what ends at the instant of a failure has still ended. */
const shareFrom = (atoms: readonly number[], t: number): number => atoms.filter((x) => x >= t).length / atoms.length;

/** Σ_{k≥0} P(X ≥ first + k period): the expected number of snapshots that become usable before the failure. */
const completedPeriods = (life: Lifetime, first: number, period: number): number => {
  if (life.atoms !== undefined) {
    const completed = life.atoms.map((x) => (x < first ? 0 : 1 + Math.floor((x - first) / period)));
    return completed.reduce((sum, n) => sum + n, 0) / life.atoms.length;
  }
  let sum = 0;
  for (let k = 0; k < directTerms; k++) {
    const term = life.survival(first + k * period);
    sum += term;
    if (term <= sum * 1e-18) return sum;
  }
  // Euler–Maclaurin for the rest; the next term, (period³/720) f″, is below 1e-12 of the sum this far out.
  const x = first + directTerms * period;
  return sum + life.excess(x) / period + life.survival(x) / 2 + (period * life.density(x)) / 12;
};

const directTerms = 2000;
