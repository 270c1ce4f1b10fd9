import assert from "node:assert/strict";
import { test } from "uvu";
import { binomialCdf } from "../../results/statistics/binomial-law.ts";
import { chiSquareCdf, chiSquareQuantile } from "../../results/statistics/chi-square.ts";
import { gammaCdf, gammaQuantile } from "../../results/statistics/gamma-law.ts";
import { regularisedGammaQ } from "../../results/statistics/incomplete-gamma.ts";
import { logGamma } from "../../results/statistics/log-gamma.ts";
import { normalCdf, normalQuantile } from "../../results/statistics/normal.ts";
import { InvalidDraw } from "../../sim/random-errors.ts";
import type { Stream } from "../../sim/stream.ts";
import { Streams } from "../../sim/streams.ts";
import { kolmogorovTail } from "./kolmogorov.ts";
import { referenceCases } from "./reference-values.ts";

const stream = (name: string): Stream => new Streams(20241122).get(name);

interface Law {
  readonly draw: (stream: Stream) => number;
  readonly cdf: (x: number) => number;
  /** E[X^k]. */
  readonly moment: (k: number) => number;
}

const exponential = (mean: number): Law => weibull(1, mean, (s) => s.exponential(mean));

const weibull = (shape: number, scale: number, draw = (s: Stream) => s.weibull(shape, scale)): Law => ({
  draw,
  cdf: (x) => -Math.expm1(-((x / scale) ** shape)),
  moment: (k) => scale ** k * Math.exp(logGamma(1 + k / shape)),
});

const lognormal = (mu: number, sigma: number): Law => ({
  draw: (s) => s.lognormal(mu, sigma),
  cdf: (x) => normalCdf((Math.log(x) - mu) / sigma),
  moment: (k) => Math.exp(k * mu + (k * sigma) ** 2 / 2),
});

const gamma = (shape: number, scale: number): Law => ({
  draw: (s) => s.gamma(shape, scale),
  cdf: (x) => gammaCdf(x, shape, scale),
  moment: (k) => scale ** k * Math.exp(logGamma(shape + k) - logGamma(shape)),
});

const normal = (mu: number, sd: number): Law => ({
  draw: (s) => s.normal(mu, sd),
  cdf: (x) => normalCdf((x - mu) / sd),
  moment: (k) =>
    [1, mu, mu ** 2 + sd ** 2, mu ** 3 + 3 * mu * sd ** 2, mu ** 4 + 6 * mu ** 2 * sd ** 2 + 3 * sd ** 4][k] as number,
});

const uniform = (a: number, b: number): Law => ({
  draw: (s) => s.uniform(a, b),
  cdf: (x) => (x - a) / (b - a),
  moment: (k) => (b ** (k + 1) - a ** (k + 1)) / ((k + 1) * (b - a)),
});

/** z-scores of the sample's mean and variance about their expectations; the standard error is exact, too. */
const momentScores = ({ moment }: Law, data: Float64Array): { mean: number; variance: number } => {
  const [m1, m2, m3, m4] = [moment(1), moment(2), moment(3), moment(4)];
  const variance = m2 - m1 ** 2;
  const fourth = m4 - 4 * m1 * m3 + 6 * m1 ** 2 * m2 - 3 * m1 ** 4;
  const mean = data.reduce((sum, x) => sum + (x - m1), 0) / data.length;
  const squares = data.reduce((sum, x) => sum + (x - m1) ** 2, 0) / data.length;
  return {
    mean: mean / Math.sqrt(variance / data.length),
    variance: (squares - variance) / Math.sqrt((fourth - variance ** 2) / data.length),
  };
};

const count = 100_000;
const sampleOf = (name: string, law: Law): Float64Array => {
  const source = stream(name);
  return Float64Array.from({ length: count }, () => law.draw(source));
};

