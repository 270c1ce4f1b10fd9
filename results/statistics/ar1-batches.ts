import { requireCount, requirePositive, StatisticsError } from "./statistics-error.ts";

export interface Ar1Batches {
  /** Variance of the mean of one batch. */
  readonly variance: number;
  /** Lag-1 autocorrelation of neighbouring batch means. */
  readonly lag1: number;
  /** lim batch × variance as batches grow. */
  readonly asymptotic: number;
  /** batch × variance over its limit: what an interval from these batches understates the variance by. */
  readonly understatement: number;
}

/**
 * Batch means of a stationary AR(1) sequence x_i = phi x_{i−1} + e_i, exactly: the yardstick for choosing batch sizes.
 * @param phi autocorrelation, strictly between −1 and 1
 * @param batch observations a batch
 * @param sigma standard deviation of e
 *
 * Source: double sum of the autocovariances sigma² phi^k / (1 − phi²); Fishman, Discrete-Event Simulation, 6.
 */
export const ar1Batches = (phi: number, batch: number, sigma = 1): Ar1Batches => {
  if (!(Math.abs(phi) < 1)) throw new StatisticsError(`AR(1): phi is ${phi}: a stationary one lies between -1 and 1`);
  requireCount("batch size", batch, 1);
  requirePositive("standard deviation of the noise", sigma);
  const spread = sigma ** 2 / (1 - phi ** 2);
  const rest = 1 - phi ** batch;
  const variance = (spread / batch) * ((1 + phi) / (1 - phi) - (2 * phi * rest) / (batch * (1 - phi) ** 2));
  const covariance = (spread * phi * rest ** 2) / (batch * (1 - phi)) ** 2;
  const asymptotic = (sigma / (1 - phi)) ** 2;
  return { variance, lag1: covariance / variance, asymptotic, understatement: (batch * variance) / asymptotic };
};
