/**
 * What the examples draw from. A `Stream` of this package is one; so is any other generator with these laws, which is
 * how the published results of the classic examples are reproduced. All arguments and results are in model units.
 */
export interface RandomSource {
  uniform(from: number, to: number): number;
  exponential(mean: number): number;
  normal(mean: number, deviation: number): number;
  /** A whole number from `from` to `to`, both included. */
  integer(from: number, to: number): number;
  choice<T>(items: readonly T[]): T;
}
