import { type MeanInterval, meanInterval } from "./mean-interval.ts";
import { requireSample, type Sample } from "./moments.ts";
import { requireCount, requirePositive, requireProbability } from "./statistics-error.ts";
import { studentQuantile } from "./student-t.ts";

export interface Precision {
  /** Largest relative error wanted, such as 0.05. */
  readonly relative: number;
  /** Default 0.95. */
  readonly confidence?: number;
  /** Replications never to stop before; default 10, at least 2. */
  readonly minimum?: number;
}

/**
 * Whether an interval is narrow enough: half width ≤ |mean| γ / (1 + γ). The divisor turns an error relative to the
 * estimate into one relative to the true mean.
 *
 * Source: Law, Simulation Modeling and Analysis, 9.4.1.
 */
export const isPrecise = (
  interval: { readonly mean: number; readonly halfWidth: number },
  relative: number,
): boolean => {
  requirePositive("relative precision", relative);
  return interval.halfWidth <= (Math.abs(interval.mean) * relative) / (1 + relative);
};

/**
 * The interval at the first replication at which a sequential run stops, or `undefined` where all of `data` does not
 * suffice. Looking after every replication costs some coverage, more the smaller `minimum` is.
 */
export const sequentialStop = (
  data: Sample,
  { relative, confidence = 0.95, minimum = 10 }: Precision,
): MeanInterval | undefined => {
  requireSample("sequential run", data, 0);
  requirePositive("relative precision", relative);
  requireProbability("confidence", confidence);
  requireCount("minimum of replications", minimum, 2);
  let mean = 0;
  let squares = 0;
  for (let count = 1; count <= data.length; count++) {
    const x = data[count - 1] as number;
    const step = x - mean;
    mean += step / count;
    squares += step * (x - mean);
    if (count < minimum) continue;
    const sd = Math.sqrt(squares / (count - 1));
    const halfWidth = (studentQuantile((1 + confidence) / 2, count - 1) * sd) / Math.sqrt(count);
    if (isPrecise({ mean, halfWidth }, relative)) {
      return meanInterval(Array.prototype.slice.call(data, 0, count) as number[], confidence);
    }
  }
  return undefined;
};

/** How far a sequential run is. */
export interface SequentialState {
  /** The interval is narrow enough, at so many observations. */
  readonly stopped: boolean;
  /** Observations to stop at; or, if it has not stopped, to make before it is looked at again. */
  readonly observations: number;
}

/**
 * Where a sequential run stops, or how many observations to make before the next look: as many as the spread so far asks for,
 * and no more than twice as many as there are. Observations that are all 0 are never precise.
 */
export const sequentialState = (
  data: Sample,
  { relative, confidence = 0.95, minimum = 10 }: Precision,
): SequentialState => {
  const found = sequentialStop(data, { relative, confidence, minimum });
  if (found !== undefined && found.mean !== 0) return { stopped: true, observations: found.count };
  const { length } = data;
  if (length < minimum) return { stopped: false, observations: minimum };
  const { mean, halfWidth } = meanInterval(data, confidence);
  const now = halfWidth === 0 ? Number.POSITIVE_INFINITY : halfWidth / Math.abs(mean);
  const asked = Math.ceil(length * (now / (relative / (1 + relative))) ** 2);
  return { stopped: false, observations: Math.max(length + 1, Math.min(2 * length, asked)) };
};
