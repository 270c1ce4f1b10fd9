import assert from "node:assert/strict";

/** Asserts that `got` is `want` to a relative tolerance. */
export const closeTo = (got: number, want: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(got - want) <= tolerance * Math.abs(want), `${what}: ${got} instead of ${want}`);

/** Compares by name, to 1e-9; a name that one side lacks fails. */
export const allClose = (got: Record<string, number>, want: Record<string, number>, what: string): void => {
  assert.deepEqual(Object.keys(got).sort(), Object.keys(want).sort(), what);
  for (const [name, value] of Object.entries(want)) closeTo(got[name]!, value, 1e-9, `${what} ${name}`);
};
