import assert from "node:assert/strict";
import { test } from "uvu";
import {
  clopperPearsonInterval,
  wilsonInterval,
  zeroEventBound,
} from "../../../results/statistics/binomial-interval.ts";
import { meanInterval } from "../../../results/statistics/mean-interval.ts";
import { pairedInterval } from "../../../results/statistics/paired-interval.ts";
import { quantileInterval, rankCoverage } from "../../../results/statistics/quantile-interval.ts";
import { rateInterval } from "../../../results/statistics/rate-interval.ts";
import { jackknifeRatio, ratioInterval } from "../../../results/statistics/ratio-interval.ts";
import { StatisticsError } from "../../../results/statistics/statistics-error.ts";
import { welch } from "../../../results/statistics/welch.ts";
import { Streams } from "../../../sim/streams.ts";
import { reference, referenceCases } from "../../sim/reference-values.ts";
import { closeTo } from "./close-to.ts";

test("the t interval over replications is the reference's", () => {
  const { inputs, value } = reference<{ data: number[]; confidence: number }, Record<string, number>>("rep-ci-1");
  const interval = meanInterval(inputs.data, inputs.confidence);
  closeTo(interval.mean, value["mean"] as number, 1e-12, "mean");
  closeTo(interval.sd, value["sd"] as number, 1e-12, "sd");
  closeTo(interval.halfWidth, value["half_width"] as number, 1e-12, "half width");
  closeTo(interval.relative, value["rel"] as number, 1e-12, "relative");
  closeTo(interval.upper - interval.lower, 2 * interval.halfWidth, 1e-12, "width");
});

test("the regenerative ratio, its interval and its jackknife are the reference's", () => {
  const { inputs, value } = reference<{ Y: number[]; tau: number[] }, Record<string, number>>("regen-ratio-1");
  const classical = ratioInterval(inputs.Y, inputs.tau);
  closeTo(classical.ratio, value["r"] as number, 1e-12, "r");
  closeTo(classical.s2, value["s2"] as number, 1e-12, "s2");
  closeTo(classical.halfWidth, value["half_width"] as number, 1e-12, "half width");
  const jackknife = jackknifeRatio(inputs.Y, inputs.tau);
  closeTo(jackknife.ratio, value["jackknife"] as number, 1e-12, "jackknife");
  closeTo(jackknife.halfWidth, value["jackknife_half_width"] as number, 1e-12, "half width of the jackknife");
});

test("Wilson's and Clopper and Pearson's intervals are the reference's, without any event too", () => {
  interface Value {
    readonly wilson: readonly [number, number];
    readonly clopper_pearson: readonly [number, number];
    readonly one_sided_95_upper_if_zero: number | null;
  }
  for (const [{ k, n }, value] of referenceCases<{ k: number; n: number }, Value>("binom-ci-1")) {
    const what = `${k} of ${n}`;
    const wilson = wilsonInterval(k, n);
    closeTo(wilson.lower, value.wilson[0], 1e-11, `Wilson, ${what}`);
    closeTo(wilson.upper, value.wilson[1], 1e-11, `Wilson, ${what}`);
    const exact = clopperPearsonInterval(k, n);
    closeTo(exact.lower, value.clopper_pearson[0], 1e-9, `Clopper–Pearson, ${what}`);
    closeTo(exact.upper, value.clopper_pearson[1], 1e-9, `Clopper–Pearson, ${what}`);
    if (value.one_sided_95_upper_if_zero !== null) {
      closeTo(zeroEventBound(n), value.one_sided_95_upper_if_zero, 1e-12, "bound without events");
    }
  }
  assert.equal(clopperPearsonInterval(20, 20).upper, 1);
  assert.equal(wilsonInterval(20, 20).upper, 1);
});

test("the exact interval of a rate is the reference's", () => {
  const { inputs, value } = reference<{ failures: number; drive_days: number }, Record<string, number>>("rate-ci-1");
  const interval = rateInterval(inputs.failures, inputs.drive_days / 365);
  closeTo(interval.rate, value["AFR"] as number, 1e-12, "rate");
  closeTo(interval.lower, value["lower"] as number, 1e-10, "lower");
  closeTo(interval.upper, value["upper"] as number, 1e-10, "upper");
  assert.equal(rateInterval(0, 10).lower, 0);
  closeTo(rateInterval(0, 10).upper, -Math.log(0.025) / 10, 1e-12, "upper bound without events");
});

test("order statistics cover a quantile as often as the reference says", () => {
  interface Ranks {
    readonly n: number;
    readonly p: number;
    readonly lower_rank: number;
    readonly upper_rank: number;
  }
  for (const [ranks, coverage] of referenceCases<Ranks, number>("quantile-ci-1")) {
    const { n, p, lower_rank, upper_rank } = ranks;
    closeTo(rankCoverage(n, p, lower_rank, upper_rank), coverage, 1e-11, JSON.stringify(ranks));
  }
});

