import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pooledDistribution } from "../../results/statistics/pooled-distribution.ts";
import { Streams } from "../../sim/index.ts";

const test = suite("pooled distribution");

test("it is the part of all observations, whichever run they are of", () => {
  const runs = [
    { count: 4, values: [1, 2, 3, 4] },
    { count: 2, values: [2, 5] },
    { count: 0, values: [] },
  ];
  const parts = pooledDistribution(runs, [0, 1, 2, 4.5, 5]).map(({ part }) => part);
  assert.equal(parts, [0, 1 / 6, 3 / 6, 5 / 6, 1]);
});

test("a run of many observations counts by their number, not by the levels that are kept", () => {
  const [half] = pooledDistribution(
    [
      { count: 300, values: [1, 3] },
      { count: 100, values: [3, 3] },
    ],
    [2],
  );
  assert.is(half!.part, 150 / 400);
});

test("its intervals hold the truth as often as they say, also where few runs agree by chance", () => {
  const stream = new Streams(11).get("runs");
  const xs = [0.02, 0.5, 2];
  const inside = xs.map(() => 0);
  const trials = 1500;
  for (let trial = 0; trial < trials; trial++) {
    const runs = Array.from({ length: 12 }, () => {
      // Observations of one run share a part of their size.
      const scale = 0.5 + stream.uniform(0, 1);
      const values = Array.from({ length: 1 + stream.integer(0, 3) }, () => scale * stream.exponential(1)).sort(
        (a, b) => a - b,
      );
      return { count: values.length, values };
    });
    for (const [i, { x, lower, upper }] of pooledDistribution(runs, xs).entries()) {
      const truth = mixed(x);
      if (lower <= truth && truth <= upper) inside[i]! += 1;
    }
  }
  for (const [i, count] of inside.entries()) {
    const z = (count / trials - 0.95) / Math.sqrt((0.95 * 0.05) / trials);
    assert.ok(z > -4, `at ${xs[i]} ${((100 * count) / trials).toFixed(1)} % are inside`);
  }
});

/** P(U E ≤ x) for U uniform on 0.5 … 1.5 and E exponential, by the midpoint rule. */
const mixed = (x: number): number => {
  let sum = 0;
  for (let i = 0; i < 2000; i++) sum += -Math.expm1(-x / (0.5 + (i + 0.5) / 2000));
  return sum / 2000;
};

test("one run tells nothing of the others", () => {
  assert.throws(() => pooledDistribution([{ count: 3, values: [1, 2, 3] }], [1]), /needs two that observed anything/);
});

test.run();
