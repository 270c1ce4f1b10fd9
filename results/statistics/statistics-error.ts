/** A statistic was asked of numbers that do not have it: too few of them, a probability outside (0, 1), … */
export class StatisticsError extends RangeError {
  override readonly name = "StatisticsError";
}

/** Passes a probability strictly between 0 and 1, such as the confidence of an interval. */
export const requireProbability = (what: string, value: number): number => {
  if (value > 0 && value < 1) return value;
  throw new StatisticsError(`${what} is ${value}: give a number between 0 and 1, such as 0.95`);
};

/** Passes a finite number above 0, such as degrees of freedom. */
export const requirePositive = (what: string, value: number): number => {
  if (value > 0 && value < Infinity) return value;
  throw new StatisticsError(`${what} is ${value}: give a finite number above 0`);
};

/** Passes a whole number of at least `least`. */
export const requireCount = (what: string, value: number, least: number): number => {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new StatisticsError(`${what} is ${value}: give a whole number of at least ${least}`);
};
