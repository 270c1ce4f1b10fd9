import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ScenarioError } from "../../scenarios/text/issue.ts";
import { load } from "./overlay.ts";

const test = suite("sweeps beyond lists");

const values = (text: string, ...set: string[]): unknown[][] =>
  load(text, ...set).points.map((point) => Object.values(point.values));

/** What is wrong with a sweep, and where: line and column. */
const fault = (text: string): string => {
  try {
    load(text);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  return "nothing";
};

test("linspace and logspace have both their ends, and steps lead to the last value that is not passed", () => {
  assert.equal(values('sweep: { snapshot.interval: "linspace(10s, 1m, 6)" }').flat(), [10, 20, 30, 40, 50, 60]);
  const log = values('sweep: { snapshot.interval: "logspace(1s, 100s, 3)" }').flat() as number[];
  assert.is(log[0], 1);
  assert.ok(Math.abs(log[1]! - 10) < 1e-12);
  assert.is(log[2], 100);
  assert.equal(values("sweep: { snapshot.interval: { from: 10s, to: 1m, step: 20s } }").flat(), [10, 30, 50]);
  assert.equal(values("sweep: { cluster.vms: { from: 8, to: 2, step: -3 } }").flat(), [8, 5, 2]);
  assert.equal(values('sweep: { cluster.vms: "linspace(2, 8, 4)" }').flat(), [2, 4, 6, 8]);
  assert.is(values('sweep: { storage.keep: "linspace(1, 50, 50)" }')[27]![0], 28, "whole numbers stay whole");
});

test("zipped axes go in lock-step, and are multiplied with all others", () => {
  assert.equal(values("sweep: { storage.keep: [1, 2], zip: { snapshot.interval: [10s, 20s], cluster.vms: [2, 3] } }"), [
    [1, 10, 2],
    [1, 20, 3],
    [2, 10, 2],
    [2, 20, 3],
  ]);
  assert.is(
    values("sweep: { zip: [{ storage.keep: [1, 2], cluster.vms: [2, 3] }, { snapshot.interval: [10s, 20s] }] }").length,
    4,
  );
});

test("a Latin hypercube has one point in each stratum of each axis, the same for the same seed", () => {
  const text = (seed: number): string =>
    `sweep: { latinHypercube: { points: 8, seed: ${seed}, axes: { snapshot.interval: { from: 10s, to: 90s }, cluster.vms: { from: 1, to: 8, whole: true }, storage.placement: [random, rack-aware] } } }`;
  const points = values(text(3)) as [number, number, string][];
  assert.is(points.length, 8);
  assert.equal(points.map(([interval]) => Math.floor((interval - 10) / 10)).sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(points.map(([, vms]) => vms).sort(), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.is(points.filter(([, , placement]) => JSON.stringify(placement).includes("random")).length, 4);
  assert.equal(values(text(3)), points);
  assert.not.equal(values(text(4)), points);
});

test("a Sobol design begins after the origin", () => {
  const axes = "snapshot.interval: { from: 10s, to: 1000s, scale: log }, storage.keep: { from: 1, to: 4, whole: true }";
  assert.equal(values(`sweep: { sobol: { points: 3, axes: { ${axes} } } }`), [
    [100, 3],
    [316.228, 2],
    [31.6228, 4],
  ]);
});

test("only points for which all conditions hold are run", () => {
  const sweep = "snapshot.interval: [10s, 1m, 10m], storage.keep: [1, 2]";
  const where = (text: string): unknown[][] => values(`sweep: { ${sweep}, where: ${text} }`);
  assert.equal(where('"snapshot.interval < 1m"'), [
    [10, 1],
    [10, 2],
  ]);
  assert.equal(where('["snapshot.interval >= 60s", storage.keep != 1]'), [
    [60, 2],
    [600, 2],
  ]);
  assert.equal(where('"storage.keep = 2 or snapshot.interval > 5m"'), [
    [10, 2],
    [60, 2],
    [600, 1],
    [600, 2],
  ]);
  // A key that is not swept has its value in every point.
  const late = values(
    `detection: { timeout: 30s }\nsweep: { ${sweep}, where: "snapshot.interval > detection.timeout" }`,
  );
  assert.is(late.length, 4);
});

test("what the command line sets is not swept any more, also in zipped axes and designs", () => {
  const zipped = "sweep: { zip: { snapshot.interval: [10s, 20s], cluster.vms: [2, 3] } }";
  assert.equal(values(zipped, "cluster.vms=5"), [[10], [20]]);
  const listed = "sweep: { zip: [{ cluster.vms: [2, 3] }, { storage.keep: [1, 2] }] }";
  assert.equal(values(listed, "cluster.vms=5"), [[1], [2]]);
  const design = "sweep: { sobol: { points: 4, axes: { snapshot.interval: { from: 10s, to: 20s } } } }";
  assert.equal(values(design, "snapshot.interval=15s"), [[]]);
});

for (const [what, sweep, place, complaint] of [
  ["axes of unequal length", "{ zip: { a.b: [1], c.d: [1, 2] } }", "1:10", /zip: zipped axes have as many values each/],
  [
    "a word that is no axis",
    '{ storage.keep: "lots" }',
    "1:10",
    /"lots" is no axis: write a list, a range, or such as/,
  ],
  [
    "one point of two ends",
    '{ storage.keep: "linspace(1, 4, 1)" }',
    "1:10",
    /linspace has both its ends, so give it 2/,
  ],
  [
    "a step the wrong way",
    "{ storage.keep: { from: 4, to: 1, step: 1 } }",
    "1:10",
    /a step of 1 does not lead from 4 to 1/,
  ],
  ["step and points", "{ storage.keep: { from: 1, to: 4, step: 1, points: 2 } }", "1:10", /step or points, not both/],
  ["neither", "{ storage.keep: { from: 1, to: 4 } }", "1:10", /say how many: points or step/],
  [
    "points in a design",
    "{ sobol: { points: 4, axes: { storage.keep: { from: 1, to: 4, points: 3 } } } }",
    "1:38",
    /from and to only/,
  ],
  ["no points", "{ sobol: { points: 0, axes: { storage.keep: [1] } } }", "1:27", /points/],
  [
    "a condition on no key",
    '{ storage.keep: [1], where: "storage.kep > 1" }',
    "1:29",
    /there is no key storage\.kep to compare/,
  ],
  ["no condition", '{ storage.keep: [1], where: "keep it" }', "1:29", /"keep it" is no condition/],
  ["different units", '{ storage.keep: [1], where: "snapshot.interval > 4GiB" }', "1:29", /are no numbers of one unit/],
  ["nothing left", '{ storage.keep: [1], where: "storage.keep > 1" }', "1:29", /where: no point is left/],
] as const) {
  test(`${what}: told at its line and column`, () => {
    const found = fault(`sweep: ${sweep}`);
    assert.match(found, complaint);
    assert.ok(found.includes(`:${place}:`), `${found} is not at ${place}`);
  });
}

test("a sweep of more points than are possible is refused before they are made", () => {
  const giant = "these are 1000000000 values; at most 100000 are possible";
  assert.match(fault('sweep: { snapshot.interval: "linspace(10s, 1h, 1000000000)" }'), giant);
  assert.match(fault("sweep: { storage.keep: { from: 1, to: 1000000000, step: 1 } }"), giant);
  assert.match(fault("sweep: { storage.keep: { from: 1, to: 9, points: 1000000000 } }"), giant);
  const axes = "axes: { snapshot.interval: { from: 10s, to: 1h } }";
  assert.match(fault(`sweep: { sobol: { points: 1000000000, ${axes} } }`), giant);
  assert.match(fault(`sweep: { latinHypercube: { points: 1000000000, ${axes} } }`), giant);
});

test("what would be swept twice is refused, however it is written", () => {
  assert.match(
    fault("sweep: { snapshot.interval: [1m, 10s, 60s] }"),
    "1:10: sweep.snapshot.interval: each value can be swept once: 1m and 60s are the same",
  );
  assert.match(fault("sweep: { storage.placement: [random, random] }"), "random stands twice");
  assert.match(fault('sweep: { snapshot.interval: "logspace(10s, 10s, 3)" }'), "10s stands twice");
  const zip = (intervals: string): string =>
    `sweep: { zip: { snapshot.interval: ${intervals}, storage.keep: [1, 2, 2] } }`;
  assert.match(fault(zip("[1m, 1m, 60s]")), "1m, 2 and 60s, 2 are the same");
  assert.is(fault(zip("[1m, 1m, 10s]")), "nothing");
  const twice = "sweep: { snapshot.interval: [10s, 1m], zip: { snapshot.interval: [1h, 2h], storage.keep: [1, 2] } }";
  assert.match(fault(twice), "snapshot.interval is swept twice: only one of them could hold");
  assert.is(values("sweep: { sobol: { points: 8, axes: { storage.placement: [random, rack-aware] } } }").length, 8);
});

test("a group without an axis is refused", () => {
  for (const group of ["zip: {}", "sobol: { points: 4, axes: {} }", "latinHypercube: { points: 4, axes: {} }"])
    assert.match(fault(`sweep: { storage.keep: [1, 2], ${group} }`), "has no axis: give a key and its values");
});

test("a condition holds of a scenario without axes, too", () => {
  assert.match(fault('sweep: { where: "storage.keep > 100" }'), "no point is left");
  assert.equal(values('sweep: { where: "storage.keep < 100" }'), [[]]);
});

test("what is wrong with a condition is said once, and what none can be is no unit's fault", () => {
  const sweep = (where: string): string => fault(`sweep: { snapshot.interval: [10s, 1m, 10m], where: "${where}" }`);
  assert.is(sweep("snapshot.interval < 5GiB").match(/are no numbers of one unit/g)?.length, 1);
  assert.match(sweep("snapshot.interval < 5m and storage.keep = 1"), "and a list of those that all hold");
  assert.match(sweep("snapshot.interval <> 5m"), '"snapshot.interval <> 5m" is no condition');
});

test.run();
