import { suite } from "uvu";
import * as assert from "uvu/assert";
import { faults, load } from "./overlay.ts";

const test = suite("sweeps");

const intervals = (text: string): unknown[] =>
  load(text).points.map(({ scenario }) => scenario.model === "cluster" && scenario.snapshot.interval);

test("without a sweep there is one point", () => {
  assert.equal(
    load("").points.map(({ values }) => values),
    [{}],
  );
});

test("a list gives its values, in base units and as they are written", () => {
  const { points } = load("sweep: { snapshot.interval: [30s, 2m] }");
  assert.equal(
    points.map(({ values, labels }) => [values, labels]),
    [
      [{ "snapshot.interval": 30 }, { "snapshot.interval": "30s" }],
      [{ "snapshot.interval": 120 }, { "snapshot.interval": "2m" }],
    ],
  );
});

test("what the command line sets below an axis holds at each of its points", () => {
  const laws = "law: exponential, repair: { law: deterministic, value: 1m }, permanent: 50%";
  const { points } = load(
    `sweep: { failures.host: [{ ${laws}, mean: 1d }, { ${laws}, mean: 9d }] }`,
    "failures.host.permanent=10%",
  );
  assert.equal(
    points.map(({ scenario }) => {
      const host = scenario.model === "cluster" && scenario.failures.host;
      return host && host.kind === "law" && [host.time, host.permanent];
    }),
    [1, 9].map((days) => [{ law: "exponential", mean: days * 86_400 }, 0.1]),
  );
});

test("axes are multiplied, and the last one runs fastest", () => {
  const { points } = load("sweep: { snapshot.capture: [stop-and-copy, post-copy], cluster.vms: [2, 3] }");
  assert.equal(
    points.map(({ values }) => Object.values(values)),
    [
      ["stop-and-copy", 2],
      ["stop-and-copy", 3],
      ["post-copy", 2],
      ["post-copy", 3],
    ],
  );
  const records = points.map(({ scenario }) => scenario.model === "cluster" && scenario.snapshot.record);
  assert.equal(records, ["incremental", "incremental", "lazy-incremental", "lazy-incremental"]);
});

test("a range has both its ends exactly, and equal steps or equal factors between them", () => {
  assert.equal(intervals("sweep: { snapshot.interval: { from: 10s, to: 1m, points: 3 } }"), [10, 35, 60]);
  const [from, middle, to] = intervals("sweep: { snapshot.interval: { from: 1s, to: 100s, points: 3, scale: log } }");
  assert.equal([from, to], [1, 100]);
  assert.ok(Math.abs(Number(middle) - 10) < 1e-12);
});

test("whole things can be swept: laws, and names of the catalogue", () => {
  const { points } = load(
    "sweep: { failures.host: [none, infinitehbd, { law: exponential, mean: 1d }], cluster.workload: [idle, database] }",
  );
  assert.is(points.length, 6);
  assert.equal(
    points.map(
      ({ scenario }) => scenario.model === "cluster" && [scenario.failures.host.kind, scenario.cluster.workload.name],
    ),
    [
      ["none", "idle"],
      ["none", "database"],
      ["law", "idle"],
      ["law", "database"],
      ["law", "idle"],
      ["law", "database"],
    ],
  );
  assert.equal(points[4]!.labels, { "failures.host": '{"law":"exponential","mean":"1d"}', "cluster.workload": "idle" });
});

test("what the command line sets is not swept, and an axis can be set as a whole", () => {
  const text = "sweep: { snapshot.interval: [1s, 2s], cluster.vms: [2, 3] }";
  const values = (...set: string[]): unknown[] => load(text, ...set).points.map((point) => Object.values(point.values));
  assert.equal(values("cluster.vms=5"), [[1], [2]]);
  assert.equal(values("snapshot.interval=9s", "cluster.vms=5"), [[]]);
  assert.equal(values("sweep.cluster.vms=[7]"), [
    [1, 7],
    [2, 7],
  ]);
});

test("a range that braces tear apart is told as what it is", () => {
  const told = faults("sweep: { snapshot.interval: logspace(10s, 1h, 100) }");
  assert.is(told.length, 1);
  assert.match(told[0]!, /1:47: .*in braces a comma ends a value/);
  assert.equal(faults('sweep: { snapshot.interval: "logspace(10s, 1h, 100)" }'), []);
});

test.run();