const continuous: Record<string, Law> = {
  "uniform(0, 1)": { ...uniform(0, 1), draw: (s) => s.next() },
  "uniform(-3, 8)": uniform(-3, 8),
  "exponential(100)": exponential(100),
  "normal(0, 1)": normal(0, 1),
  "normal(-5, 0.01)": normal(-5, 0.01),
  "lognormal(0.05, 1.4)": lognormal(0.05, 1.4),
  "weibull(0.48, 817)": weibull(0.48, 817),
  "weibull(1.5, 10)": weibull(1.5, 10),
  "gamma(0.19, 40)": gamma(0.19, 40),
  "gamma(0.999, 1)": gamma(0.999, 1),
  "gamma(1, 3)": gamma(1, 3),
  "gamma(2.5, 0.1)": gamma(2.5, 0.1),
  "gamma(400, 2)": gamma(400, 2),
};

test("every continuous law passes Kolmogorov and Smirnov's test of its distribution function", () => {
  for (const [name, law] of Object.entries(continuous)) {
    const sorted = sampleOf(`KS ${name}`, law).sort();
    let distance = 0;
    for (const [i, x] of sorted.entries()) {
      const p = law.cdf(x);
      distance = Math.max(distance, (i + 1) / count - p, p - i / count);
    }
    const p = kolmogorovTail(distance * Math.sqrt(count));
    assert.ok(p > 6e-5 && p < 1 - 6e-5, `${name}: a distance of ${distance} has p = ${p}`);
  }
});

test("every continuous law has its mean and variance", () => {
  for (const [name, law] of Object.entries(continuous)) {
    const { mean, variance } = momentScores(law, sampleOf(`moments ${name}`, law));
    assert.ok(Math.abs(mean) < 4 && Math.abs(variance) < 4, `${name}: z = ${mean} (mean), ${variance} (variance)`);
  }
});

test("the laws of failures and repairs have the reference's moments, median and 99th percentile", () => {
  type Inputs =
    | { readonly dist: "exponential"; readonly mean: number }
    | { readonly dist: "weibull" | "gamma"; readonly shape: number; readonly scale: number }
    | { readonly dist: "lognormal"; readonly mu: number; readonly sigma: number };
  interface Value {
    readonly mean: number;
    readonly variance: number;
    readonly median: number;
    readonly p99: number;
  }
  const lawOf = (inputs: Inputs): Law => {
    if (inputs.dist === "exponential") return exponential(inputs.mean);
    if (inputs.dist === "lognormal") return lognormal(inputs.mu, inputs.sigma);
    return inputs.dist === "weibull" ? weibull(inputs.shape, inputs.scale) : gamma(inputs.shape, inputs.scale);
  };
  const quantileOf = (inputs: Inputs, p: number): number => {
    if (inputs.dist === "exponential") return -inputs.mean * Math.log1p(-p);
    if (inputs.dist === "lognormal") return Math.exp(inputs.mu + inputs.sigma * normalQuantile(p));
    if (inputs.dist === "weibull") return inputs.scale * (-Math.log1p(-p)) ** (1 / inputs.shape);
    return gammaQuantile(p, inputs.shape, inputs.scale);
  };
  const same = (actual: number, expected: number, what: string) =>
    assert.ok(Math.abs(actual / expected - 1) < 1e-9, `${what}: ${actual} is not ${expected}`);
  const zs: number[] = [];
  for (const [inputs, value] of referenceCases<Inputs, Value>("dist-moments-1")) {
    const what = JSON.stringify(inputs);
    const law = lawOf(inputs);
    same(law.moment(1), value.mean, `${what}: mean`);
    same(law.moment(2) - law.moment(1) ** 2, value.variance, `${what}: variance`);
    same(quantileOf(inputs, 0.5), value.median, `${what}: median`);
    same(quantileOf(inputs, 0.99), value.p99, `${what}: 99th percentile`);

    const data = sampleOf(`reference ${what}`, law);
    const { mean, variance } = momentScores(law, data);
    const below = (x: number, p: number) =>
      (data.reduce((hits, y) => hits + (y <= x ? 1 : 0), 0) - p * count) / Math.sqrt(p * (1 - p) * count);
    for (const z of [mean, variance, below(value.median, 0.5), below(value.p99, 0.99)]) {
      assert.ok(Math.abs(z) < 4, `${what}: z = ${z}`);
    }
    zs.push(mean, below(value.median, 0.5));
  }
  // Mean and median of one sample correlate a little; their squares still sum to about their number.
  const squares = zs.reduce((sum, z) => sum + z * z, 0);
  assert.ok(
    squares > chiSquareQuantile(0.0005, zs.length) && squares < chiSquareQuantile(0.9995, zs.length),
    `${squares}`,
  );
});

