import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bootstrapOutages } from "../../models/failures/bootstrap.ts";
import type { OutageTrace } from "../../models/scenario.ts";
import { Streams } from "../../sim/index.ts";

const test = suite("bootstrap of a trace");

/** Nodes in their order, and the given offset. */
const fixed = (offset: number) => ({ integer: (a: number) => a, uniform: () => offset });

const trace: OutageTrace = {
  name: "example",
  span: 100,
  byNode: [
    [
      { start: 10, end: 20 },
      { start: 95, end: Number.POSITIVE_INFINITY },
    ],
    [],
    [{ start: 10, end: 10 }],
  ],
};

test("a host lives through its node's record from the offset on, and again from the beginning", () => {
  assert.equal(bootstrapOutages(trace, 1, 200, fixed(50)), [
    { component: 0, start: 45, end: 50 },
    { component: 0, start: 60, end: 70 },
    { component: 0, start: 145, end: 150 },
    { component: 0, start: 160, end: 170 },
  ]);
});

test("an outage that the offset falls into is under way at time 0", () => {
  assert.equal(bootstrapOutages(trace, 1, 50, fixed(15)), [{ component: 0, start: 0, end: 5 }]);
});

test("an outage of zero length is kept", () => {
  assert.equal(bootstrapOutages(trace, 3, 30, fixed(0)).at(-1), { component: 2, start: 10, end: 10 });
});

test("nodes that failed together fail together: all hosts start at one time of the trace", () => {
  const [first, second] = bootstrapOutages(trace, 3, 30, fixed(3));
  assert.equal([first!.start, second!.start], [7, 7]);
});

test("with more hosts than nodes every node is used before one is used again", () => {
  const single: OutageTrace = { name: "single", span: 100, byNode: [[{ start: 50, end: 60 }], []] };
  const outages = bootstrapOutages(single, 6, 100, new Streams(1).get("trace"));
  assert.is(new Set(outages.map(({ component }) => component)).size, 3);
});

test("outages lie within the horizon, are sorted, do not overlap on a host and keep the fraction of time down", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.double({ min: 1, max: 1000, noNaN: true }),
      fc.integer(),
      (hosts, horizon, seed) => {
        const outages = bootstrapOutages(trace, hosts, horizon, new Streams(seed).get("trace"));
        const last = new Map<number, number>();
        let previous = 0;
        for (const { component, start, end } of outages) {
          assert.ok(start >= previous && start < horizon && end >= start && component < hosts);
          assert.ok(start >= (last.get(component) ?? 0));
          last.set(component, end);
          previous = start;
        }
      },
    ),
    { seed: 1 },
  );
  // Over whole rounds of the trace each node is down exactly as long as in the trace, wherever it started.
  fc.assert(
    fc.property(fc.double({ min: 0, max: 99.9, noNaN: true }), (offset) => {
      const down = bootstrapOutages(trace, 1, 300, fixed(offset)).reduce(
        (sum, { start, end }) => sum + Math.min(300, end) - start,
        0,
      );
      assert.ok(Math.abs(down - 45) < 1e-9, `${down} from ${offset}`);
    }),
    { seed: 1 },
  );
});

test("every starting time and every node is as likely as any other", () => {
  const record = (length: number) => [{ start: 1, end: 1 + length }];
  const marked: OutageTrace = { name: "marked", span: 100, byNode: [record(1), record(2), record(3)] };
  const runs = 3000;
  const nodes = [0, 0, 0];
  let phases = 0;
  for (let replication = 0; replication < runs; replication++) {
    const stream = new Streams(5).replication(replication).get("trace");
    // The second outage is never cut by the beginning: its length tells the node, its start the offset.
    const { start, end } = bootstrapOutages(marked, 1, 300, stream)[1]!;
    nodes[Math.round(end - start) - 1]!++;
    phases += (start % 100) / 100;
  }
  for (const count of nodes) assert.ok(Math.abs((count - runs / 3) / Math.sqrt((runs * 2) / 9)) < 4, String(nodes));
  assert.ok(Math.abs((phases / runs - 0.5) * Math.sqrt(12 * runs)) < 4, String(phases / runs));
});

test("a trace without nodes or time is refused", () => {
  assert.throws(() => bootstrapOutages({ ...trace, byNode: [] }, 1, 1, fixed(0)), /a bootstrap needs nodes and time/);
  assert.throws(() => bootstrapOutages({ ...trace, span: 0 }, 1, 1, fixed(0)), /a bootstrap needs nodes and time/);
});

test.run();
