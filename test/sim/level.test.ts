import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "uvu";
import { Level } from "../../sim/level.ts";
import { resetAll } from "../../sim/observer.ts";
import { InvalidObservation, UnknownStatistic } from "../../sim/observer-errors.ts";

test("a level's area is the integral of its values over time", () => {
  const clock = { now: 0 };
  const queue = new Level(clock, 0);
  clock.now = 2;
  queue.set(3);
  clock.now = 6;
  queue.add(-2);
  clock.now = 10;
  assert.equal(queue.area, 0 * 2 + 3 * 4 + 1 * 4);
  assert.equal(queue.mean, 1.6);
  assert.deepEqual([queue.value, queue.min, queue.max], [1, 0, 3]);
});

const step = fc.record({
  lasting: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1000, noNaN: true })),
  value: fc.integer({ min: -20, max: 20 }),
});

test("a level agrees with direct integration, and time at or above a threshold with direct counting", () => {
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.array(step, { maxLength: 100 }), (start, steps) => {
      const clock = { now: start };
      const level = new Level(clock, 5, { durations: true });
      const held: { from: number; value: number }[] = [{ from: start, value: 5 }];
      for (const { lasting, value } of steps) {
        clock.now += lasting;
        level.set(value);
        held.push({ from: clock.now, value });
      }
      clock.now += 1;
      let area = 0;
      let above = 0;
      for (const [i, { from, value }] of held.entries()) {
        const lasted = (held[i + 1]?.from ?? clock.now) - from;
        area += value * lasted;
        if (value >= 3) above += lasted;
      }
      const elapsed = clock.now - start;
      assert.ok(Math.abs(level.area - area) <= 1e-12 * 20 * elapsed, `${level.area} is not ${area}`);
      assert.ok(Math.abs(level.mean - area / elapsed) <= 1e-11 * 20);
      assert.ok(Math.abs(level.timeAtOrAbove(3) - above) <= 1e-12 * elapsed);
      assert.equal(level.max, Math.max(...held.map(({ value }) => value)));
      assert.equal(level.min, Math.min(...held.map(({ value }) => value)));
    }),
    { seed: 4 },
  );
});

test("area does not depend on how often a level is read or set to the value it has", () => {
  const clock = { now: 0 };
  const quiet = new Level(clock, 0.1);
  const busy = new Level(clock, 0.1);
  for (let i = 1; i <= 100_000; i++) {
    clock.now = i / 10;
    busy.set(0.1);
  }
  assert.ok(Math.abs(busy.area - quiet.area) <= 2 ** -42, `${busy.area} is not ${quiet.area}`);
});

test("where no time has passed, the mean is the value", () => {
  const clock = { now: 7 };
  const level = new Level(clock, 2);
  level.set(5);
  assert.equal(level.mean, 5);
  assert.equal(level.area, 0);
});

test("a value that lasts no time counts for max and min, not for the mean", () => {
  const clock = { now: 0 };
  const level = new Level(clock, 1);
  clock.now = 1;
  level.set(100);
  level.set(-100);
  level.set(1);
  clock.now = 2;
  assert.deepEqual([level.max, level.min, level.mean], [100, -100, 1]);
});

test("after the warm-up, a level still has its value and nothing else", () => {
  const clock = { now: 0 };
  const level = new Level(clock, 9, { durations: true });
  clock.now = 10;
  level.set(2);
  clock.now = 15;
  resetAll([level]);
  assert.deepEqual([level.value, level.mean, level.area, level.min, level.max], [2, 2, 0, 2, 2]);
  clock.now = 19;
  level.set(4);
  clock.now = 20;
  assert.equal(level.mean, (2 * 4 + 4 * 1) / 5);
  assert.equal(level.timeAtOrAbove(4), 1);
  assert.equal(level.timeAtOrAbove(0), 5);
});

test("a value that is not a finite number, and a clock that goes back, are refused and change nothing", () => {
  const clock = { now: 5 };
  const level = new Level(clock, 1, { name: "queue" });
  clock.now = 6;
  assert.throws(() => level.set(Number.NaN), /level "queue": a value is a finite number, not NaN/);
  assert.throws(() => level.add(Infinity), InvalidObservation);
  assert.throws(() => new Level(clock, Number.NaN), InvalidObservation);
  assert.equal(level.area, 1);
  clock.now = 4;
  assert.throws(() => level.set(2), /time never goes back/);
  assert.equal(level.value, 1);
  assert.throws(() => level.timeAtOrAbove(1), UnknownStatistic);
});

test.run();
