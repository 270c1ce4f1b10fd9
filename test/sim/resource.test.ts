import { test } from "uvu";
import * as assert from "uvu/assert";
import { anyOf, Interrupt, type Process, Resource, Simulation } from "../../sim/index.ts";

test("a resource of capacity 3 serves nine users of one minute in three rounds", () => {
  const sim = new Simulation();
  const desk = new Resource(sim, { capacity: 3 });
  const starts: number[] = [];
  function* user(): Process {
    using turn = desk.request();
    yield* turn;
    starts.push(sim.now);
    yield 1;
  }
  for (let i = 0; i < 9; i++) sim.process(user());
  sim.run();
  assert.equal(starts, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
});

test("a user who requests again at once queues behind the waiters", () => {
  const sim = new Simulation();
  const desk = new Resource(sim, { capacity: 1 });
  const starts: Record<string, number[]> = { A: [], B: [] };
  function* user(name: string): Process {
    for (let i = 0; i < 3; i++) {
      using turn = desk.request();
      yield* turn;
      starts[name]?.push(sim.now);
      yield 1;
    }
  }
  sim.process(user("A"));
  sim.process(user("B"));
  sim.run();
  assert.equal(starts, { A: [0, 2, 4], B: [1, 3, 5] });
});

test("users and queue can be read, and hold the requests in their order", () => {
  const sim = new Simulation();
  const desk = new Resource(sim, { capacity: 2 });
  const turns = [desk.request(), desk.request(), desk.request(), desk.request()];
  assert.equal([...desk.users], turns.slice(0, 2));
  assert.equal([...desk.queue], turns.slice(2));
  turns[0]?.release();
  sim.run();
  assert.equal([...desk.users], turns.slice(1, 3));
  assert.equal([...desk.queue], turns.slice(3));
});

test("a turn is given back when its block returns, throws or is killed", () => {
  const sim = new Simulation();
  const desk = new Resource(sim, { capacity: 1 });
  function* returning(): Process {
    using turn = desk.request();
    yield* turn;
    yield 1;
  }
  function* throwing(): Process {
    try {
      using turn = desk.request();
      yield* turn;
      yield 1;
      throw new Error("fire");
    } catch {
      assert.is(desk.users.length, 0);
    }
  }
  function* holding(): Process {
    using turn = desk.request();
    yield* turn;
    yield 100;
  }
  sim.process(returning());
  sim.process(throwing());
  const held = sim.process(holding());
  function* killer(): Process {
    yield 3;
    assert.is(desk.users.length, 1);
    held.kill();
    assert.is(desk.users.length, 0);
  }
  sim.process(killer());
  sim.run();
  assert.is(sim.now < 100, true);
});

test("a turn that was given up while waiting leaves the queue", () => {
  const sim = new Simulation();
  const desk = new Resource(sim, { capacity: 1 });
  const trail: string[] = [];
  function* user(name: string, patience: number): Process {
    using turn = desk.request();
    const first = yield* anyOf(turn, sim.timeout(patience));
    trail.push(`${name} ${first.has(turn) ? "served" : "left"} at ${sim.now}`);
    if (first.has(turn)) yield 10;
  }
  sim.process(user("a", 1));
  sim.process(user("b", 4));
  sim.process(user("c", 20));
  sim.run();
  assert.equal(trail, ["a served at 0", "b left at 4", "c served at 10"]);
});

test("an early release serves the next at once, and leaving the block afterwards is silent", () => {
  const sim = new Simulation();
  const desk = new Resource(sim, { capacity: 1 });
  const starts: number[] = [];
  function* user(): Process {
    using turn = desk.request();
    yield* turn;
    starts.push(sim.now);
    yield 1;
    turn.release();
    yield 5;
  }
  sim.process(user());
  sim.process(user());
  sim.run();
  assert.equal(starts, [0, 1]);
});

test("every release is processed in its turn, even if nobody waited when it was made", () => {
  const sim = new Simulation();
  const desk = new Resource(sim, { capacity: 1 });
  const trail: string[] = [];
  const [bell, echo] = [sim.event<void>(), sim.event<void>()];
  function* listener(): Process {
    yield* bell;
    echo.succeed();
    yield* echo;
    trail.push("echo");
  }
  function* user(): Process {
    yield 1;
    desk.request().release();
    const second = desk.request();
    const third = desk.request();
    bell.succeed();
    // The place is free from here on; the release of the first turn, which is processed before the bell, finds it so.
    second.release();
    yield* third;
    trail.push("third");
  }
  sim.process(listener());
  sim.process(user());
  sim.run();
  assert.equal(trail, ["third", "echo"]);
});

test("a request that an interrupt took out of its queue can be released", () => {
  const sim = new Simulation();
  const desk = new Resource(sim, { capacity: 1 });
  desk.request();
  function* waiting(): Process<string> {
    const turn = desk.request();
    try {
      yield* turn;
    } catch (error) {
      if (!(error instanceof Interrupt)) throw error;
      turn.release();
      return "released";
    }
    return "served";
  }
  const process = sim.process(waiting());
  function* caller(): Process {
    yield 1;
    process.interrupt();
  }
  sim.process(caller());
  assert.is(sim.run(process), "released");
  assert.is(desk.queue.length, 0);
});

test.run();