test("the quantile interval takes the innermost ranks that keep half the risk on each side", () => {
  const data = Array.from({ length: 20 }, (_, i) => ((i * 7) % 20) + 1); // 1 … 20, shuffled
  const interval = quantileInterval(data, 0.5);
  assert.deepEqual([interval.lowerRank, interval.upperRank, interval.lower, interval.upper], [6, 15, 6, 15]);
  assert.ok(interval.coverage >= 0.95);
  assert.ok(rankCoverage(20, 0.5, 1, 7) < 0.975 && rankCoverage(20, 0.5, 0, 14) < 0.975);
});

test("where the sample is too small for a bound, the quantile interval is open", () => {
  const interval = quantileInterval([3, 1, 2], 0.99);
  assert.equal(interval.upper, Infinity);
  assert.equal(interval.upperRank, 4);
  assert.equal(interval.lower, 2); // with three draws, P(at most one below the quantile) = 0.0003 but P(at most two) = 0.03
  assert.ok(interval.coverage >= 0.95);
});

test("Welch's comparison is the reference's", () => {
  const { inputs, value } = reference<{ a: number[]; b: number[] }, Record<string, number>>("welch-1");
  const comparison = welch(inputs.a, inputs.b);
  closeTo(comparison.difference, value["diff"] as number, 1e-12, "difference");
  closeTo(comparison.t, value["t"] as number, 1e-12, "t");
  closeTo(comparison.df, value["df"] as number, 1e-12, "df");
  closeTo(comparison.p, value["p"] as number, 1e-11, "p");
  closeTo(comparison.halfWidth, value["half_width"] as number, 1e-11, "half width");
});

test("with common random numbers the paired interval is narrower than Welch's", () => {
  const a: number[] = [];
  const b: number[] = [];
  for (let r = 0; r < 30; r++) {
    a.push(new Streams(5).replication(r).get("service").exponential(1));
    b.push(
      new Streams(5)
        .replication(r)
        .get("service")
        .exponential(1 / 1.2),
    );
  }
  const paired = pairedInterval(a, b);
  closeTo(paired.mean, welch(a, b).difference, 1e-12, "difference");
  assert.ok(paired.halfWidth < welch(a, b).halfWidth / 4);
});

test("an interval of confidence 0.9 covers the true value in nine of ten samples", () => {
  const samples = 2000;
  const stream = new Streams(11).get("coverage");
  const covered = { mean: 0, ratio: 0, paired: 0, welch: 0, quantile: 0, rate: 0 };
  const count = (key: keyof typeof covered, { lower, upper }: { lower: number; upper: number }, truth: number) => {
    if (lower <= truth && truth <= upper) covered[key]++;
  };
  for (let sample = 0; sample < samples; sample++) {
    const a = Array.from({ length: 12 }, () => stream.normal(3, 2));
    const b = Array.from({ length: 9 }, () => stream.normal(1, 0.5));
    count("mean", meanInterval(a, 0.9), 3);
    count("welch", welch(a, b, 0.9), 2);
    count("paired", pairedInterval(a.slice(0, 9), b, 0.9), 2);
    count("quantile", quantileInterval(a, 0.5, 0.9), 3);
    const up = Array.from({ length: 200 }, () => stream.exponential(9));
    const length = up.map((x) => x + stream.exponential(1));
    count("ratio", ratioInterval(up, length, 0.9), 0.9);
    count("rate", rateInterval(stream.poisson(40), 10, 0.9), 4);
  }
  const z = (hits: number, p: number) => (hits - samples * p) / Math.sqrt(samples * p * (1 - p));
  for (const key of ["mean", "welch", "paired", "ratio"] as const) {
    assert.ok(Math.abs(z(covered[key], 0.9)) < 4, `${key}: ${covered[key]}`);
  }
  const exact = quantileInterval(
    Array.from({ length: 12 }, (_, i) => i),
    0.5,
    0.9,
  ).coverage;
  assert.ok(Math.abs(z(covered.quantile, exact)) < 4, `quantile: ${covered.quantile}`);
  assert.ok(z(covered.rate, 0.9) > -4, `rate: ${covered.rate}`);
});

test("a question without an answer is an error that says what to give", () => {
  assert.throws(() => meanInterval([1]), /t interval of 1 observations: it takes at least 2/);
  assert.throws(() => meanInterval([1, Number.NaN]), /observation 1 is NaN/);
  assert.throws(() => meanInterval([1, 2], 95), /confidence is 95: give a number between 0 and 1/);
  assert.throws(() => pairedInterval([1, 2], [1, 2, 3]), StatisticsError);
  assert.throws(() => welch([1, 1], [2, 2]), StatisticsError);
  assert.throws(() => ratioInterval([1, 2], [3]), StatisticsError);
  assert.throws(() => ratioInterval([1, 2], [3, 0]), /cycle 1 has length 0/);
  assert.throws(() => wilsonInterval(3, 2), StatisticsError);
  assert.throws(() => clopperPearsonInterval(0.5, 2), StatisticsError);
  assert.throws(() => zeroEventBound(0), StatisticsError);
  assert.throws(() => rateInterval(1, 0), StatisticsError);
  assert.throws(() => quantileInterval([1], 1), StatisticsError);
  assert.throws(() => rankCoverage(10, 0.5, 5, 5), StatisticsError);
});

test.run();
