import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  anyOf,
  Container,
  Deadlock,
  Interrupt,
  type Process,
  Resource,
  type SimEvent,
  Simulation,
  Store,
  UnhandledFailure,
} from "../../sim/index.ts";

test("a process is an event with the value that its body returns, and yield* gives values with their types", () => {
  const sim = new Simulation();
  function* child(): Process<number> {
    const word: string = yield* sim.timeout(2, "four");
    return word.length;
  }
  function* parent(): Process<string> {
    const length: number = yield* sim.process(child());
    const again: unknown = yield sim.timeout(1, "plain");
    return `${length} ${again}`;
  }
  const process = sim.process(parent());
  const value: string = sim.run(process);
  assert.is(value, "4 plain");
  assert.is(process.value, "4 plain");
  assert.ok(process.ok && process.processed && !process.isAlive);
  assert.is(sim.run(process), "4 plain", "once more");
});

test("a body may be put together from generators, through which interrupts and errors pass", () => {
  const sim = new Simulation();
  const trail: string[] = [];
  function* inner(): Process<string> {
    try {
      yield* sim.timeout(10);
    } catch (error) {
      trail.push(error instanceof Interrupt ? `inner ${error.cause}` : "?");
      throw new RangeError("from inner");
    }
    return "never";
  }
  function* outer(): Process {
    try {
      yield* inner();
    } catch (error) {
      trail.push(String(error));
    }
  }
  const process = sim.process(outer());
  sim.run(1);
  process.interrupt("now");
  sim.run();
  assert.equal(trail, ["inner now", "RangeError: from inner"]);
});

test("what a body throws is thrown in those who wait for the process; if nobody does, run throws and names it", () => {
  const sim = new Simulation();
  const boom = new Error("boom");
  function* crashing(): Process {
    yield 1;
    throw boom;
  }
  const trail: unknown[] = [];
  const awaited = sim.process(crashing());
  function* waiter(): Process {
    try {
      yield* awaited;
    } catch (error) {
      trail.push(error);
    }
  }
  sim.process(waiter());
  sim.run();
  assert.equal(trail, [boom]);

  sim.process(crashing(), "the lonely one");
  assert.throws(
    () => sim.run(),
    (error: unknown) =>
      error instanceof UnhandledFailure && error.cause === boom && /the lonely one.*boom/.test(error.message),
  );
  assert.throws(
    () => sim.run(sim.process(crashing())),
    (error: unknown) => error === boom,
  );
});

test("an event that fails while nobody waits is not lost", () => {
  const sim = new Simulation();
  sim.event("delivery").fail(new Error("boom"));
  assert.throws(() => sim.run(), /"delivery".*boom/);
  sim.run();
});

test("kill runs finally blocks and using before it returns, withdraws the wait, and wakes those who wait", () => {
  const sim = new Simulation();
  const desk = new Resource(sim, { capacity: 1 });
  const trail: string[] = [];
  function* worker(): Process<string> {
    using turn = desk.request();
    try {
      yield* turn;
      yield 100;
    } finally {
      trail.push(`finally in ${sim.active?.name}`);
    }
    return "never";
  }
  const process = sim.process(worker(), "worker");
  function* killer(): Process {
    yield 5;
    process.kill();
    process.kill();
    trail.push(`${desk.users.length} users, in ${sim.active?.name}`);
  }
  sim.process(killer(), "killer");
  const value = sim.run(process);
  assert.is(value, undefined);
  assert.equal(trail, ["finally in worker", "0 users, in killer"]);
  sim.run();
  assert.is(sim.now, 5, "nothing of the wait of 100 is left");
});

test("a process that is killed before it starts never runs", () => {
  const sim = new Simulation();
  let ran = false;
  function* body(): Process {
    ran = true;
    yield 1;
  }
  const process = sim.process(body());
  process.kill();
  assert.not(process.isAlive);
  sim.run();
  assert.ok(process.processed);
  assert.not(ran);
});

test("a finally block may wait: the killed process ends after that", () => {
  const sim = new Simulation();
  function* body(): Process {
    try {
      yield 100;
    } finally {
      yield 3;
    }
  }
  const process = sim.process(body());
  sim.run(1);
  process.kill();
  assert.ok(process.isAlive);
  sim.run(process);
  assert.is(sim.now, 4);
});

test("what a finally block throws in a killed process is not lost", () => {
  const sim = new Simulation();
  function* body(): Process {
    try {
      yield 100;
    } finally {
      sim.event("x").value;
    }
  }
  const process = sim.process(body(), "clumsy");
  sim.run(1);
  process.kill();
  assert.throws(() => sim.run(), /clumsy/);
});

test("of several who wait for one event, one may kill or interrupt another before it is told", () => {
  const sim = new Simulation();
  const bell = sim.event();
  const trail: string[] = [];
  const others: ReturnType<Simulation["process"]>[] = [];
  function* first(): Process {
    yield* bell;
    trail.push("first");
    others[0]?.kill();
    others[1]?.interrupt("late");
  }
  function* other(name: string): Process {
    try {
      yield* bell;
      trail.push(name);
      yield 1;
    } catch (error) {
      trail.push(`${name} ${String(error)}`);
    }
  }
  sim.process(first());
  others.push(sim.process(other("killed")), sim.process(other("told")));
  sim.run(1);
  bell.succeed();
  sim.run();
  assert.equal(trail, ["first", "told", "told Interrupt: interrupted: late"]);
});

