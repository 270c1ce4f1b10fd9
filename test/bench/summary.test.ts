import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Outcome } from "../../bench/benchmark.ts";
import { disagreement, speedUp, spread, verdict } from "../../bench/summary.ts";

const outcome = (changes: Partial<Outcome> = {}): Outcome => ({
  amount: 1,
  units: 10,
  clock: 0.1 + 0.2,
  counts: { holds: 10 },
  ...changes,
});

test("the median of an even number of values lies between the middle two", () => {
  assert.equal(spread([4, 1, 3, 2]), { median: 2.5, min: 1, max: 4 });
  assert.equal(spread([9, 1, 2]), { median: 2, min: 1, max: 9 });
});

test("a ratio is taken inside a round, so that a slow machine in one round leaves it alone", () => {
  const ours = [1, 4, 1].map((amount) => outcome({ amount }));
  const peer = [2, 8, 2].map((amount) => outcome({ amount }));
  assert.equal(speedUp(ours, peer), { median: 2, min: 2, max: 2 });
});

test("a cost is per unit of work, so contenders may run different lengths", () => {
  assert.equal(speedUp([outcome({ amount: 1, units: 10 })], [outcome({ amount: 1, units: 5 })]).median, 2);
});

test("bit-equal clocks may not differ in the last bit", () => {
  assert.is(disagreement(outcome(), outcome(), "bit-equal"), undefined);
  assert.match(disagreement(outcome(), outcome({ clock: 0.3 }), "bit-equal") ?? "", "clock");
  assert.is(disagreement(outcome(), outcome({ clock: 0.3 }), { within: 1e-12 }), undefined);
  assert.match(disagreement(outcome(), outcome({ clock: 0.31 }), { within: 1e-6 }) ?? "", "clock");
});

test("a clock that is not a number agrees with nothing", () => {
  assert.ok(disagreement(outcome({ clock: Number.NaN }), outcome({ clock: Number.NaN }), { within: 1 }));
});

test("a count that differs, or that only one side has, is a disagreement", () => {
  assert.match(
    disagreement(outcome(), outcome({ counts: { holds: 11 } }), "bit-equal") ?? "",
    "holds: 10 here, 11 there",
  );
  assert.match(disagreement(outcome(), outcome({ counts: { holds: 10, lost: 1 } }), "bit-equal") ?? "", "lost");
});

test("a median at the floor meets it, below is said aloud, and costs are held to their limit", () => {
  assert.is(verdict(15, { floor: 15, stretch: 25 }), "met");
  assert.is(verdict(14.99, { floor: 15, stretch: 25 }), "BELOW");
  assert.is(verdict(25, { floor: 15, stretch: 25 }), "stretch met");
  assert.is(verdict(200, { limit: 200 }), "met");
  assert.is(verdict(201, { limit: 200 }), "ABOVE");
});

test.run();
