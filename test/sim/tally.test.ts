import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "uvu";
import { CompensatedSum } from "../../sim/compensated-sum.ts";
import { resetAll } from "../../sim/observer.ts";
import { InvalidObservation, UnknownStatistic } from "../../sim/observer-errors.ts";
import { Streams } from "../../sim/streams.ts";
import { Tally, type TallyOptions } from "../../sim/tally.ts";

const observation = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const sample = fc.array(observation, { minLength: 2, maxLength: 200 });

const tallyOf = (data: readonly number[], options?: TallyOptions): Tally => {
  const tally = new Tally(options);
  for (const x of data) tally.add(x);
  return tally;
};

const near = (actual: number, expected: number, scale: number, what: string): void =>
  assert.ok(Math.abs(actual - expected) <= 1e-12 * scale, `${what}: ${actual} is not ${expected}`);

test("a tally agrees with the formulas of its statistics", () => {
  fc.assert(
    fc.property(sample, (data) => {
      const tally = tallyOf(data);
      const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
      const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (data.length - 1);
      const size = Math.max(1, ...data.map(Math.abs));
      assert.equal(tally.count, data.length);
      assert.equal(tally.min, Math.min(...data));
      assert.equal(tally.max, Math.max(...data));
      near(tally.mean, mean, size, "mean");
      near(tally.sum, mean * data.length, size * data.length, "sum");
      near(tally.variance, variance, size * size, "variance");
      assert.equal(tally.sd, Math.sqrt(tally.variance));
    }),
    { seed: 1 },
  );
});

test("a quantile is interpolated between the observations around its rank", () => {
  const tally = tallyOf([40, 10, 30, 20]);
  assert.deepEqual(
    [0, 0.25, 0.5, 0.9, 1].map((q) => tally.quantile(q)),
    [10, 17.5, 25, 37, 40],
  );
  assert.equal(tallyOf([5]).quantile(0.3), 5);
  tally.add(0);
  assert.equal(tally.quantile(0.5), 20);
});

