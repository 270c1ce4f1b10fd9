import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ModelClock } from "../../models/simulation/model-clock.ts";
import { Simulation } from "../../sim/index.ts";

test("appointments happen in the order of their times, and at one time in the order in which they were made", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }), (times) => {
      const sim = new Simulation();
      const clock = new ModelClock(sim);
      const happened: [number, number][] = [];
      times.forEach((time, i) => {
        clock.at(time, () => happened.push([clock.now, i]));
      });
      sim.run();
      const expected = times.map((time, i): [number, number] => [time, i]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      assert.equal(happened, expected);
    }),
    { seed: 1 },
  );
});

test("a jump brings the appointments nearer, and leaves the simulation's clock alone", () => {
  const sim = new Simulation();
  const clock = new ModelClock(sim);
  const seen: [number, number][] = [];
  clock.at(100, () => seen.push([clock.now, sim.now]));
  sim.timer(() => clock.skip(60)).arm(10);
  assert.is(clock.next, 100);
  sim.run();
  assert.equal(seen, [[100, 40]]);
  assert.is(clock.skipped, 60);
  assert.is(clock.next, Number.POSITIVE_INFINITY);
});

test("an appointment may make another one for the same instant", () => {
  const sim = new Simulation();
  const clock = new ModelClock(sim);
  const seen: string[] = [];
  clock.at(5, () => {
    seen.push("first");
    clock.at(5, () => seen.push("third"));
  });
  clock.at(5, () => seen.push("second"));
  sim.run();
  assert.equal(seen, ["first", "second", "third"]);
});

test.run();
