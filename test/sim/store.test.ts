import { test } from "uvu";
import * as assert from "uvu/assert";
import { FilterStore, PriorityStore, type Process, Simulation, Store } from "../../sim/index.ts";

test("a store gives items in the order of the puts to getters in the order of the gets", () => {
  const sim = new Simulation();
  const shelf = new Store<string>(sim);
  const trail: string[] = [];
  function* getter(name: string): Process {
    trail.push(`${name} ${yield* shelf.get()} at ${sim.now}`);
  }
  for (const name of ["x", "y", "z"]) sim.process(getter(name));
  function* putter(): Process {
    for (const item of ["a", "b", "c"]) {
      yield 1;
      yield* shelf.put(item);
    }
  }
  sim.process(putter());
  sim.run();
  assert.equal(trail, ["x a at 1", "y b at 2", "z c at 3"]);
});

test("a put waits until a full store has room", () => {
  const sim = new Simulation();
  const shelf = new Store<number>(sim, { capacity: 1 });
  const puts: number[] = [];
  function* putter(): Process {
    for (const item of [1, 2, 3]) {
      yield* shelf.put(item);
      puts.push(sim.now);
    }
  }
  function* getter(): Process {
    for (;;) {
      yield 5;
      yield* shelf.get();
    }
  }
  sim.process(putter());
  sim.process(getter());
  sim.run(14);
  assert.equal(puts, [0, 5, 10]);
  assert.equal([...shelf.items], [3]);
});

test("a priority store gives the smallest item first, and equal ones in the order of the puts", () => {
  const sim = new Simulation();
  const shelf = new PriorityStore<{ priority: number; name: string }>(sim);
  for (const [name, priority] of [
    ["a", 2],
    ["b", 1],
    ["c", 2],
    ["d", 0],
  ] as const) {
    shelf.put({ priority, name });
  }
  const got: string[] = [];
  function* getter(): Process {
    for (let i = 0; i < 4; i++) got.push((yield* shelf.get()).name);
  }
  sim.process(getter());
  sim.run();
  assert.equal(got, ["d", "b", "a", "c"]);
});

test("a getter of a filter store may overtake one whose item is not there", () => {
  const sim = new Simulation();
  const shelf = new FilterStore<number>(sim);
  const trail: string[] = [];
  function* getter(name: string, wanted: (item: number) => boolean): Process {
    const item = yield* shelf.get(wanted);
    trail.push(`${name} got ${item} at ${sim.now}`);
  }
  sim.process(getter("even", (item) => item % 2 === 0));
  sim.process(getter("odd", (item) => item % 2 === 1));
  function* putter(): Process {
    for (const item of [1, 3, 4]) {
      yield 1;
      yield* shelf.put(item);
    }
  }
  sim.process(putter());
  sim.run();
  assert.equal(trail, ["odd got 1 at 1", "even got 4 at 3"]);
  assert.equal([...shelf.items], [3]);
});

test.run();
