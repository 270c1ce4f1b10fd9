import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sequentialState } from "../../../results/statistics/sequential-stop.ts";
import { Streams } from "../../../sim/index.ts";

const test = suite("state of a sequential run");
const precision = { relative: 0.1, minimum: 5 };

test("below the minimum it goes to the minimum, whatever it has seen", () => {
  assert.equal(sequentialState([1, 1, 1], precision), { stopped: false, observations: 5 });
});

test("it asks for as many observations as the spread so far needs, and at most for twice as many", () => {
  const data = [1, 2, 3, 2, 1, 2, 3, 2, 1, 2];
  // Half width 2.262157 × 0.737865 / √10 = 0.527844 around 1.9: for 1.9 / 11 about 9.34 times as many.
  assert.equal(sequentialState(data, precision), { stopped: false, observations: 20 });
  const { observations } = sequentialState(data, { relative: 0.3, minimum: 5 });
  assert.is(observations, Math.ceil(10 * (0.527844 / 1.9 / (0.3 / 1.3)) ** 2));
});

test("what was only ever 0 is never precise", () => {
  assert.is(sequentialState(new Array(50).fill(0), precision).stopped, false);
  assert.equal(sequentialState(new Array(50).fill(3), precision), { stopped: true, observations: 5 });
});

test("where it stops does not depend on how far ahead it was run", () => {
  const stream = new Streams(3).get("x");
  const data = Array.from({ length: 400 }, () => stream.exponential(1));
  const whole = sequentialState(data, { relative: 0.2, minimum: 10 });
  assert.ok(whole.stopped);
  let count = 0;
  for (;;) {
    const now = sequentialState(data.slice(0, count), { relative: 0.2, minimum: 10 });
    if (now.stopped) {
      assert.equal(now, whole);
      break;
    }
    assert.ok(now.observations > count && now.observations <= Math.max(10, 2 * count));
    count = now.observations;
  }
});

test.run();
