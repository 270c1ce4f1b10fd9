import { chiSquareQuantile } from "./chi-square.ts";
import type { Interval } from "./mean-interval.ts";
import { requireCount, requirePositive, requireProbability } from "./statistics-error.ts";

export interface RateInterval extends Interval {
  /** Events per unit of exposure. */
  readonly rate: number;
}

/**
 * Exact interval for the rate of a Poisson process that gave `events` in `exposure` (machine-hours, drive-years, …).
 *
 * Source: F. Garwood, Biometrika 28, 1936.
 */
export const rateInterval = (events: number, exposure: number, confidence = 0.95): RateInterval => {
  requireCount("number of events", events, 0);
  requirePositive("exposure", exposure);
  const tail = (1 - requireProbability("confidence", confidence)) / 2;
  return {
    rate: events / exposure,
    lower: events === 0 ? 0 : chiSquareQuantile(tail, 2 * events) / 2 / exposure,
    upper: chiSquareQuantile(1 - tail, 2 * events + 2) / 2 / exposure,
  };
};
