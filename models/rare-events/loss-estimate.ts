import { losesData } from "./direct-loss.ts";
import { type Bias, lossCycle, lossRates } from "./loss-cycle.ts";
import { lossLevels } from "./loss-levels.ts";
import { type LossStream, type LossSystem, LostHosts, losesAnything } from "./loss-system.ts";
import { splittingRun } from "./splitting.ts";
import { Tally } from "./tally.ts";

export const lossEstimators = ["direct", "importance", "splitting"] as const;
export type LossEstimator = (typeof lossEstimators)[number];

/** How precise an estimate is to be, and what it may cost. */
export interface LossEffort {
  /** Standard error over the estimate at which it ends. */
  readonly relativeError: number;
  /** Missions, cycles or runs of splitting, at most. */
  readonly most: number;
  /** Whether to go on; asked now and then. */
  readonly goOn: () => boolean;
}

/** How often data is lost within a mission that begins with nothing lost. */
export interface LossEstimate {
  readonly estimator: LossEstimator;
  readonly probability: number;
  /** Standard error over the probability; Infinity when no loss was seen. */
  readonly relativeError: number;
  /** What the probability is below of with 95 % confidence, when no loss was seen. */
  readonly below?: number;
  /** Mean time to data loss, where cycles were simulated, and its standard error over it. */
  readonly meanTime?: number;
  readonly meanTimeError?: number;
  /** Missions, cycles or runs of splitting. */
  readonly runs: number;
  /** Of importance sampling: draws that count as much as so many unweighted ones, and the mean weight of all, which is 1. */
  readonly effectiveRuns?: number;
  readonly meanLikelihood?: { readonly mean: number; readonly error: number };
}

/** Failure biasing: losses as often as repairs, most of them where it matters. */
export const usualBias: Bias = { loss: 0.5, critical: 0.8 };

/** Trials at each level of one run of splitting. */
const splittingEffort = 500;

/** Between looks at the clock. */
const batch = 200;

export const directLoss = (
  system: LossSystem,
  mission: number,
  stream: LossStream,
  { relativeError, most, goOn }: LossEffort,
): LossEstimate => {
  const losses = new Tally();
  while (losses.count < most) {
    losses.add(losesData(system, mission, stream) ? 1 : 0);
    if (losses.count % 20 !== 0) continue;
    if (losses.count >= batch && losses.relativeError <= relativeError) break;
    if (!goOn()) break;
  }
  return {
    estimator: "direct",
    probability: losses.mean,
    relativeError: losses.relativeError,
    // (1 - p)^n = 5 %
    ...(losses.mean === 0 ? { below: -Math.expm1(Math.log(0.05) / losses.count) } : {}),
    runs: losses.count,
  };
};

/**
 * Losses come as rarely as cycles end with one: within a mission T with probability 1 − exp(−T / M), where the mean time
 * to loss M is the mean length of a cycle over the probability γ that it ends with a loss (regenerative ratio).
 */
const ofCycles = (
  estimator: LossEstimator,
  mission: number,
  gamma: { readonly mean: number; readonly relativeError: number; readonly count: number },
  cycle: Tally,
): LossEstimate => {
  const meanTime = cycle.mean / gamma.mean;
  const expected = mission / meanTime;
  const error = Math.hypot(gamma.relativeError, cycle.relativeError);
  return {
    estimator,
    probability: -Math.expm1(-expected),
    // The exponential flattens what is no longer rare.
    relativeError: expected === 0 ? Number.POSITIVE_INFINITY : (error * expected) / Math.expm1(expected),
    meanTime,
    meanTimeError: error,
    runs: gamma.count,
  };
};

const cycleTimes = (system: LossSystem, stream: LossStream, relativeError: number): Tally => {
  const times = new Tally();
  const lost = new LostHosts(system);
  const rates = lossRates(system);
  while (times.count < 100 || (times.relativeError > relativeError / 5 && times.count < 200_000))
    times.add(lossCycle(lost, rates, stream).time);
  return times;
};

