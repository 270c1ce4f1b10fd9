import { type MeanInterval, meanInterval } from "./mean-interval.ts";
import type { Sample } from "./moments.ts";
import { StatisticsError } from "./statistics-error.ts";

/**
 * Student's t interval for the mean of a − b over pairs: two systems run with common random numbers, replication by
 * replication. The gain of common random numbers lies in pairing; `welch` would not see it.
 */
export const pairedInterval = (a: Sample, b: Sample, confidence = 0.95): MeanInterval => {
  if (a.length !== b.length) {
    throw new StatisticsError(`paired interval of ${a.length} and ${b.length} observations: give pairs`);
  }
  return meanInterval(
    Float64Array.from(a, (x, i) => x - (b[i] as number)),
    confidence,
  );
};
