import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "uvu";
import { ar1Batches } from "../../../results/statistics/ar1-batches.ts";
import { batchMeans } from "../../../results/statistics/batch-means.ts";
import { mean, variance } from "../../../results/statistics/moments.ts";
import { mser } from "../../../results/statistics/mser.ts";
import { isPrecise, sequentialStop } from "../../../results/statistics/sequential-stop.ts";
import { StatisticsError } from "../../../results/statistics/statistics-error.ts";
import { Streams } from "../../../sim/streams.ts";
import { reference, referenceCases } from "../../sim/reference-values.ts";
import { closeTo } from "./close-to.ts";
import { lehmerUniforms, rounded } from "./lehmer.ts";

test("a sequential run stops at the reference's replication", () => {
  interface Inputs {
    readonly first3: readonly number[];
    readonly cases: readonly { readonly rel_precision: number; readonly n0: number }[];
  }
  interface Value {
    readonly n_stop: number;
    readonly mean: number;
    readonly half_width: number;
  }
  const { inputs, value } = reference<Inputs, readonly Value[]>("seq-stop-1");
  const data = lehmerUniforms(310)
    .slice(10)
    .map((u) => rounded(5 - 10 * Math.log(1 - u), 6));
  assert.deepEqual(data.slice(0, 3), inputs.first3);
  for (const [i, { rel_precision, n0 }] of inputs.cases.entries()) {
    const expected = value[i] as Value;
    const stop = sequentialStop(data, { relative: rel_precision, minimum: n0 });
    assert.equal(stop?.count, expected.n_stop);
    closeTo(stop?.mean as number, expected.mean, 1e-12, "mean");
    closeTo(stop?.halfWidth as number, expected.half_width, 1e-12, "half width");
  }
});

test("a sequential run that never gets precise does not stop", () => {
  assert.equal(sequentialStop([1, -1, 1, -1, 1, -1], { relative: 0.1, minimum: 2 }), undefined);
  assert.equal(sequentialStop([], { relative: 0.1 }), undefined);
});

test("a precise interval is narrow against the true mean, not only against the estimate", () => {
  assert.equal(isPrecise({ mean: 10, halfWidth: 0.95 }, 0.1), false);
  assert.equal(isPrecise({ mean: -10, halfWidth: 0.9 }, 0.1), true);
});

test("MSER-5 deletes the reference's warm-up", () => {
  const { inputs, value } = reference<{ first3: number[] }, Record<string, number>>("mser5-1");
  const data = lehmerUniforms(400).map((u, i) => rounded(10 * Math.exp(-i / 30) + 2 * (u - 0.5), 6));
  assert.deepEqual(data.slice(0, 3), inputs.first3);
  const warmUp = mser(data);
  assert.equal(warmUp.batches, value["d_batches"]);
  assert.equal(warmUp.observations, value["deleted_obs"]);
  closeTo(warmUp.statistic, value["mser"] as number, 1e-12, "statistic");
  closeTo(warmUp.truncatedMean, value["truncated_mean"] as number, 1e-12, "truncated mean");
  closeTo(warmUp.untruncatedMean, value["untruncated_mean"] as number, 1e-12, "mean");
  assert.equal(warmUp.unsettled, false);
});

test("MSER minimises its statistic over the first half of the batches", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 40 }), (data) => {
      const { batches, statistic } = mser(data, { batch: 1 });
      const at = (d: number) => {
        const rest = data.slice(d);
        return rest.length < 2 ? 0 : (variance(rest) * (rest.length - 1)) / rest.length ** 2;
      };
      closeTo(at(batches), statistic, 1e-9, "statistic");
      for (let d = 0; d <= data.length / 2; d++) assert.ok(at(d) >= statistic - 1e-9);
    }),
    { seed: 3 },
  );
});

test("a run without any level part is reported as unsettled", () => {
  const rising = Array.from({ length: 100 }, (_, i) => i);
  assert.equal(mser(rising).unsettled, true);
});