/** Fails where draws on 0, 1, 2, … do not follow P(X ≤ k), by chi-square over classes that expect at least 20. */
const expectCounts = (name: string, draw: (stream: Stream) => number, cdf: (k: number) => number, from = 0): void => {
  const source = stream(name);
  const counts = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const k = draw(source);
    assert.ok(Number.isSafeInteger(k), `${name}: ${k} is no whole number`);
    counts.set(k, (counts.get(k) ?? 0) + 1);
  }
  const keys = [...counts.keys()].sort((a, b) => a - b);
  assert.ok((keys[0] as number) >= from, `${name}: ${keys[0]} is below ${from}`);
  let chiSquare = 0;
  let classes = 0;
  let seen = 0;
  let before = 0;
  for (let k = from; k <= (keys.at(-1) as number); k++) {
    seen += counts.get(k) ?? 0;
    const expected = (cdf(k) - before) * count;
    const left = (1 - cdf(k)) * count;
    if (expected < 20 || left < 20) continue;
    chiSquare += (seen - expected) ** 2 / expected;
    classes++;
    seen = 0;
    before = cdf(k);
  }
  const rest = (1 - before) * count;
  chiSquare += (seen - rest) ** 2 / rest;
  const p = 1 - chiSquareCdf(chiSquare, classes);
  assert.ok(classes >= 1 && p > 6e-5 && p < 1 - 6e-5, `${name}: chi-square ${chiSquare} (${classes}) has p = ${p}`);
};

test("Poisson counts follow their law, counted up or leapt over", () => {
  for (const mean of [0.01, 1, 4.5, 16, 16.5, 90, 3000]) {
    expectCounts(
      `poisson ${mean}`,
      (s) => s.poisson(mean),
      (k) => regularisedGammaQ(k + 1, mean),
    );
  }
  assert.equal(stream("none").poisson(0), 0);
});

test("binomial counts follow their law, counted up or halved", () => {
  for (const [n, p] of [
    [1, 0.3],
    [20, 0.5],
    [20, 0.93],
    [300, 0.01],
    [300, 0.4],
    [100_000, 0.999],
    [1_000_000_000, 1e-7],
  ] as const) {
    expectCounts(
      `binomial ${n} ${p}`,
      (s) => s.binomial(n, p),
      (k) => binomialCdf(k, n, p),
    );
  }
  assert.deepEqual(
    [0, 1].map((p) => stream("sure").binomial(1000, p)),
    [0, 1000],
  );
  assert.equal(stream("none").binomial(0, 0.5), 0);
});

test("integers, choices, empirical draws and coins are equally likely in each of their values", () => {
  for (const [a, b] of [
    [0, 1],
    [-3, 3],
    [1, 6],
    [0, 999],
  ] as const) {
    expectCounts(
      `integer ${a} ${b}`,
      (s) => s.integer(a, b),
      (k) => Math.min(1, (k - a + 1) / (b - a + 1)),
      a,
    );
  }
  expectCounts(
    "choice",
    (s) => s.choice([0, 1, 2]),
    (k) => Math.min(1, (k + 1) / 3),
  );
  expectCounts(
    "empirical",
    (s) => s.empirical(Float64Array.of(2, 0, 0, 1)),
    (k) => [0.5, 0.75][k] ?? 1,
  );
  expectCounts(
    "bernoulli",
    (s) => (s.bernoulli(0.2) ? 1 : 0),
    (k) => (k === 0 ? 0.8 : 1),
  );
});

