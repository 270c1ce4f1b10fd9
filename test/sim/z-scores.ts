import * as assert from "uvu/assert";

/** Mean of `values` and its standard error, for independent values. */
export function estimate(values: readonly number[]): { mean: number; error: number } {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (n - 1) / n) };
}

/** Wilson and Hilferty's approximation to the chi-square quantile at the standard normal quantile `z`. */
const chiSquare = (df: number, z: number): number => df * (1 - 2 / (9 * df) + z * Math.sqrt(2 / (9 * df))) ** 3;

/** The standard normal quantile that leaves 0.05 % above. */
const Z_9995 = 3.2905;

/**
 * Compares estimates of replications with exact expectations. Each |z| must be below 4, and for each quantity the sum of
 * z² over its (independent) cases must lie in the central 99.9 % of chi-square: too good an agreement is as wrong as too
 * bad a one.
 */
export class ZScores {
  readonly #scores = new Map<string, number[]>();

  /** Checks that independent `values`, one a replication (at least 30), have the mean `expected`. */
  expect(quantity: string, of: string, values: readonly number[], expected: number): void {
    const what = `${quantity} of ${of}`;
    assert.ok(values.length >= 30, `${what}: ${values.length} replications are too few for a normal z-score`);
    const { mean, error } = estimate(values);
    const z = (mean - expected) / error;
    assert.ok(Math.abs(z) < 4, `${what}: ${mean} ± ${error} is not ${expected} (z = ${z})`);
    this.#scores.set(quantity, [...(this.#scores.get(quantity) ?? []), z]);
  }

  /** Checks the sum of squares of every quantity. */
  expectChiSquare(): void {
    for (const [quantity, scores] of this.#scores) {
      const df = scores.length;
      const sum = scores.reduce((total, z) => total + z * z, 0);
      const [low, high] = [Math.max(0, chiSquare(df, -Z_9995)), chiSquare(df, Z_9995)];
      assert.ok(
        low < sum && sum < high,
        `${quantity}: ${df} z-scores have squares of ${sum}, not in (${low}, ${high})`,
      );
    }
  }
}
