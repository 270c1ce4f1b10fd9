import { test } from "uvu";
import * as assert from "uvu/assert";
import { Container, type Process, Simulation } from "../../sim/index.ts";

test("putter and getter meet at a container: put at 1, got at 1, got at 2, put at 2", () => {
  const sim = new Simulation();
  const tank = new Container(sim, { capacity: 2, level: 0 });
  const trail: string[] = [];
  function* putter(): Process {
    yield 1;
    for (;;) {
      yield* tank.put(2);
      trail.push(`put at ${sim.now}`);
      yield 1;
    }
  }
  function* getter(): Process {
    yield* tank.get(1);
    trail.push(`got at ${sim.now}`);
    yield 1;
    yield* tank.get(1);
    trail.push(`got at ${sim.now}`);
  }
  sim.process(putter());
  sim.process(getter());
  sim.run(5);
  assert.equal(trail, ["put at 1", "got at 1", "got at 2", "put at 2"]);
});

test("a large get at the head of the queue is not overtaken by a small one", () => {
  const sim = new Simulation();
  const tank = new Container(sim, { capacity: 10, level: 1 });
  const trail: string[] = [];
  function* getter(amount: number): Process {
    yield* tank.get(amount);
    trail.push(`${amount} at ${sim.now}`);
  }
  sim.process(getter(5));
  sim.process(getter(1));
  function* putter(): Process {
    yield 2;
    yield* tank.put(5);
  }
  sim.process(putter());
  sim.run();
  assert.equal(trail, ["5 at 2", "1 at 2"]);
  assert.is(tank.level, 0);
});

test("put works without waiting for it", () => {
  const sim = new Simulation();
  const tank = new Container(sim, { capacity: 10, level: 4 });
  tank.put(3);
  sim.run();
  assert.is(tank.level, 7);
  assert.is(tank.capacity, 10);
});

test.run();
