import assert from "node:assert/strict";
import { test } from "uvu";
import { equivalence } from "../../../results/statistics/equivalence.ts";
import { limitsOfAgreement } from "../../../results/statistics/limits-of-agreement.ts";
import { predictionError } from "../../../results/statistics/prediction-error.ts";
import { coverageTest, predictionScore } from "../../../results/statistics/prediction-score.ts";
import { StatisticsError } from "../../../results/statistics/statistics-error.ts";
import { distanceOf } from "../../../results/statistics/two-samples.ts";
import { validationError } from "../../../results/statistics/validation-uncertainty.ts";
import { Streams } from "../../../sim/streams.ts";
import { reference, referenceCases } from "../../sim/reference-values.ts";
import { closeTo } from "./close-to.ts";

interface Pairs {
  readonly real: number[];
  readonly sim: number[];
  readonly margin: number;
}

test("errors of predictions are the reference's", () => {
  const { inputs, value } = reference<Pairs, Record<string, number>>("val-error-1");
  const found = predictionError(inputs.real, inputs.sim);
  for (const [mine, theirs] of [
    [100 * found.meanAbsoluteRelative, "MAPE"],
    [100 * found.symmetric, "sMAPE"],
    [found.rootMeanSquare, "RMSE"],
    [found.relativeRootMeanSquare, "NRMSE"],
    [found.bias, "ME"],
    [found.meanAbsolute, "MAE"],
    [found.determination, "R2_identity"],
    [found.concordance, "CCC"],
    [found.geometricMeanRatio, "GMR"],
    [100 * found.largestRelative, "max_abs_pct"],
  ] as const)
    closeTo(mine, value[theirs]!, 1e-9, theirs);
  assert.throws(() => predictionError([1, 2], [1]), StatisticsError);
  assert.throws(() => predictionError([1, 0], [1, 1]), /an observation is 0/);
});

test("limits of agreement and their intervals are the reference's", () => {
  const { inputs, value } = reference<Pairs, Record<string, number | number[]>>("bland-altman-1");
  const found = limitsOfAgreement(inputs.real, inputs.sim);
  for (const name of ["bias", "sd", "lower", "upper"] as const) closeTo(found[name], value[name] as number, 1e-9, name);
  for (const [interval, name] of [
    [found.biasInterval, "bias_ci"],
    [found.lowerInterval, "lower_limit_ci"],
    [found.upperInterval, "upper_limit_ci"],
  ] as const) {
    closeTo(interval.lower, (value[name] as number[])[0]!, 1e-9, name);
    closeTo(interval.upper, (value[name] as number[])[1]!, 1e-9, name);
  }
});

test("distances of samples are the reference's, and exact levels those of samples of one law", () => {
  const { inputs, value } = reference<{ x: number[]; y: number[] }, Record<string, number>>("ks-wasserstein-1");
  const found = distanceOf(inputs.x, inputs.y);
  for (const [mine, theirs] of [
    [found.largest, "D"],
    [found.p, "p_exact"],
    [found.asymptoticP, "p_asymptotic"],
    [found.area, "W1"],
    [found.energy, "energy_distance"],
  ] as const)
    closeTo(mine, value[theirs]!, 1e-9, theirs);
  assert.equal(distanceOf([1, 2, 3], [1, 2, 3]).p, 1);
  const draws = new Streams(5).get("samples");
  let below = 0;
  const trials = 2000;
  for (let i = 0; i < trials; i++) {
    const sample = (n: number): number[] => Array.from({ length: n }, () => draws.uniform(0, 1));
    if (distanceOf(sample(9), sample(14)).p <= 0.05) below++;
  }
  // The law is discrete: no more than 5 %, and not far less.
  assert.ok(below / trials <= 0.05 + 3 * Math.sqrt((0.05 * 0.95) / trials) && below / trials > 0.02, `${below}`);
});

test("equivalence is the reference's, and is not claimed for what is too few or too far", () => {
  const { inputs, value } = reference<Pairs, Record<string, number | number[]>>("tost-1");
  const found = equivalence(inputs.real, inputs.sim, inputs.margin);
  closeTo(found.pLower, value["p_lower"] as number, 1e-7, "lower");
  closeTo(found.pUpper, value["p_upper"] as number, 1e-7, "upper");
  closeTo(found.p, value["p_tost"] as number, 1e-7, "p");
  closeTo(found.ratio.lower, (value["ratio_ci90"] as number[])[0]!, 1e-9, "ratio");
  closeTo(found.ratio.upper, (value["ratio_ci90"] as number[])[1]!, 1e-9, "ratio");
  assert.equal(found.isEquivalent, true);
  assert.equal(
    equivalence(
      inputs.real,
      inputs.sim.map((one) => 1.12 * one),
      1.1,
    ).isEquivalent,
    false,
  );
  assert.equal(equivalence([1, 1], [0.9, 1.12], 1.1).isEquivalent, false);
  assert.throws(() => equivalence([1, -1], [1, 1], 1.1), /above 0/);
  assert.throws(() => equivalence([1, 1], [1, 1], 1), /factor above 1/);
});

test("scores of predictions and coverage are the reference's", () => {
  const scores = referenceCases<{ mu: number; sigma: number; y: number }, Record<string, number | boolean>>(
    "pi-score-1",
  );
  for (const [i, [inputs, value]] of scores.entries()) {
    const found = predictionScore(inputs.mu, inputs.sigma, inputs.y);
    closeTo(found.rankedProbability, value["CRPS"] as number, 1e-8, `case ${i}`);
    closeTo(found.interval, value["interval_score_95"] as number, 1e-8, `case ${i}`);
    closeTo(found.transform, value["PIT"] as number, 1e-8, `case ${i}`);
    assert.equal(found.isCovered, value["covered"], `case ${i}`);
  }
  const tests = referenceCases<{ covered: number; n: number; nominal: number }, Record<string, number>>(
    "coverage-test-1",
  );
  for (const [i, [inputs, value]] of tests.entries()) {
    const found = coverageTest(inputs.covered, inputs.n, inputs.nominal);
    closeTo(found.p, value["p_two_sided"]!, 1e-8, `case ${i}`);
    closeTo(found.pLower, value["p_lower"]!, 1e-8, `case ${i}`);
  }
});

test("validation errors and their uncertainties are the reference's", () => {
  const cases = referenceCases<Record<string, number>, Record<string, number | number[] | boolean>>("vv20-1");
  for (const [i, [inputs, value]] of cases.entries()) {
    const of = { numerical: inputs["u_num"]!, input: inputs["u_input"]!, data: inputs["u_D"]! };
    const found = validationError(inputs["S"]!, inputs["D"]!, of);
    closeTo(found.error, value["E"] as number, 1e-9, `case ${i}`);
    closeTo(found.uncertainty, value["u_val"] as number, 1e-9, `case ${i}`);
    closeTo(found.interval.lower, (value["interval_k2"] as number[])[0]!, 1e-9, `case ${i}`);
    closeTo(found.interval.upper, (value["interval_k2"] as number[])[1]!, 1e-9, `case ${i}`);
    closeTo(found.ratio, value["ratio"] as number, 1e-9, `case ${i}`);
    assert.equal(found.isWithinNoise, value["within_noise"], `case ${i}`);
  }
});

test.run();