test("batch means and their autocorrelation are the reference's", () => {
  const { inputs, value } = reference<{ first4: number[] }, Record<string, number>>("batch-ci-1");
  const data = [0];
  for (const u of lehmerUniforms(399)) data.push(0.8 * (data.at(-1) as number) + (u - 0.5));
  const run = data.map((x) => rounded(x, 9));
  assert.deepEqual(run.slice(0, 4), inputs.first4);
  const batches = batchMeans(run, { batches: 20 });
  assert.equal(batches.batchSize, 20);
  closeTo(batches.mean, value["mean"] as number, 1e-12, "mean");
  closeTo(batches.sd, value["sd"] as number, 1e-12, "sd");
  closeTo(batches.halfWidth, value["half_width"] as number, 1e-12, "half width");
  closeTo(batches.vonNeumann, value["von_neumann"] as number, 1e-12, "von Neumann ratio");
  closeTo(batches.lag1, value["lag1"] as number, 1e-12, "lag 1");
});

test("batch means drop the first observations that do not fill a batch", () => {
  const batches = batchMeans([1e9, 1, 3, 5, 7], { batches: 2 });
  assert.equal(batches.batchSize, 2);
  assert.equal(batches.mean, 4);
});

test("a run that never varies has an interval of width 0", () => {
  const batches = batchMeans(new Float64Array(40).fill(7), { batches: 4 });
  assert.deepEqual([batches.mean, batches.halfWidth, batches.vonNeumann], [7, 0, Number.NaN]);
});

interface Ar1 {
  readonly phi: number;
  readonly b: number;
  readonly sigma_e: number;
}

test("the closed form of AR(1) batch means is the reference's", () => {
  for (const [{ phi, b, sigma_e }, value] of referenceCases<Ar1, Record<string, number>>("batch-ar1-1")) {
    const exact = ar1Batches(phi, b, sigma_e);
    closeTo(exact.variance, value["var_batch_mean"] as number, 1e-11, "variance");
    closeTo(exact.lag1, value["lag1_autocorr_batch_means"] as number, 1e-11, "lag 1");
    closeTo(exact.asymptotic, value["asymptotic_variance_constant"] as number, 1e-11, "limit");
    closeTo(exact.understatement, value["variance_understatement_factor"] as number, 1e-11, "understatement");
  }
});

test("simulated AR(1) batch means have the variance and autocorrelation of the closed form", () => {
  const streams = new Streams(20240607);
  const zs: number[] = [];
  for (const [{ phi, b, sigma_e }] of referenceCases<Ar1, unknown>("batch-ar1-1").slice(0, 4)) {
    const exact = ar1Batches(phi, b, sigma_e);
    const noise = streams.get(`phi ${phi}, batch ${b}`);
    const variances: number[] = [];
    const products: number[] = [];
    for (let run = 0; run < 400; run++) {
      let x = noise.normal(0, sigma_e / Math.sqrt(1 - phi ** 2)); // stationary from the start
      const means = [0, 0].map(() => {
        let sum = 0;
        for (let i = 0; i < b; i++) {
          sum += x;
          x = phi * x + noise.normal(0, sigma_e);
        }
        return sum / b;
      });
      const [first, second] = means as [number, number];
      variances.push(first ** 2);
      products.push(first * second);
    }
    for (const [values, truth] of [
      [variances, exact.variance],
      [products, exact.variance * exact.lag1],
    ] as const) {
      zs.push((mean(values) - truth) / Math.sqrt(variance(values) / values.length));
    }
  }
  for (const z of zs) assert.ok(Math.abs(z) < 4, `z = ${zs.join(", ")}`);
});

test("a run too short for the question is an error", () => {
  assert.throws(() => mser([1, 2, 3, 4, 5, 6]), /MSER of 6 observations: it takes at least 10/);
  assert.throws(() => mser([1, 2, 3], { batch: 0 }), StatisticsError);
  assert.throws(() => batchMeans([1, 2], { batches: 3 }), StatisticsError);
  assert.throws(() => batchMeans([1, 2], { batches: 1 }), StatisticsError);
  assert.throws(() => ar1Batches(1, 10), StatisticsError);
  assert.throws(() => sequentialStop([1, 2], { relative: 0 }), StatisticsError);
  assert.throws(() => sequentialStop([1, 2], { relative: 0.1, minimum: 1 }), StatisticsError);
});

test.run();
