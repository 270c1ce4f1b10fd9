import assert from "node:assert/strict";

/** Fails unless `actual` is within a relative error of `expected` (absolute around 0). */
export const closeTo = (actual: number, expected: number, relative: number, what: string): void => {
  const error = Math.abs(actual - expected) / (expected === 0 ? 1 : Math.abs(expected));
  assert.ok(error <= relative, `${what}: ${actual} is not ${expected} (relative error ${error}, allowed ${relative})`);
};
