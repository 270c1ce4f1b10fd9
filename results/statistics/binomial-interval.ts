import { betaQuantile } from "./beta-law.ts";
import type { Interval } from "./mean-interval.ts";
import { normalQuantile } from "./normal.ts";
import { requireCount, requireProbability, StatisticsError } from "./statistics-error.ts";

const requireTrials = (successes: number, trials: number): void => {
  requireCount("number of trials", trials, 1);
  requireCount("number of successes", successes, 0);
  if (successes > trials) throw new StatisticsError(`${successes} successes in ${trials} trials: give at most as many`);
};

/** Wilson's score interval for a probability: close to its confidence on average, also near 0 and 1 (Wilson 1927). */
export const wilsonInterval = (successes: number, trials: number, confidence = 0.95): Interval => {
  requireTrials(successes, trials);
  const z2 = normalQuantile((1 + requireProbability("confidence", confidence)) / 2) ** 2;
  const failures = trials - successes;
  const centre = successes + z2 / 2;
  const spread = Math.sqrt(z2 * ((successes * failures) / trials + z2 / 4));
  return {
    lower: successes === 0 ? 0 : (centre - spread) / (trials + z2),
    upper: failures === 0 ? 1 : (centre + spread) / (trials + z2),
  };
};

/** Clopper and Pearson's interval for a probability: never less than its confidence (Biometrika 26, 1934). */
export const clopperPearsonInterval = (successes: number, trials: number, confidence = 0.95): Interval => {
  requireTrials(successes, trials);
  const tail = (1 - requireProbability("confidence", confidence)) / 2;
  const failures = trials - successes;
  return {
    lower: successes === 0 ? 0 : betaQuantile(tail, successes, failures + 1),
    upper: failures === 0 ? 1 : betaQuantile(1 - tail, successes + 1, failures),
  };
};

/** The one-sided upper bound for a probability after no success in `trials`: 1 − (1 − confidence)^(1/n), about 3/n at 95 %. */
export const zeroEventBound = (trials: number, confidence = 0.95): number => {
  requireCount("number of trials", trials, 1);
  return -Math.expm1(Math.log1p(-requireProbability("confidence", confidence)) / trials);
};
