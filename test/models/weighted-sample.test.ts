import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WeightedSample } from "../../models/books/weighted-sample.ts";

const ramp = fc.record({
  from: fc.double({ min: -10, max: 10, noNaN: true }),
  to: fc.option(fc.double({ min: -10, max: 10, noNaN: true })),
  weight: fc.double({ min: 0.01, max: 5, noNaN: true }),
});

test("mean, maximum and quantiles are those of the values that the ramps pass", () => {
  fc.assert(
    fc.property(
      fc.array(ramp, { minLength: 1, maxLength: 12 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (ramps, p) => {
        const sample = new WeightedSample();
        /** Each ramp cut into many values. */
        const values: { value: number; weight: number }[] = [];
        const parts = 2000;
        for (const { from, to, weight } of ramps) {
          sample.addRamp(from, to ?? from, weight);
          for (let i = 0; i < parts; i++) {
            values.push({ value: from + ((to ?? from) - from) * ((i + 0.5) / parts), weight: weight / parts });
          }
        }
        values.sort((a, b) => a.value - b.value);
        const total = values.reduce((sum, { weight }) => sum + weight, 0);
        const mean = values.reduce((sum, { value, weight }) => sum + value * weight, 0) / total;
        assert.ok(Math.abs(sample.count - total) < 1e-9 * total);
        assert.ok(Math.abs(sample.mean - mean) < 1e-9 * Math.max(1, Math.abs(mean)));
        assert.is(sample.max, Math.max(...ramps.flatMap(({ from, to }) => [from, to ?? from])));
        const found = sample.quantile(p);
        const below = (x: number): number =>
          values.reduce((sum, { value, weight }) => (value < x ? sum + weight : sum), 0) / total;
        const slack = 20 / parts;
        assert.ok(below(found - 1e-6) <= p + slack && below(found + 1e-6) >= p - slack, `${p}: ${found}`);
      },
    ),
    { seed: 9, numRuns: 150 },
  );
});

test("quantiles of single values are order statistics: the smallest value that p of the weight does not exceed", () => {
  const sample = new WeightedSample();
  for (const value of [5, 1, 3, 2, 4]) sample.add(value);
  assert.equal(
    [0.1, 0.2, 0.21, 0.5, 0.6, 0.8, 0.95, 1].map((p) => sample.quantile(p)),
    [1, 1, 2, 3, 3, 4, 5, 5],
  );
});

test("without observations there is nothing to say, and weightless ones are none", () => {
  const sample = new WeightedSample();
  sample.addRamp(3, 4, 0);
  for (const value of [sample.mean, sample.max, sample.quantile(0.5)]) assert.ok(Number.isNaN(value));
});

test("what is repeated many times counts as often", () => {
  const one = new WeightedSample();
  const two = new WeightedSample();
  for (let i = 0; i < 1000; i++) {
    one.addRamp(0, 2, 1);
    one.add(7, 0.5);
  }
  two.addRamp(0, 2, 1000);
  two.add(7, 500);
  for (const p of [0.2, 0.5, 0.66, 0.7, 0.95]) assert.ok(Math.abs(one.quantile(p) - two.quantile(p)) < 1e-9, `${p}`);
  assert.ok(Math.abs(one.mean - two.mean) < 1e-12);
});

test("an outline holds every observation, or as many levels of them", () => {
  const sample = new WeightedSample();
  for (const value of [5, 1, 3]) sample.add(value);
  assert.equal(sample.outline(3), [1, 3, 5]);
  sample.add(9, 7);
  assert.equal(sample.outline(10), [1, 3, 5, 9, 9, 9, 9, 9, 9, 9]);
  assert.equal(sample.outline(2), [5, 9]);
  assert.equal(new WeightedSample().outline(4), []);
});

test("beyond what is kept apart, mean and maximum stand and quantiles move by little", () => {
  const sample = new WeightedSample();
  const count = 150_000;
  // A permutation of 0 … count - 1: no two neighbours are alike.
  for (let i = 0; i < count; i++) sample.add((i * 49_999) % count);
  assert.ok(Math.abs(sample.mean - (count - 1) / 2) < 1e-6);
  assert.is(sample.max, count - 1);
  for (const p of [0.05, 0.5, 0.95])
    assert.ok(Math.abs(sample.quantile(p) - p * count) < 10, `${p}: ${sample.quantile(p)}`);
});

test.run();