test("integers reach across the whole range that a double can count", () => {
  const source = stream("wide");
  const quarters = [0, 0, 0, 0];
  for (let i = 0; i < 40_000; i++) {
    const x = source.integer(-(2 ** 52), 2 ** 52 - 1);
    assert.ok(Number.isSafeInteger(x));
    const quarter = Math.floor((x + 2 ** 52) / 2 ** 51);
    quarters[quarter] = (quarters[quarter] as number) + 1;
  }
  for (const hits of quarters) assert.ok(Math.abs(hits - 10_000) / Math.sqrt(7500) < 4, `${quarters}`);
  assert.equal(source.integer(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  // 3 × 2^51 values leave a quarter of the uniforms over, which must be drawn again.
  const thirds = [0, 0, 0];
  for (let i = 0; i < 30_000; i++) {
    const third = Math.floor(source.integer(0, 3 * 2 ** 51 - 1) / 2 ** 51);
    thirds[third] = (thirds[third] as number) + 1;
  }
  for (const hits of thirds) assert.ok(Math.abs(hits - 10_000) / Math.sqrt(20_000 / 3) < 4, `${thirds}`);
});

test("every order of a shuffled list is equally likely, and the list stays as it was", () => {
  const list = Object.freeze([0, 1, 2, 3]);
  const places = (order: readonly number[]) => order.reduce((index, x) => 4 * index + x, 0);
  const orders = new Map<number, number>();
  const source = stream("shuffle");
  for (let i = 0; i < 24_000; i++) {
    const order = places(source.shuffle(list));
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  assert.equal(orders.size, 24);
  const chiSquare = [...orders.values()].reduce((sum, hits) => sum + (hits - 1000) ** 2 / 1000, 0);
  const p = 1 - chiSquareCdf(chiSquare, 23);
  assert.ok(p > 6e-5 && p < 1 - 6e-5, `p = ${p}`);
  assert.deepEqual([source.shuffle([]), source.shuffle(["a"])], [[], ["a"]]);
});

test("a mean, spread or scale of zero gives a constant", () => {
  const source = stream("constant");
  const constants = [
    source.exponential(0),
    source.normal(4, 0),
    source.weibull(2, 0),
    source.gamma(2, 0),
    source.uniform(3, 3),
  ];
  assert.deepEqual(constants.map(Math.abs), [0, 4, 0, 0, 3]);
  assert.equal(source.lognormal(0, 0), 1);
});

test("a parameter outside its law is refused, naming stream, law and value", () => {
  const source = new Streams(1).replication(3).get("repairs");
  assert.throws(
    () => source.exponential(-2),
    new InvalidDraw("replication 3/repairs", "exponential", "mean", -2, "a finite number of at least 0"),
  );
  assert.throws(
    () => source.choice([]),
    /stream "replication 3\/repairs": choice with values = \[\]: give at least one/,
  );
  const bad: (() => unknown)[] = [];
  const text = "1" as unknown as number;
  for (const x of [Number.NaN, Infinity, -1, text]) {
    bad.push(
      () => source.exponential(x),
      () => source.normal(0, x),
      () => source.lognormal(0, x),
    );
    bad.push(
      () => source.weibull(x, 1),
      () => source.weibull(1, x),
      () => source.gamma(x, 1),
      () => source.gamma(1, x),
    );
    bad.push(
      () => source.bernoulli(x),
      () => source.poisson(x),
      () => source.binomial(x, 0.5),
      () => source.binomial(5, x),
    );
  }
  for (const x of [Number.NaN, Infinity, text]) {
    bad.push(
      () => source.uniform(x, 1),
      () => source.uniform(0, x),
      () => source.normal(x, 1),
      () => source.lognormal(x, 1),
    );
  }
  bad.push(
    () => source.uniform(2, 1),
    () => source.uniform(-1e308, 1e308),
    () => source.integer(2, 1),
  );
  bad.push(
    () => source.integer(0.5, 2),
    () => source.integer(0, 2.5),
    () => source.integer(-2, Number.MAX_SAFE_INTEGER),
  );
  bad.push(
    () => source.weibull(0, 1),
    () => source.gamma(0, 1),
    () => source.binomial(1.5, 0.5),
    () => source.bernoulli(1.1),
  );
  bad.push(
    () => source.choice([]),
    () => source.choice(3 as never),
    () => source.choice(undefined as never),
    () => source.empirical([]),
    () => source.empirical([Number.NaN]),
  );
  for (const draw of bad) assert.throws(draw, InvalidDraw, String(draw));
});

test.run();
