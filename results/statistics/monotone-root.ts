import { StatisticsError } from "./statistics-error.ts";

/**
 * The x between `lower` and `upper` where an increasing function meets `target`, to the last digits: Newton's steps
 * where they stay between the bounds known so far and shrink them well, halving otherwise.
 */
export const monotoneRoot = (
  value: (x: number) => number,
  slope: (x: number) => number,
  target: number,
  lower: number,
  upper: number,
): number => {
  let x = lower + (upper - lower) / 2;
  let lastStep = upper - lower;
  for (;;) {
    const miss = value(x) - target;
    if (miss === 0) return x;
    if (miss < 0) lower = x;
    else upper = x;
    const newton = x - miss / slope(x);
    const usable = newton > lower && newton < upper && Math.abs(newton - x) < lastStep / 2;
    const next = usable ? newton : lower + (upper - lower) / 2;
    lastStep = Math.abs(next - x);
    if (lastStep <= 2 ** -52 * Math.abs(next) || next === x) return next;
    x = next;
  }
};

/**
 * The first power-of-two multiple of `start` where an increasing function reaches `target`.
 * @throws StatisticsError when it is beyond the largest floating-point number
 */
export const upperBound = (value: (x: number) => number, target: number, start: number): number => {
  let bound = start;
  while (value(bound) < target) {
    bound *= 2;
    if (bound === Infinity) throw new StatisticsError("the quantile is beyond the largest floating-point number");
  }
  return bound;
};
