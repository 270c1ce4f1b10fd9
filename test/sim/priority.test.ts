import { test } from "uvu";
import * as assert from "uvu/assert";
import { PriorityResource, type Process, Simulation } from "../../sim/index.ts";

test("the most urgent waiter is served next: priorities 2, 3, 3, 1 at 0, 2, 2, 4 are served at 0, 10, 15, 5", () => {
  const sim = new Simulation();
  const desk = new PriorityResource(sim, { capacity: 1 });
  const arrivals = [
    { priority: 2, at: 0 },
    { priority: 3, at: 2 },
    { priority: 3, at: 2 },
    { priority: 1, at: 4 },
  ];
  const served: number[] = [];
  function* user(index: number, at: number, priority: number): Process {
    yield at;
    using turn = desk.request({ priority });
    yield* turn;
    served[index] = sim.now;
    yield 5;
  }
  for (const [index, { at, priority }] of arrivals.entries()) sim.process(user(index, at, priority));
  sim.run();
  assert.equal(served, [0, 10, 15, 5]);
});

test("equal priorities are served in the order of their requests", () => {
  const sim = new Simulation();
  const desk = new PriorityResource(sim, { capacity: 1 });
  const trail: number[] = [];
  function* user(number: number, priority: number): Process {
    using turn = desk.request({ priority });
    yield* turn;
    trail.push(number);
    yield 1;
  }
  for (const [number, priority] of [9, 5, 0, 5, 0, 9].entries()) sim.process(user(number, priority));
  sim.run();
  // Number 0 found the desk free.
  assert.equal(trail, [0, 2, 4, 1, 3, 5]);
});

test("a priority resource never takes a turn away", () => {
  const sim = new Simulation();
  const desk = new PriorityResource(sim, { capacity: 1 });
  const ends: number[] = [];
  function* user(at: number, priority: number): Process {
    yield at;
    using turn = desk.request({ priority });
    yield* turn;
    yield 10;
    ends.push(sim.now);
  }
  sim.process(user(0, 5));
  sim.process(user(1, -5));
  sim.run();
  assert.equal(ends, [10, 20]);
});

test.run();
