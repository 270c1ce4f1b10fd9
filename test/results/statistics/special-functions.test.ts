import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "uvu";
import { regularisedBeta } from "../../../results/statistics/incomplete-beta.ts";
import { regularisedGammaP, regularisedGammaQ } from "../../../results/statistics/incomplete-gamma.ts";
import { logGamma } from "../../../results/statistics/log-gamma.ts";
import { StatisticsError } from "../../../results/statistics/statistics-error.ts";
import { closeTo } from "./close-to.ts";

// The expected values were computed with mpmath 1.3 at 40 digits.

test("ln Γ is exact to rounding from 1e-8 to 1e12", () => {
  const cases = [
    [1e-8, 18.42068073818021],
    [0.03125, 3.4484891277979584],
    [0.5, 0.5723649429247001],
    [3, Math.LN2],
    [10.25, 13.368023671476045],
    [171.5, 709.1431630309282],
    [1e6, 12815504.569147613],
    [1e12, 26631021115915.652],
  ] as const;
  for (const [x, expected] of cases) closeTo(logGamma(x), expected, 5e-15, `ln Γ(${x})`);
});

test("both incomplete gamma functions keep their digits where they are small", () => {
  const cases = [
    [0.5, 0.125, 0.38292492254802624, 0.6170750774519738],
    [0.35, 3, 0.9918492037103667, 0.008150796289633284],
    [2.5, 40, 0.9999999999999991, 8.391825114831611e-16],
    [30, 12.5, 1.877414718183592e-5, 0.9999812258528181],
    [1000, 1010, 0.6276789447369947, 0.3723210552630053],
    [21512, 21000, 0.0002185185419106605, 0.9997814814580893],
    [0.001, 1e-10, 0.9778006565986258, 0.022199343401374198],
    [1e6, 1003000, 0.9986382593537824, 0.0013617406462175915],
  ] as const;
  for (const [a, x, p, q] of cases) {
    closeTo(regularisedGammaP(a, x), p, 1e-12, `P(${a}, ${x})`);
    closeTo(regularisedGammaQ(a, x), q, 1e-12, `Q(${a}, ${x})`);
  }
});

test("the incomplete beta function is exact to 12 digits for small and large parameters", () => {
  const cases = [
    [0.5, 0.5, 0.25, 1 / 3],
    [2, 3, 0.1, 0.0523],
    [14.5, 0.5, 0.875, 0.05103963578472788],
    [100, 900, 0.125, 0.9936583965886788],
    [5000, 5000, 0.515625, 0.9991130433561586],
    [0.01, 3, 2 ** -20, 0.8836523325862784],
    [49.5, 0.5, 0.96875, 0.07698978161895383],
  ] as const;
  for (const [a, b, x, expected] of cases) closeTo(regularisedBeta(a, b, x), expected, 1e-12, `I_${x}(${a}, ${b})`);
});

test("the incomplete functions rise from 0 to 1, and what one half counts the other leaves", () => {
  const parameter = fc.double({ min: 0.01, max: 1000, noNaN: true });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(parameter, parameter, share, share, (a, b, s, t) => {
      const [low, high] = s <= t ? [s, t] : [t, s];
      assert.ok(regularisedBeta(a, b, low) <= regularisedBeta(a, b, high) + 1e-13);
      assert.ok(Math.abs(regularisedBeta(a, b, s) + regularisedBeta(b, a, 1 - s, s) - 1) < 1e-12);
      assert.ok(regularisedGammaP(a, 3 * a * low) <= regularisedGammaP(a, 3 * a * high) + 1e-13);
      assert.ok(Math.abs(regularisedGammaP(a, 3 * a * s) + regularisedGammaQ(a, 3 * a * s) - 1) < 1e-12);
    }),
    { seed: 1 },
  );
});

test("a parameter without a meaning is an error", () => {
  assert.throws(() => regularisedGammaP(0, 1), StatisticsError);
  assert.throws(() => regularisedGammaQ(1, -1), StatisticsError);
  assert.throws(() => regularisedGammaQ(1, Number.NaN), StatisticsError);
  assert.throws(() => regularisedBeta(1, -1, 0.5), StatisticsError);
  assert.throws(() => regularisedBeta(1, 1, 1.5), /x is 1.5: give a number from 0 to 1/);
});

test.run();
