import { test } from "uvu";
import * as assert from "uvu/assert";
import { Interrupt, type Process, Simulation } from "../../sim/index.ts";

const causeOf = (error: unknown): unknown => {
  if (!(error instanceof Interrupt)) throw error;
  return error.cause;
};

test("interrupts are delivered in the order of the calls", () => {
  const sim = new Simulation();
  const causes: unknown[] = [];
  function* victim(): Process {
    for (let i = 0; i < 3; i++) {
      try {
        yield 10;
      } catch (error) {
        causes.push(causeOf(error));
      }
    }
  }
  const process = sim.process(victim());
  function* caller(): Process {
    yield 1;
    for (const cause of ["first", "second", "third"]) process.interrupt(cause);
  }
  sim.process(caller());
  sim.run();
  assert.equal(causes, ["first", "second", "third"]);
});

test("of an interrupt and an event at one instant the interrupt comes first, and the event can still be waited for", () => {
  const sim = new Simulation();
  const trail: string[] = [];
  const bell = sim.event<string>();
  function* victim(): Process {
    try {
      yield* bell;
      trail.push("bell");
    } catch (error) {
      trail.push(`${causeOf(error)} at ${sim.now}`);
    }
    trail.push(`${yield* bell} at ${sim.now}`);
  }
  const process = sim.process(victim());
  function* caller(): Process {
    yield 1;
    bell.succeed("bell");
    process.interrupt("interrupt");
  }
  sim.process(caller());
  sim.run();
  assert.equal(trail, ["interrupt at 1", "bell at 1"]);
});

test("an interrupt before the start of a process arrives after the start", () => {
  const sim = new Simulation();
  const trail: string[] = [];
  function* victim(): Process {
    trail.push("started");
    try {
      yield 10;
    } catch (error) {
      trail.push(`${causeOf(error)} at ${sim.now}`);
    }
  }
  sim.process(victim()).interrupt("early");
  sim.run();
  assert.equal(trail, ["started", "early at 0"]);
});

test("interrupts for a process that dies of the first are dropped", () => {
  const sim = new Simulation();
  const causes: unknown[] = [];
  function* victim(): Process {
    try {
      yield 10;
    } catch (error) {
      causes.push(causeOf(error));
    }
  }
  const process = sim.process(victim());
  function* caller(): Process {
    yield 1;
    process.interrupt("first");
    process.interrupt("second");
  }
  sim.process(caller());
  sim.run();
  assert.equal(causes, ["first"]);
  assert.not(process.isAlive);
});

test("an interrupted wait is over: it does not wake the process later", () => {
  const sim = new Simulation();
  const trail: string[] = [];
  function* victim(): Process {
    try {
      yield 5;
    } catch (error) {
      trail.push(`${causeOf(error)} at ${sim.now}`);
    }
    yield 10;
    trail.push(`woke at ${sim.now}`);
  }
  const process = sim.process(victim());
  function* caller(): Process {
    yield 2;
    process.interrupt("up");
  }
  sim.process(caller());
  sim.run();
  assert.equal(trail, ["up at 2", "woke at 12"]);
});

test("interrupting oneself is an error that names the process", () => {
  const sim = new Simulation();
  function* narcissus(): Process {
    yield 1;
    self.interrupt("me");
  }
  const self = sim.process(narcissus(), "narcissus");
  assert.throws(() => sim.run(), /narcissus/);
});

test("interrupting the dead is an error that names the process", () => {
  const sim = new Simulation();
  function* mortal(): Process {
    yield 1;
  }
  const process = sim.process(mortal(), "mortal");
  sim.run();
  assert.throws(() => process.interrupt("too late"), /mortal/);
});

test("an interrupt that nobody catches ends the process and is not lost", () => {
  const sim = new Simulation();
  function* victim(): Process {
    yield 10;
  }
  const process = sim.process(victim(), "victim");
  function* caller(): Process {
    yield 1;
    process.interrupt("boom");
  }
  sim.process(caller());
  assert.throws(
    () => sim.run(),
    (error: unknown) => error instanceof Interrupt || /victim|boom/.test(String(error)),
  );
  assert.not(process.isAlive);
});

test.run();