/** @throws RangeError unless lives and repairs are exponential */
export const importanceLoss = (
  system: LossSystem,
  mission: number,
  stream: LossStream,
  { relativeError, most, goOn }: LossEffort,
  bias = usualBias,
): LossEstimate => {
  const rates = lossRates(system);
  const lost = new LostHosts(system);
  const gamma = new Tally();
  const likelihood = new Tally();
  let [weights, squares] = [0, 0];
  while (gamma.count < most) {
    const cycle = lossCycle(lost, rates, stream, bias);
    const weight = cycle.data ? cycle.likelihood : 0;
    gamma.add(weight);
    likelihood.add(cycle.likelihood);
    weights += weight;
    squares += weight * weight;
    if (gamma.count % batch !== 0) continue;
    if (gamma.count >= 10 * batch && gamma.relativeError <= relativeError) break;
    if (!goOn()) break;
  }
  return {
    ...ofCycles("importance", mission, gamma, cycleTimes(system, stream, relativeError)),
    effectiveRuns: squares === 0 ? 0 : weights ** 2 / squares,
    meanLikelihood: { mean: likelihood.mean, error: Math.sqrt(likelihood.error) },
  };
};

/** @throws RangeError unless lives and repairs are exponential */
export const splittingLoss = (
  system: LossSystem,
  mission: number,
  stream: LossStream,
  { relativeError, most, goOn }: LossEffort,
): LossEstimate => {
  const levels = lossLevels(system, lossRates(system), stream);
  const gamma = new Tally();
  while (gamma.count < most) {
    gamma.add(splittingRun(levels, splittingEffort, (n) => Math.floor(stream.next() * n)).probability);
    if (gamma.count >= 20 && gamma.relativeError <= relativeError) break;
    if (!goOn()) break;
  }
  return ofCycles("splitting", mission, gamma, cycleTimes(system, stream, relativeError));
};

export const estimateLoss = (
  estimator: LossEstimator,
  system: LossSystem,
  mission: number,
  stream: LossStream,
  effort: LossEffort,
): LossEstimate => {
  if (!losesAnything(system)) return { estimator, probability: 0, relativeError: 0, runs: 0 };
  switch (estimator) {
    case "direct":
      return directLoss(system, mission, stream, effort);
    case "importance":
      return importanceLoss(system, mission, stream, effort);
    case "splitting":
      return splittingLoss(system, mission, stream, effort);
  }
};

export interface Choice {
  readonly estimator: LossEstimator;
  readonly why: string;
}

/**
 * Picks an estimator from a pilot: direct simulation where it sees losses, otherwise the one of the other two whose
 * error shrinks faster, as far as the laws allow them.
 *
 * @param clock seconds from any origin
 */
export const chooseEstimator = (
  system: LossSystem,
  mission: number,
  stream: LossStream,
  clock: () => number,
): Choice => {
  if (!losesAnything(system)) return { estimator: "direct", why: "nothing is lost for good" };
  const begun = clock();
  const within = (seconds: number) => (): boolean => clock() - begun < seconds;
  const pilot = directLoss(system, mission, stream, { relativeError: 0.3, most: 400, goOn: within(0.5) });
  if (pilot.probability * pilot.runs >= 8)
    return {
      estimator: "direct",
      why: `${Math.round(pilot.probability * pilot.runs)} of ${pilot.runs} missions of a pilot lost data`,
    };
  if (system.life.law !== "exponential" || system.repair.law !== "exponential") {
    return {
      estimator: "direct",
      why: `losses are rare, but ${system.life.law} lives and ${system.repair.law} repairs allow no other estimator`,
    };
  }
  /** Relative variance times seconds: how long one of them takes for the same error. */
  const cost = (estimator: LossEstimator): number => {
    const start = clock();
    const effort = { relativeError: 0, most: estimator === "splitting" ? 20 : 4000, goOn: () => clock() - start < 1 };
    const found = estimateLoss(estimator, system, mission, stream, effort);
    return found.relativeError ** 2 * Math.max(1e-6, clock() - start);
  };
  const [importance, splitting] = [cost("importance"), cost("splitting")];
  const seen = `${Math.round(pilot.probability * pilot.runs)} of ${pilot.runs} missions of a pilot lost data`;
  if (!(importance < Number.POSITIVE_INFINITY || splitting < Number.POSITIVE_INFINITY))
    return { estimator: "importance", why: `${seen}, and no other pilot saw a loss either` };
  return importance <= splitting
    ? {
        estimator: "importance",
        why: `${seen}; failure biasing needs ${ratio(splitting, importance)} less work than splitting`,
      }
    : {
        estimator: "splitting",
        why: `${seen}; splitting needs ${ratio(importance, splitting)} less work than failure biasing`,
      };
};

const ratio = (more: number, less: number): string =>
  more === Number.POSITIVE_INFINITY ? "infinitely" : `${Number((more / less).toPrecision(2))} times`;
