import { test } from "uvu";
import * as assert from "uvu/assert";
import { mean } from "../../results/statistics/moments.ts";
import { independentComparison, pairedComparison } from "../../results/statistics/paired-comparison.ts";
import { Streams } from "../../sim/index.ts";

test("a difference is judged pair by pair", () => {
  const [found] = pairedComparison(
    [
      [1, 2, 3],
      [2, 4, 6],
    ],
    { system: 1 },
  );
  assert.equal([found!.system, found!.mean], [0, -2]);
  // t = −2 / (1 / √3) with two degrees of freedom: P(|T| > t) = 1 − t / √(2 + t²).
  const t = 2 * Math.sqrt(3);
  assert.ok(Math.abs(found!.p - (1 - t / Math.sqrt(2 + t * t))) < 1e-12);
  assert.ok(Math.abs(found!.halfWidth - 4.302652729911275 / Math.sqrt(3)) < 1e-9);
});

test("what is always the same is no difference, and what always differs alike is certain", () => {
  const found = pairedComparison(
    [
      [1, 5, 9],
      [1, 5, 9],
      [2, 6, 10],
    ],
    { system: 0 },
  );
  assert.equal(
    found.map(({ system, mean, p }) => [system, mean, p]),
    [
      [1, 0, 1],
      [2, 1, 0],
    ],
  );
});

test("among systems that are all alike a false alarm is raised in no more than 5 % of the studies", () => {
  const stream = new Streams(3).get("alike");
  const studies = 2000;
  let alarms = 0;
  for (let study = 0; study < studies; study++) {
    const systems = Array.from({ length: 5 }, () => Array.from({ length: 8 }, () => stream.normal(0, 1)));
    if (pairedComparison(systems, { system: 0 }).some(({ p }) => p < 0.05)) alarms += 1;
  }
  const z = (alarms - 0.05 * studies) / Math.sqrt(studies * 0.05 * 0.95);
  assert.ok(z < 3, `${alarms} of ${studies}`);
  assert.ok(alarms > 0.01 * studies, "but not in none");
});

for (const [kind, comparison] of Object.entries({ pairedComparison, independentComparison }))
  test(`nor is it when all are compared with the one that did best (${kind})`, () => {
    const stream = new Streams(4).get("alike");
    const studies = 2000;
    let [alarms, careless] = [0, 0];
    for (let study = 0; study < studies; study++) {
      const systems = Array.from({ length: 5 }, () => Array.from({ length: 8 }, () => stream.normal(0, 1)));
      const means = systems.map((sample) => mean(sample));
      const system = means.indexOf(Math.max(...means));
      if (comparison(systems, { system, isPicked: true }).some(({ p }) => p < 0.05)) alarms += 1;
      if (comparison(systems, { system }).some(({ p }) => p < 0.05)) careless += 1;
    }
    const z = (count: number): number => (count - 0.05 * studies) / Math.sqrt(studies * 0.05 * 0.95);
    assert.ok(z(alarms) < 3, `${alarms} of ${studies}`);
    assert.ok(alarms > 0.01 * studies, "but not in none");
    assert.ok(z(careless) > 3, `as if it had been named before, in ${careless} of ${studies}`);
  });

test("one system alone, and unequal numbers of observations, are refused", () => {
  assert.throws(() => pairedComparison([[1, 2]], { system: 0 }), /comparison of 1 systems/);
  assert.throws(
    () =>
      pairedComparison(
        [
          [1, 2],
          [1, 2, 3],
        ],
        { system: 0 },
      ),
    /give pairs/,
  );
});

test.run();
