import type { Interval } from "./mean-interval.ts";
import { StatisticsError } from "./statistics-error.ts";

/** Standard uncertainties: of the numerics (replications included), of the model's inputs, and of the data. */
export interface Uncertainties {
  readonly numerical: number;
  readonly input: number;
  readonly data: number;
}

export interface ValidationError {
  /** Simulated less measured. */
  readonly error: number;
  /** Standard uncertainty of the error. */
  readonly uncertainty: number;
  /** Within which the error of the model itself lies: two uncertainties to either side. */
  readonly interval: Interval;
  /** |error| over its uncertainty. */
  readonly ratio: number;
  /** No more than noise would make of a right model. */
  readonly isWithinNoise: boolean;
}

/** Source: ASME V&V 20-2009, for independent effects and coverage factor 2. */
export const validationError = (simulated: number, measured: number, of: Uncertainties): ValidationError => {
  for (const [name, value] of Object.entries(of))
    if (!(value >= 0)) throw new StatisticsError(`validation: the ${name} uncertainty is ${value}: give one from 0 on`);
  const error = simulated - measured;
  const uncertainty = Math.hypot(of.numerical, of.input, of.data);
  return {
    error,
    uncertainty,
    interval: { lower: error - 2 * uncertainty, upper: error + 2 * uncertainty },
    ratio: error === 0 ? 0 : Math.abs(error) / uncertainty,
    isWithinNoise: Math.abs(error) <= 2 * uncertainty,
  };
};