test("a sketch finds the observation of a quantile's rank to 0.2 %, whatever its size and sign", () => {
  const wide = fc
    .tuple(fc.integer({ min: -300, max: 300 }), fc.double({ min: -1, max: 1, noNaN: true }))
    .map(([exponent, x]) => x * 10 ** exponent + 0); // + 0 makes -0 a 0;
  fc.assert(
    fc.property(
      fc.array(wide, { minLength: 1, maxLength: 100 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (data, q) => {
        const tally = tallyOf(data, { quantiles: "sketch" });
        const exact = [...data].sort((a, b) => a - b)[Math.floor(q * (data.length - 1))] as number;
        const found = tally.quantile(q);
        assert.ok(
          Math.abs(found - exact) <= tally.quantileError * Math.abs(exact) + 2 ** -1040,
          `${found} is not ${exact}`,
        );
        assert.equal(tally.quantile(0), Math.min(...data));
        assert.equal(tally.quantile(1), Math.max(...data));
      },
    ),
    { seed: 2 },
  );
});

test("a tally keeps 65,536 observations, then turns into a sketch of all of them", () => {
  const stream = new Streams(1).get("lognormal");
  const data = Float64Array.from({ length: 65_537 }, () => stream.lognormal(0, 2));
  const unbounded = new Tally({ quantiles: "exact" });
  const tally = new Tally();
  for (const x of data) {
    unbounded.add(x);
    if (tally.count === 65_536) assert.equal(tally.quantileError, 0);
    tally.add(x);
  }
  assert.equal(tally.quantileError, 2 ** -9);
  assert.equal(unbounded.quantileError, 0);
  for (const q of [0.1, 0.25, 0.5, 0.75, 0.9, 0.99]) {
    const exact = unbounded.quantile(q);
    assert.ok(Math.abs(tally.quantile(q) - exact) < 0.004 * exact, `quantile ${q}`);
  }
});

test("merging tallies is adding all of their observations to one, in whatever groups", () => {
  fc.assert(
    fc.property(
      sample,
      sample,
      sample,
      fc.constantFrom<TallyOptions>({}, { quantiles: "sketch" }),
      (a, b, c, options) => {
        const all = tallyOf([...a, ...b, ...c], options);
        const left = tallyOf(a, options).merge(tallyOf(b, options)).merge(tallyOf(c, options));
        const right = tallyOf(a, options).merge(tallyOf(b, options).merge(tallyOf(c, options)));
        const size = Math.max(1, -all.min, all.max);
        for (const merged of [left, right]) {
          assert.equal(merged.count, all.count);
          assert.equal(merged.min, all.min);
          assert.equal(merged.max, all.max);
          near(merged.mean, all.mean, size, "mean");
          near(merged.variance, all.variance, size * size, "variance");
          for (const q of [0, 0.1, 0.5, 0.99, 1]) assert.equal(merged.quantile(q), all.quantile(q));
        }
      },
    ),
    { seed: 3 },
  );
});

test("a merged tally is left as it was, and one of another kind merges where nothing is lost", () => {
  const other = tallyOf([1, 2, 3], { quantiles: "sketch" });
  const tally = tallyOf([10]).merge(other).merge(new Tally());
  assert.equal(tally.count, 4);
  assert.equal(tally.quantileError, 2 ** -9);
  assert.equal(other.count, 3);
  assert.equal(tallyOf([1], { quantiles: false }).merge(other).mean, 1.75);
  const twice = tallyOf([1, 3]);
  assert.deepEqual([twice.merge(twice).count, twice.mean, twice.quantile(0.5)], [4, 2, 2]);
});

test("a tally that keeps quantiles cannot take in one that kept none, nor an exact one a sketch", () => {
  const bare = tallyOf([1, 2], { name: "bare", quantiles: false });
  assert.throws(() => tallyOf([1], { name: "wait" }).merge(bare), /tally "wait" cannot merge tally "bare"/);
  const sketch = tallyOf([1], { quantiles: "sketch" });
  const exact = tallyOf([5], { quantiles: "exact" });
  assert.throws(() => exact.merge(sketch), UnknownStatistic);
  assert.equal(exact.count, 1);
  assert.throws(() => bare.quantile(0.5), UnknownStatistic);
});

test("variance survives a mean a billion times the spread", () => {
  const tally = tallyOf([4, 7, 13, 16].map((x) => 1e9 + x));
  assert.equal(tally.mean, 1e9 + 10);
  assert.equal(tally.variance, 30);
});

test("a sum keeps what each addition rounds away", () => {
  const sum = new CompensatedSum();
  for (const x of [1, 1e100, 1, -1e100]) sum.add(x);
  assert.equal(sum.value, 2);
  const tenths = new Tally({ quantiles: false });
  for (let i = 0; i < 1_000_000; i++) tenths.add(0.1);
  assert.equal(tenths.sum, 100_000);
  assert.equal(tenths.mean, 0.1);
});

test("what an empty tally does not know is NaN", () => {
  const tally = new Tally();
  assert.equal(tally.count, 0);
  assert.equal(tally.sum, 0);
  for (const unknown of [tally.mean, tally.variance, tally.sd, tally.min, tally.max, tally.quantile(0.5)]) {
    assert.ok(Number.isNaN(unknown));
  }
  tally.add(3);
  assert.ok(Number.isNaN(tally.variance));
});

test("after the warm-up, a tally has seen nothing", () => {
  const tally = tallyOf([1e9, 2e9]);
  resetAll([tally]);
  assert.equal(tally.count, 0);
  tally.add(2);
  tally.add(4);
  assert.deepEqual([tally.mean, tally.variance, tally.min, tally.max, tally.quantile(1)], [3, 2, 2, 4, 4]);
});

test("an observation that is not a finite number is refused and changes nothing", () => {
  const tally = tallyOf([1, 2], { name: "wait" });
  for (const x of [Number.NaN, Infinity, -Infinity]) {
    assert.throws(() => tally.add(x), InvalidObservation);
  }
  assert.throws(() => tally.add(Number.NaN), /tally "wait": an observation is a finite number, not NaN/);
  assert.throws(() => tally.quantile(1.01), UnknownStatistic);
  assert.throws(() => tally.quantile(Number.NaN), UnknownStatistic);
  assert.deepEqual([tally.count, tally.mean], [2, 1.5]);
});

test.run();
