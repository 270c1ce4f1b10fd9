import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Process, Simulation } from "../../sim/index.ts";

test("events of one instant happen in the order in which they were scheduled", () => {
  const sim = new Simulation();
  const trail: string[] = [];
  function* waiter(name: string, first: number, second: number): Process {
    yield first;
    yield second;
    trail.push(name);
  }
  // All arrive at 3: a by a wait that was scheduled at 1, c at 2, and b, whose wait of 0 was scheduled at 3, last.
  sim.process(waiter("a", 1, 2));
  sim.process(waiter("b", 3, 0));
  sim.process(waiter("c", 2, 1));
  sim.run();
  assert.equal(trail, ["a", "c", "b"]);
});

test("processes that wait equally long go on in the order of their creation, again and again", () => {
  const sim = new Simulation();
  const trail: string[] = [];
  function* ticking(name: string): Process {
    for (let i = 0; i < 3; i++) {
      yield 1;
      trail.push(`${name}${sim.now}`);
    }
  }
  for (const name of "abc") sim.process(ticking(name));
  sim.run();
  assert.equal(trail, ["a1", "b1", "c1", "a2", "b2", "c2", "a3", "b3", "c3"]);
});

test("a process starts before anything else of the instant in which it was created", () => {
  const sim = new Simulation();
  const trail: string[] = [];
  function* child(): Process {
    trail.push(`child ${sim.now}`);
    yield 0;
    trail.push("child again");
  }
  function* parent(): Process {
    yield 1;
    sim.process(child());
    trail.push("parent");
  }
  function* other(): Process {
    yield 1;
    trail.push("other");
  }
  sim.process(parent());
  sim.process(other());
  sim.run();
  assert.equal(trail, ["parent", "child 1", "other", "child again"]);
});

test("starts and interrupts of one instant keep the order of the calls among themselves", () => {
  const sim = new Simulation();
  const trail: string[] = [];
  function* sleeper(): Process {
    try {
      yield 10;
    } catch {
      trail.push("interrupted");
    }
  }
  function* child(name: string): Process {
    trail.push(name);
    yield 0;
  }
  const victim = sim.process(sleeper());
  function* caller(): Process {
    yield 1;
    sim.process(child("first"));
    victim.interrupt("now");
    sim.process(child("second"));
  }
  sim.process(caller());
  sim.run();
  assert.equal(trail, ["first", "interrupted", "second"]);
});

test("an event that is triggered now happens after the events that were already due now", () => {
  const sim = new Simulation();
  const trail: string[] = [];
  const bell = sim.event<string>();
  function* listener(): Process {
    trail.push(yield* bell);
  }
  function* ringer(): Process {
    yield 1;
    bell.succeed("bell");
    trail.push("rung");
  }
  function* other(): Process {
    yield 1;
    trail.push("other");
  }
  sim.process(listener());
  sim.process(ringer());
  sim.process(other());
  sim.run();
  assert.equal(trail, ["rung", "other", "bell"]);
});

test("run(time) stops the clock exactly there, before the events of that instant", () => {
  const sim = new Simulation();
  const trail: number[] = [];
  function* ticking(): Process {
    for (;;) {
      yield 1;
      trail.push(sim.now);
    }
  }
  sim.process(ticking());
  sim.run(3);
  assert.is(sim.now, 3);
  assert.equal(trail, [1, 2]);
  sim.run(4.5);
  assert.is(sim.now, 4.5);
  assert.equal(trail, [1, 2, 3, 4]);
});

test("run(event) returns the value of the event, and of one that has happened at once", () => {
  const sim = new Simulation();
  function* working(): Process<string> {
    yield 2;
    return "done";
  }
  const work = sim.process(working());
  assert.is(sim.run(work), "done");
  assert.is(sim.now, 2);
  assert.is(sim.run(work), "done");
});

test("step does one event at a time and peek tells when the next one is", () => {
  const sim = new Simulation({ start: 5 });
  assert.is(sim.peek(), Number.POSITIVE_INFINITY);
  function* waiting(): Process {
    yield 2;
    yield 3;
  }
  sim.process(waiting());
  assert.is(sim.peek(), 5);
  sim.step();
  assert.is(sim.peek(), 7);
  sim.step();
  assert.is(sim.now, 7);
  assert.is(sim.peek(), 10);
});

test("an event that has been processed gives its value at the same instant, any number of times", () => {
  const sim = new Simulation();
  const trail: string[] = [];
  const bell = sim.event<number>();
  function* late(): Process {
    yield 3;
    for (let i = 0; i < 3; i++) trail.push(`${yield* bell} at ${sim.now}`);
    trail.push(String(yield bell));
  }
  sim.process(late());
  bell.succeed(7);
  sim.run();
  assert.ok(bell.triggered && bell.processed && bell.ok);
  assert.equal(trail, ["7 at 3", "7 at 3", "7 at 3", "7"]);
});

test.run();