test("an interrupted waiter leaves the queues of resources, stores and containers", () => {
  const sim = new Simulation();
  const desk = new Resource(sim);
  const shelf = new Store<string>(sim, { capacity: 1 });
  const tank = new Container(sim, { capacity: 10, level: 10 });
  desk.request();
  shelf.put("full");
  const waits: readonly (() => SimEvent<unknown>)[] = [
    () => desk.request(),
    () => shelf.put("more"),
    () => tank.put(5),
    () => anyOf(desk.request(), tank.put(1)),
  ];
  function* waiter(wait: () => SimEvent<unknown>): Process {
    yield wait();
  }
  const waiters = waits.map((wait) => sim.process(waiter(wait)));
  const lengths = () => [desk.queue.length, shelf.queue.puts.length, tank.queue.puts.length];
  sim.run(1);
  assert.equal(lengths(), [2, 1, 2]);
  for (const process of waiters.slice(0, 2)) process.interrupt();
  for (const process of waiters.slice(2)) process.kill();
  assert.throws(() => sim.run());
  assert.throws(() => sim.run());
  sim.run();
  assert.equal(lengths(), [0, 0, 0]);
});

test("an interrupted waiter who waits again for the same turn stands where it stood", () => {
  const sim = new Simulation();
  const desk = new Resource(sim);
  const trail: string[] = [];
  const holder = desk.request();
  function* customer(name: string): Process {
    using turn = desk.request();
    while (!turn.held) {
      try {
        yield* turn;
      } catch (error) {
        if (!(error instanceof Interrupt)) throw error;
      }
    }
    trail.push(name);
    yield 1;
  }
  const first = sim.process(customer("first"));
  sim.process(customer("second"));
  sim.run(1);
  first.interrupt();
  sim.run(2);
  holder.release();
  sim.run();
  assert.equal(trail, ["first", "second"]);
});

test("running for an event that can no longer happen is an error with the names of who waits for what", () => {
  const sim = new Simulation();
  const desk = new Resource(sim, { name: "desk" });
  const key = sim.event("key");
  function* holder(): Process {
    using turn = desk.request();
    yield* turn;
    yield* key;
  }
  function* other(): Process {
    using turn = desk.request();
    yield* turn;
    key.succeed();
  }
  const held = sim.process(holder(), "Ada");
  sim.process(other(), "Bob");
  assert.throws(
    () => sim.run(held),
    (error: unknown) =>
      error instanceof Deadlock &&
      /^Ada can no longer happen.*Ada waits for event "key"; Bob waits for request for desk/.test(error.message),
  );
  assert.equal(sim.waiting, ['Ada waits for event "key"', "Bob waits for request for desk"]);
  assert.equal(
    sim.processes.map((process) => process.name),
    ["Ada", "Bob"],
  );
  // It was no fault of the simulation: give it the key and it goes on.
  key.succeed();
  sim.run(held);
});

test("the living processes are listed, the oldest first, whoever ends in between", () => {
  const sim = new Simulation();
  function* wait(delay: number): Process {
    yield delay;
  }
  for (const delay of [5, 1, 3, 2, 4]) sim.process(wait(delay), `p${delay}`);
  const names = () => sim.processes.map((process) => process.name).join(" ");
  const seen: string[] = [];
  for (let time = 0; time <= 6; time++) {
    sim.run(time + 0.5);
    seen.push(names());
  }
  assert.equal(seen, ["p5 p1 p3 p2 p4", "p5 p3 p2 p4", "p5 p3 p4", "p5 p4", "p5", "", ""]);
});

test("a wait for ever ends with an interrupt", () => {
  const sim = new Simulation();
  function* sleeper(): Process<number> {
    try {
      yield Number.POSITIVE_INFINITY;
    } catch {
      return sim.now;
    }
    return -1;
  }
  const process = sim.process(sleeper());
  sim.run(3);
  assert.is(process.waitsFor, "an interrupt, for ever");
  process.interrupt();
  assert.is(sim.run(process), 3);
});

test("run to a time stops before what happens then; the next run begins with it", () => {
  const sim = new Simulation({ start: 10 });
  const times: number[] = [];
  function* ticking(): Process {
    for (;;) {
      times.push(sim.now);
      yield 1;
    }
  }
  sim.process(ticking());
  sim.run(10);
  assert.equal(times, []);
  sim.run(12);
  assert.equal(times, [10, 11]);
  assert.is(sim.peek(), 12);
  sim.run(12.5);
  assert.equal(times, [10, 11, 12]);
  assert.is(sim.now, 12.5);
});

test("steps do the same as a run, one thing at a time", () => {
  const trail = (drive: (sim: Simulation) => void): string[] => {
    const sim = new Simulation();
    const lines: string[] = [];
    function* body(name: string): Process {
      yield 1;
      lines.push(`${name} ${sim.now}`);
      yield* sim.timeout(1);
      lines.push(`${name} ${sim.now}`);
    }
    for (const name of "ab") sim.process(body(name));
    drive(sim);
    return lines;
  };
  const stepped = trail((sim) => {
    while (sim.peek() < Number.POSITIVE_INFINITY) sim.step();
  });
  assert.equal(
    stepped,
    trail((sim) => sim.run()),
  );
});

test.run();
