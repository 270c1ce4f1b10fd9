import { test } from "uvu";
import * as assert from "uvu/assert";
import { empiricalOptimum } from "../../results/empirical-optimum.ts";

test("the optimum is the system with the highest mean", () => {
  assert.is(
    empiricalOptimum([
      [1, 2],
      [3, 5],
      [2, 3],
    ]).best,
    1,
  );
});

test("systems are compared pair by pair, so that common noise tells them apart", () => {
  // Noise of ± 1 is shared by all; the systems differ by 0.01 ± 0.001.
  const noise = [-1, 0.5, 0.9, -0.4, 0];
  const curve = [-0.01, 0, -0.01].map((shift) => noise.map((common, i) => common + shift * (1 + 0.1 * (i % 2))));
  assert.equal(empiricalOptimum(curve).interval, [1, 1]);
});

test("systems whose paired difference may be 0 belong to the interval of the optimum", () => {
  const curve = [
    [0.1, 0.2, 0.1, 0.2],
    [0.9, 1.1, 1, 1.2],
    [1, 1, 1.1, 1.15],
    [0.2, 0.1, 0.2, 0.1],
  ];
  assert.equal(empiricalOptimum(curve).interval, [1, 2]);
});

test("the flat range is connected and loses no more than its share in addition to the loss of the best", () => {
  const at = (mean: number): number[] => [mean, mean];
  const curve = [0.9899, 0.5, 0.987, 0.99, 0.9892, 0.9].map(at);
  assert.equal(empiricalOptimum(curve, { share: 0.1 }).flat, [3, 4]);
  assert.equal(empiricalOptimum(curve, { share: 0.4 }).flat, [2, 4]);
});

test("there is no optimum of nothing", () => {
  assert.throws(() => empiricalOptimum([]), /at least one system/);
});

test.run();
