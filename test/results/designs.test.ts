import { test } from "uvu";
import * as assert from "uvu/assert";
import { latinHypercube } from "../../results/designs/latin-hypercube.ts";
import { polynomials, sobolSequence } from "../../results/designs/sobol-sequence.ts";
import { Streams } from "../../sim/index.ts";

const chance = (seed: number): (() => number) => {
  const stream = new Streams(seed).get("design");
  return () => stream.next();
};

test("each column of a Latin hypercube has one point in each stratum", () => {
  const design = latinHypercube(17, 4, chance(1));
  for (let factor = 0; factor < 4; factor++) {
    const strata = design.map((point) => Math.floor(point[factor]! * 17)).sort((a, b) => a - b);
    assert.equal(
      strata,
      Array.from({ length: 17 }, (_, i) => i),
    );
  }
});

test("the mean of an additive function over a Latin hypercube varies as McKay et al. say (lhs-1)", () => {
  const weights = [1, 2, 3];
  const draws = 4000;
  for (const [points, variance] of [
    [5, 0.009333333333333334],
    [20, 0.00014583333333333332],
  ] as const) {
    const draw = chance(points);
    const squares = Array.from({ length: draws }, () => {
      const sum = latinHypercube(points, 3, draw).reduce(
        (total, point) => total + point.reduce((value, x, k) => value + weights[k]! * x, 0),
        0,
      );
      return (sum / points - 3) ** 2;
    });
    const found = squares.reduce((sum, one) => sum + one, 0) / draws;
    // Nearly normal, so the variance of a square is about twice the square of the variance.
    const z = (found - variance) / (variance * Math.sqrt(2 / draws));
    assert.ok(Math.abs(z) < 4, `${points} points: ${found}, z = ${z}`);
  }
});

test("the first points of the Sobol sequence are those of Joe & Kuo (sobol-seq-1)", () => {
  const known = [
    [0, 0, 0, 0, 0, 0],
    [0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
    [0.75, 0.25, 0.25, 0.25, 0.75, 0.75],
    [0.25, 0.75, 0.75, 0.75, 0.25, 0.25],
    [0.375, 0.375, 0.625, 0.875, 0.375, 0.125],
    [0.875, 0.875, 0.125, 0.375, 0.875, 0.625],
    [0.625, 0.125, 0.875, 0.625, 0.625, 0.875],
    [0.125, 0.625, 0.375, 0.125, 0.125, 0.375],
    [0.1875, 0.3125, 0.9375, 0.4375, 0.5625, 0.3125],
    [0.6875, 0.8125, 0.4375, 0.9375, 0.0625, 0.8125],
    [0.9375, 0.0625, 0.6875, 0.1875, 0.3125, 0.5625],
    [0.4375, 0.5625, 0.1875, 0.6875, 0.8125, 0.0625],
    [0.3125, 0.1875, 0.3125, 0.5625, 0.9375, 0.4375],
    [0.8125, 0.6875, 0.8125, 0.0625, 0.4375, 0.9375],
    [0.5625, 0.4375, 0.0625, 0.8125, 0.1875, 0.6875],
    [0.0625, 0.9375, 0.5625, 0.3125, 0.6875, 0.1875],
  ];
  assert.equal(sobolSequence(16, 6), known);
});

test("every coordinate of the Sobol sequence has one of 2^k points in each stratum", () => {
  const factors = polynomials.length + 1;
  const points = sobolSequence(1024, factors);
  for (let factor = 0; factor < factors; factor++) {
    for (const from of [0, 256, 768]) {
      const strata = new Set(points.slice(from, from + 256).map((point) => Math.floor(point[factor]! * 256)));
      assert.is(strata.size, 256, `coordinate ${factor}`);
    }
  }
});

test("every polynomial is primitive, and all differ: no two coordinates repeat each other", () => {
  const seen = new Set<number>();
  for (const { a, m } of polynomials) {
    const degree = m.length;
    const polynomial = 2 ** degree + 2 * a + 1;
    assert.not(seen.has(polynomial));
    seen.add(polynomial);
    // The powers of x run through all remainders but 0 just when it is primitive.
    let power = 1;
    let order = 0;
    do {
      power *= 2;
      if (power >= 2 ** degree) power ^= polynomial;
      order += 1;
    } while (power !== 1 && order < 2 ** degree);
    assert.is(order, 2 ** degree - 1, `${a} of degree ${degree}`);
    m.forEach((one, i) => {
      assert.ok(one % 2 === 1 && one < 2 ** (i + 1), `${one} as number ${i + 1}`);
    });
  }
});

test("a design that cannot be is refused", () => {
  assert.throws(() => latinHypercube(0, 2, () => 0), /a Latin hypercube of 0 points/);
  assert.throws(() => sobolSequence(4, 30), /in 30 dimensions: give 1 to 20/);
  assert.throws(() => sobolSequence(1.5, 3), /1.5 points of a Sobol sequence/);
});

test.run();
