import { mean, requireSample, type Sample } from "./moments.ts";
import { StatisticsError } from "./statistics-error.ts";

/** How far predictions are from what was observed, pair by pair. Errors are predicted less observed. */
export interface PredictionError {
  readonly count: number;
  readonly bias: number;
  readonly meanAbsolute: number;
  readonly rootMeanSquare: number;
  /** Root mean square over the mean observation. */
  readonly relativeRootMeanSquare: number;
  /** Mean of |error| / |observed|, and the largest. */
  readonly meanAbsoluteRelative: number;
  readonly largestRelative: number;
  /** Mean of |error| over the mean of both absolute values. */
  readonly symmetric: number;
  /** 1 less the square error over that of the observations' mean: of the line predicted = observed, not of a fitted one. */
  readonly determination: number;
  /** Lin's concordance: 1 when all pairs lie on that line. */
  readonly concordance: number;
  /** Geometric mean of predicted / observed; NaN unless all are above 0. */
  readonly geometricMeanRatio: number;
}

/**
 * Sources: L. Lin, Biometrics 45 (1989), for the concordance, with moments over n; the others are in common use.
 *
 * @throws StatisticsError unless there are as many predictions as observations, at least two, and no observation is 0
 */
export const predictionError = (observed: Sample, predicted: Sample): PredictionError => {
  requirePairs("prediction error", observed, predicted);
  const pairs = Array.from(observed, (real, i) => ({ real, said: predicted[i]!, error: predicted[i]! - real }));
  if (pairs.some(({ real }) => real === 0))
    throw new StatisticsError("prediction error: an observation is 0, of which no error is a part");
  const over = (of: (pair: (typeof pairs)[number]) => number): number => mean(pairs.map(of));
  const [real, said] = [mean(observed), mean(predicted)];
  const square = over(({ error }) => error ** 2);
  const spread = over((pair) => (pair.real - real) ** 2);
  const common = over((pair) => (pair.real - real) * (pair.said - said));
  const arePositive = pairs.every((pair) => pair.real > 0 && pair.said > 0);
  return {
    count: pairs.length,
    bias: over(({ error }) => error),
    meanAbsolute: over(({ error }) => Math.abs(error)),
    rootMeanSquare: Math.sqrt(square),
    relativeRootMeanSquare: Math.sqrt(square) / real,
    meanAbsoluteRelative: over((pair) => Math.abs(pair.error / pair.real)),
    largestRelative: Math.max(...pairs.map((pair) => Math.abs(pair.error / pair.real))),
    symmetric: over((pair) => (2 * Math.abs(pair.error)) / (Math.abs(pair.real) + Math.abs(pair.said))),
    determination: 1 - square / spread,
    concordance: (2 * common) / (spread + over((pair) => (pair.said - said) ** 2) + (real - said) ** 2),
    geometricMeanRatio: arePositive ? Math.exp(over((pair) => Math.log(pair.said / pair.real))) : Number.NaN,
  };
};

/** Refuses samples that are not two of the same length. */
export const requirePairs = (what: string, one: Sample, other: Sample): void => {
  requireSample(what, one, 2);
  requireSample(what, other, 2);
  if (one.length !== other.length)
    throw new StatisticsError(`${what}: ${one.length} and ${other.length} values are no pairs`);
};
