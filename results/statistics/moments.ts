import { StatisticsError } from "./statistics-error.ts";

/** Observations in the order they were made. */
export type Sample = ArrayLike<number>;

/** Sum with the rounding errors of every step added back (Neumaier 1974). */
const sum = (data: Sample, term: (x: number) => number): number => {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < data.length; i++) {
    const x = term(data[i] as number);
    const next = total + x;
    lost += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total;
    total = next;
  }
  return total + lost;
};

/** Refuses samples that are too small or hold a number that is none. */
export const requireSample = (what: string, data: Sample, least: number): void => {
  if (data.length < least) {
    throw new StatisticsError(`${what} of ${data.length} observations: it takes at least ${least}`);
  }
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i]))
      throw new StatisticsError(`${what}: observation ${i} is ${data[i]}: give finite numbers`);
  }
};

/** Arithmetic mean of at least one observation. */
export const mean = (data: Sample): number => {
  requireSample("mean", data, 1);
  return sum(data, (x) => x) / data.length;
};

/** Unbiased sample variance (divisor n − 1) of at least two observations, by deviations from the mean. */
export const variance = (data: Sample): number => {
  requireSample("variance", data, 2);
  const centre = mean(data);
  return sum(data, (x) => (x - centre) ** 2) / (data.length - 1);
};

/** Unbiased sample covariance (divisor n − 1) of at least two pairs. */
export const covariance = (a: Sample, b: Sample): number => {
  requireSample("covariance", a, 2);
  requireSample("covariance", b, 2);
  if (a.length !== b.length)
    throw new StatisticsError(`covariance of ${a.length} and ${b.length} observations: give pairs`);
  const centreA = mean(a);
  const centreB = mean(b);
  const products = Float64Array.from(a, (x, i) => (x - centreA) * ((b[i] as number) - centreB));
  return sum(products, (x) => x) / (a.length - 1);
};
