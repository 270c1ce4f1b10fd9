import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "uvu";
import { betaCdf, betaQuantile } from "../../../results/statistics/beta-law.ts";
import { binomialCdf } from "../../../results/statistics/binomial-law.ts";
import { chiSquareCdf, chiSquareQuantile } from "../../../results/statistics/chi-square.ts";
import { gammaCdf, gammaQuantile } from "../../../results/statistics/gamma-law.ts";
import { normalCdf, normalQuantile } from "../../../results/statistics/normal.ts";
import { StatisticsError } from "../../../results/statistics/statistics-error.ts";
import { studentCdf, studentQuantile } from "../../../results/statistics/student-t.ts";
import { normalQuantile as wichura } from "../../../sim/normal-quantile.ts";
import { referenceCases } from "../../sim/reference-values.ts";
import { closeTo } from "./close-to.ts";

test("Student's t quantiles are the reference's", () => {
  for (const [{ p, df }, t] of referenceCases<{ p: number; df: number }, number>("quantile-t-1")) {
    closeTo(studentQuantile(p, df), t, 1e-12, `t(${p}, ${df})`);
  }
});

test("normal quantiles are the reference's, deep into the tail", () => {
  for (const [{ p }, z] of referenceCases<{ p: number }, number>("quantile-norm-1")) {
    closeTo(normalQuantile(p), z, 1e-13, `z(${p})`);
  }
});

test("chi-square quantiles are the reference's", () => {
  for (const [{ p, df }, x] of referenceCases<{ p: number; df: number }, number>("quantile-chi2-1")) {
    closeTo(chiSquareQuantile(p, df), x, 1e-12, `chi-square(${p}, ${df})`);
  }
});

test("the normal and t distribution functions are exact in both tails", () => {
  // mpmath 1.3 at 40 digits.
  const normal = [
    [-37.5, 4.605353009581955e-308],
    [-8.25, 7.919726314642477e-17],
    [-3, 0.0013498980316300946],
    [-0.001953125, 0.4992208163539826],
    [0.75, 0.7733726476231318],
    [2.5, 0.9937903346742238],
    [6, 0.9999999990134123],
  ] as const;
  for (const [z, p] of normal) closeTo(normalCdf(z), p, 1e-13, `Φ(${z})`);
  const student = [
    [-12, 3, 0.0006225079003946683],
    [-1.5, 1, 0.18716704181099883],
    [0.25, 7.5, 0.5953510061553662],
    [2.25, 29, 0.9838967225390514],
    [-40, 2, 0.0003122073360923703],
    [-3, 1000, 0.0013833545221190963],
    [-0.5, 0.5, 0.3786590364647183],
  ] as const;
  for (const [t, df, p] of student) closeTo(studentCdf(t, df), p, 1e-12, `F(${t}; ${df})`);
});

test("two independent roads lead to the normal quantile: inverting the integral and Wichura's fractions", () => {
  for (let exponent = 1; exponent <= 300; exponent++) {
    for (const p of [10 ** -exponent, 3 * 10 ** -exponent]) closeTo(normalQuantile(p), wichura(p), 2e-14, `z(${p})`);
  }
  for (let p = 0.001; p < 1; p += 0.001) {
    assert.ok(Math.abs(normalQuantile(p) - wichura(p)) < 4e-15, `z(${p}): ${normalQuantile(p)}, ${wichura(p)}`);
  }
});

test("every quantile function is the inverse of its distribution function", () => {
  const probability = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true });
  const parameter = fc.double({ min: 0.2, max: 500, noNaN: true });
  fc.assert(
    fc.property(probability, parameter, parameter, (p, a, b) => {
      closeTo(normalCdf(normalQuantile(p)), p, 1e-11, "normal");
      closeTo(studentCdf(studentQuantile(p, a), a), p, 1e-11, `t(${a})`);
      closeTo(chiSquareCdf(chiSquareQuantile(p, a), a), p, 1e-11, `chi-square(${a})`);
      closeTo(gammaCdf(gammaQuantile(p, a, b), a, b), p, 1e-11, `gamma(${a}, ${b})`);
      // Below 1, a parameter piles up probability where floating-point numbers cannot tell it apart.
      closeTo(betaCdf(betaQuantile(p, 1 + a, 1 + b), 1 + a, 1 + b), p, 1e-11, `beta(${1 + a}, ${1 + b})`);
    }),
    { seed: 2 },
  );
});

test("the binomial distribution function is the sum of its probabilities", () => {
  for (const [n, p] of [
    [7, 0.3],
    [30, 0.02],
    [30, 0.97],
  ] as const) {
    let sum = 0;
    let term = (1 - p) ** n;
    for (let k = 0; k <= n; k++) {
      sum += term;
      closeTo(binomialCdf(k, n, p), sum, 1e-12, `P(B(${n}, ${p}) ≤ ${k})`);
      term *= ((n - k) / (k + 1)) * (p / (1 - p));
    }
  }
  assert.equal(binomialCdf(-1, 5, 0.5), 0);
  assert.equal(binomialCdf(5, 5, 1), 1);
  assert.equal(binomialCdf(4, 5, 1), 0);
});

test("certainty has its quantile at the end of the law", () => {
  assert.deepEqual([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)], [-Infinity, 0, Infinity]);
  assert.deepEqual([studentQuantile(0, 3), studentQuantile(0.5, 3), studentQuantile(1, 3)], [-Infinity, 0, Infinity]);
  assert.deepEqual([chiSquareQuantile(0, 3), chiSquareQuantile(1, 3)], [0, Infinity]);
  assert.deepEqual([betaQuantile(0, 2, 3), betaQuantile(1, 2, 3)], [0, 1]);
});

test("a probability outside [0, 1], or no degrees of freedom, is an error", () => {
  for (const p of [-0.1, 1.1, Number.NaN]) {
    assert.throws(() => normalQuantile(p), StatisticsError);
    assert.throws(() => studentQuantile(p, 5), StatisticsError);
    assert.throws(() => chiSquareQuantile(p, 5), StatisticsError);
    assert.throws(() => betaQuantile(p, 5, 1), StatisticsError);
    assert.throws(() => binomialCdf(1, 5, p), StatisticsError);
  }
  assert.throws(() => studentQuantile(0.9, 0), /degrees of freedom is 0: give a finite number above 0/);
  assert.throws(() => studentCdf(0.9, Number.NaN), StatisticsError);
});

test.run();
