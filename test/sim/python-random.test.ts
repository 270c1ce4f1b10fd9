import { test } from "uvu";
import * as assert from "uvu/assert";
import { PythonRandom } from "./python-random.ts";

// Expected values: CPython 3.11.2, `random.seed(42)` and then the calls below in this order.

test("seed 42 gives the doubles of CPython", () => {
  const random = new PythonRandom(42);
  const doubles = Array.from({ length: 4 }, () => random.next());
  assert.equal(doubles, [0.6394267984578837, 0.025010755222666936, 0.27502931836911926, 0.22321073814882275]);
});

test("each law takes the draws of CPython in the same order", () => {
  const random = new PythonRandom(42);
  for (let i = 0; i < 4; i++) random.next();
  const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
  assert.equal(
    draws(4, () => random.normal(10, 2)),
    [12.509571862114925, 9.723881874514376, 8.04835933340935, 11.130100434689929],
  );
  assert.equal(
    draws(10, () => random.integer(1, 6)),
    [2, 4, 5, 3, 1, 2, 6, 4, 3, 3],
  );
  assert.equal(
    draws(5, () => random.choice(["a", "b", "c"])),
    ["a", "a", "b", "a", "a"],
  );
  assert.equal(
    draws(2, () => random.exponential(10)),
    [4.7791855078051615, 4.446936548481484],
  );
  assert.is(random.uniform(1, 3), 1.6879114449579422);
});

test("a seed of more than 32 bits fills two words of the key", () => {
  const random = new PythonRandom(2 ** 40 + 7);
  assert.equal([random.next(), random.next()], [0.6137037779936511, 0.8149162973309487]);
});

test.run();
