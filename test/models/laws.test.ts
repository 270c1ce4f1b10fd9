import assert from "node:assert/strict";
import { test } from "uvu";
import {
  density,
  firstOf,
  type Law,
  lawIssues,
  lifetime,
  mean,
  quantile,
  sampleLaw,
  sampleResidual,
  survival,
  variance,
} from "../../models/laws.ts";
import { Streams } from "../../sim/index.ts";
import { referenceFamily } from "./reference-values.ts";
import { assertZScores, zScore } from "./z-scores.ts";

const closeTo = (got: number, want: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(got - want) <= tolerance * Math.abs(want), `${what}: ${got} instead of ${want}`);

const smooth: readonly Law[] = [
  { law: "exponential", mean: 7 },
  { law: "weibull", shape: 0.33, scale: 1000 },
  { law: "weibull", shape: 3, scale: 10 },
  { law: "lognormal", mu: 5.56, sigma: 2.39 },
  { law: "lognormal", mu: 0, sigma: 0.2 },
  { law: "gamma", shape: 0.19, scale: 39.92 },
  { law: "gamma", shape: 60, scale: 3 },
];
const atomic: readonly Law[] = [
  { law: "deterministic", value: 12 },
  { law: "empirical", sample: [9, 1, 4, 4, 30] },
];
const title = (law: Law): string => JSON.stringify(law);

interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly median: number;
  readonly p99: number;
}

test("moments and quantiles are those of the reference values", () => {
  for (const { inputs, value } of referenceFamily<({ dist: string } & Record<string, number>)[], Moments[]>(
    "dist-moments",
  )) {
    for (const [index, { dist, ...parameters }] of inputs.entries()) {
      const law = { law: dist, ...parameters } as unknown as Law;
      const want = value[index]!;
      closeTo(mean(law), want.mean, 1e-9, `mean of ${title(law)}`);
      closeTo(variance(law), want.variance, 1e-9, `variance of ${title(law)}`);
      closeTo(quantile(law, 0.5), want.median, 1e-9, `median of ${title(law)}`);
      closeTo(quantile(law, 0.99), want.p99, 1e-9, `99th percentile of ${title(law)}`);
    }
  }
});

test("the quantile inverts the survival function", () => {
  for (const law of smooth) {
    for (const p of [1e-4, 0.1, 0.5, 0.9, 0.9999]) {
      closeTo(1 - survival(law, quantile(law, p)), p, 1e-9, `P(X ≤ quantile ${p}) of ${title(law)}`);
    }
  }
});

test("the density is the slope of the survival function, and the survival function that of the excess", () => {
  for (const law of smooth) {
    const { excess, survival: above } = lifetime(law);
    for (const p of [0.05, 0.4, 0.95]) {
      const t = quantile(law, p);
      const h = t * 1e-4;
      closeTo((above(t - h) - above(t + h)) / (2 * h), density(law, t), 1e-6, `density of ${title(law)} at ${t}`);
      closeTo((excess(t - h) - excess(t + h)) / (2 * h), above(t), 1e-6, `survival of ${title(law)} at ${t}`);
    }
    closeTo(excess(0), mean(law), 1e-12, `excess at 0 of ${title(law)}`);
  }
});

test("an empirical law counts its sample", () => {
  const law: Law = { law: "empirical", sample: [9, 1, 4, 4, 30] };
  const { excess, survival: above } = lifetime(law);
  assert.equal(mean(law), 9.6);
  assert.deepEqual([0, 1, 4, 29, 30].map(above), [1, 0.8, 0.4, 0.2, 0]);
  assert.deepEqual(
    [0, 0.2, 0.21, 0.6, 1].map((p) => quantile(law, p)),
    [1, 1, 4, 4, 30],
  );
  assert.deepEqual([0, 4, 100].map(excess), [9.6, 31 / 5, 0]);
});

test("samples have the mean of their law", () => {
  const draws = 10_000;
  const checks: Record<string, number> = {};
  for (const law of [...smooth, atomic[1]!]) {
    const stream = new Streams(5).get(title(law));
    // Of a heavy tail the mean of the ranks is checked instead: it has a variance.
    const rank = (): number => survival(law, sampleLaw(law, stream));
    const isAtomic = law.law === "empirical";
    const values = Array.from({ length: draws }, isAtomic ? () => sampleLaw(law, stream) : rank);
    checks[title(law)] = zScore(values, isAtomic ? mean(law) : 0.5);
  }
  assertZScores(checks);
  assert.equal(sampleLaw(atomic[0]!, new Streams(5).get("deterministic")), 12);
});

test("what is left of a life at a random instant has the density P(X > t) / E[X]", () => {
  const draws = 10_000;
  for (const law of [...smooth, ...atomic]) {
    const stream = new Streams(6).get(title(law));
    const { excess, mean: whole } = lifetime(law);
    const ranks = Array.from({ length: draws }, () => 1 - excess(sampleResidual(law, stream)) / whole).sort(
      (a, b) => a - b,
    );
    // Kolmogorov–Smirnov: 2.23 / √n is exceeded once in 10,000.
    const distance = Math.max(...ranks.map((u, i) => Math.max(u - i / draws, (i + 1) / draws - u)));
    assert.ok(distance * Math.sqrt(draws) < 2.23, `${title(law)}: D√n = ${distance * Math.sqrt(draws)}`);
  }
});

test("the first of n lives has the survival function to the power of n", () => {
  for (const law of [
    { law: "exponential", mean: 7 },
    { law: "weibull", shape: 0.7, scale: 68254.3 },
  ] as const) {
    for (const t of [1, 10, 1000]) closeTo(survival(firstOf(law, 32), t), survival(law, t) ** 32, 1e-12, title(law));
  }
});

test("an impossible law is reported at each of its parameters", () => {
  const paths = (law: Law): string[] => lawIssues(law).map(({ path }) => path.join("."));
  assert.deepEqual(paths({ law: "weibull", shape: 0, scale: Number.NaN }), ["shape", "scale"]);
  assert.deepEqual(paths({ law: "gamma", shape: -1, scale: 5 }), ["shape"]);
  assert.deepEqual(paths({ law: "lognormal", mu: Number.POSITIVE_INFINITY, sigma: -1 }), ["mu", "sigma"]);
  assert.deepEqual(paths({ law: "exponential", mean: 0 }), ["mean"]);
  assert.deepEqual(paths({ law: "deterministic", value: -3 }), ["value"]);
  assert.deepEqual(paths({ law: "empirical", sample: [] }), ["sample"]);
  assert.deepEqual(paths({ law: "empirical", sample: [1, 0] }), ["sample.1"]);
  assert.deepEqual([...smooth, ...atomic].flatMap(paths), []);
});

test.run();
