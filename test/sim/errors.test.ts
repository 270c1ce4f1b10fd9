import { test } from "uvu";
import * as assert from "uvu/assert";
import * as des from "../../sim/index.ts";
import {
  allOf,
  anyOf,
  Container,
  FilterStore,
  PreemptiveResource,
  PriorityResource,
  PriorityStore,
  type Process,
  type ProcessHandle,
  Resource,
  type SimEvent,
  Simulation,
  SimulationError,
  Store,
} from "../../sim/index.ts";

type ErrorClass = abstract new (...args: never[]) => Error;

/** Does `act` throw just this class of error, with a message that matches? */
function rejects(act: () => unknown, kind: ErrorClass, message: RegExp): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof kind) || !(error instanceof SimulationError)) throw error;
    assert.is(error.name, kind.name);
    assert.match(error.message, message);
    return;
  }
  assert.unreachable(`expected ${kind.name}`);
}

/** Runs `body` as the process "culprit"; gives what came out of it as the cause of the failed run. */
function crash(sim: Simulation, body: Process<unknown>): () => never {
  sim.process(body, "culprit");
  return () => {
    try {
      sim.run();
    } catch (error) {
      if (error instanceof des.UnhandledFailure) throw error.cause;
      throw error;
    }
    throw new Error("the run did not fail");
  };
}

/** The simulation still works: a process can wait, use a resource and end. */
function stillWorks(sim: Simulation): void {
  const desk = new Resource(sim);
  function* body(): Process<number> {
    using turn = desk.request();
    yield* turn;
    yield 1;
    return sim.now;
  }
  const start = sim.now;
  assert.is(sim.run(sim.process(body())), start + 1);
}

test("a process that yields a negative delay, NaN or a thing that is no event is told so where it yields", () => {
  const sim = new Simulation();
  const wrong: readonly [unknown, ErrorClass, RegExp][] = [
    [-1, des.InvalidDelay, /culprit.*-1/],
    [Number.NaN, des.InvalidDelay, /culprit.*NaN/],
    [Number.NEGATIVE_INFINITY, des.InvalidDelay, /culprit.*-Infinity/],
    ["5", des.NotAnEvent, /culprit yielded "5"/],
    [undefined, des.NotAnEvent, /culprit yielded undefined/],
    [null, des.NotAnEvent, /culprit yielded null/],
    [new Resource(sim), des.NotAnEvent, /an object of class Resource/],
    [Promise.resolve(), des.NotAnEvent, /an object of class Promise/],
    [() => 5, des.NotAnEvent, /a function|function/],
    [Object.create(null), des.NotAnEvent, /an object/],
  ];
  for (const [value, kind, message] of wrong) {
    function* body(): Process {
      yield value as number;
    }
    rejects(crash(sim, body()), kind, message);
  }
  function* cautious(): Process<string> {
    try {
      yield -1;
    } catch {
      yield 1;
      return "went on";
    }
    return "never";
  }
  assert.is(sim.run(sim.process(cautious())), "went on");
  stillWorks(sim);
});

test("a timeout of a negative or absurd delay is an error", () => {
  const sim = new Simulation();
  for (const delay of [-1e-9, Number.NaN, "1" as never, undefined as never]) {
    rejects(() => sim.timeout(delay), des.InvalidDelay, /timeout/);
  }
  assert.is(sim.peek(), Number.POSITIVE_INFINITY);
  stillWorks(sim);
});

test("a simulation starts at a finite time and never runs backwards", () => {
  for (const start of [Number.NaN, Number.POSITIVE_INFINITY, "0" as never]) {
    rejects(() => new Simulation({ start }), des.InvalidTime, /start/);
  }
  const sim = new Simulation({ start: 5 });
  for (const until of [4, Number.NaN, "9" as never, null as never]) {
    rejects(() => sim.run(until), des.InvalidTime, /it is 5 already/);
  }
  sim.run(5);
  assert.is(sim.now, 5);
  stillWorks(sim);
});

test("run and step within a run are errors that name who did it, and the run goes on", () => {
  const sim = new Simulation();
  function* body(): Process {
    yield 1;
    for (const act of [() => sim.run(), () => sim.run(9), () => sim.run(sim.event()), () => sim.step()]) {
      rejects(act, des.ReentrantRun, /culprit cannot run/);
    }
    yield 1;
  }
  sim.process(body(), "culprit");
  sim.timer(() => rejects(() => sim.step(), des.ReentrantRun, /a callback/)).arm(1.5);
  sim.run();
  assert.is(sim.now, 2);
  stillWorks(sim);
});

test("a step with nothing left to happen is an error", () => {
  const sim = new Simulation();
  rejects(() => sim.step(), des.NothingToHappen, /at 0/);
  stillWorks(sim);
});

test("an event happens once, has no value before, and processes, timeouts and claims happen by themselves", () => {
  const sim = new Simulation();
  const event = sim.event<number>("door");
  rejects(() => event.value, des.NotTriggered, /"door"/);
  event.succeed(1);
  rejects(() => event.succeed(2), des.AlreadyTriggered, /"door"/);
  rejects(() => event.fail(new Error("x")), des.AlreadyTriggered, /"door"/);
  assert.is(event.value, 1);
  function* body(): Process {
    yield 1;
  }
  const others: readonly [SimEvent<never>, RegExp][] = [
    [sim.process(body(), "actor") as unknown as SimEvent<never>, /actor/],
    [sim.timeout(1) as unknown as SimEvent<never>, /timeout/],
    [new Store<never>(sim, { name: "shelf" }).get(), /get from shelf/],
    [new Resource(sim, { name: "desk" }).request() as unknown as SimEvent<never>, /request for desk/],
  ];
  for (const [other, message] of others) {
    rejects(() => other.succeed(0 as never), des.NotYoursToTrigger, message);
    rejects(() => other.fail(new Error("x")), des.NotYoursToTrigger, message);
  }
  sim.run();
  stillWorks(sim);
});

test("the dead and oneself cannot be interrupted, and nobody kills what is running", () => {
  const sim = new Simulation();
  function* body(): Process {
    yield 1;
    rejects(() => self.interrupt(), des.InterruptedItself, /narcissus/);
    rejects(() => self.kill(), des.KilledWhileRunning, /narcissus/);
    other.kill();
  }
  function* vengeful(): Process {
    try {
      yield 100;
    } finally {
      rejects(() => self.kill(), des.KilledWhileRunning, /narcissus/);
    }
  }
  const self: ProcessHandle = sim.process(body(), "narcissus");
  const other = sim.process(vengeful());
  sim.run();
  rejects(() => self.interrupt(), des.InterruptedTheDead, /narcissus/);
  stillWorks(sim);
});

test("the body of a process is a generator", () => {
  const sim = new Simulation();
  function* body(): Process {
    yield 1;
  }
  rejects(() => sim.process(body as never, "p"), des.NotAGenerator, /p: .*function body; call the generator function/);
  for (const wrong of [undefined, null, 5, [1, 2].values(), { next: () => ({ done: true }) }]) {
    rejects(() => sim.process(wrong as never), des.NotAGenerator, /process \d+/);
  }
  assert.equal(sim.processes, []);
  stillWorks(sim);
});

test("an event belongs to one simulation", () => {
  const [here, there] = [new Simulation(), new Simulation()];
  const foreign = there.timeout(1);
  function* body(): Process {
    yield foreign;
  }
  rejects(crash(here, body()), des.ForeignEvent, /culprit.*timeout of 1/);
  rejects(() => anyOf(here.event(), foreign), des.ForeignEvent, /anyOf.*timeout/);
  rejects(() => here.run(foreign), des.ForeignEvent, /timeout of 1/);
  rejects(() => allOf(5 as never), des.NotAnEvent, /allOf/);
  stillWorks(here);
});

test("a turn is released once; nobody waits for a cancelled or released one", () => {
  const sim = new Simulation();
  const desk = new Resource(sim, { name: "desk" });
  const [held, queued, preemptive] = [desk.request(), desk.request(), new PreemptiveResource(sim, { name: "bed" })];
  function* wait(event: SimEvent<unknown>): Process {
    yield* event;
  }
  queued.cancel();
  queued.cancel();
  rejects(() => queued.release(), des.ReleasedTwice, /request for desk/);
  rejects(crash(sim, wait(queued)), des.WaitedForCancelled, /request for desk/);
  rejects(() => anyOf(held, queued), des.WaitedForCancelled, /request for desk/);
  rejects(() => held.cancel(), des.CancelledTooLate, /request for desk/);
  held.release();
  rejects(() => held.release(), des.ReleasedTwice, /request for desk/);
  rejects(crash(sim, wait(held)), des.WaitedForReleased, /request for desk/);
  const victim = preemptive.request({ priority: 1 });
  preemptive.request({ priority: 0 });
  rejects(() => victim.release(), des.ReleasedTwice, /request for bed/);
  rejects(crash(sim, wait(victim)), des.WaitedForReleased, /request for bed/);
  assert.equal([desk.users.length, desk.queue.length, preemptive.users.length], [0, 0, 1]);
  stillWorks(sim);
});

test("who waits for a claim that somebody else cancels is told", () => {
  const sim = new Simulation();
  const get = new Store<number>(sim, { name: "shelf" }).get();
  function* wait(): Process {
    yield* get;
  }
  const run = crash(sim, wait());
  sim.timer(() => get.cancel()).arm(1);
  rejects(run, des.WaitedForCancelled, /get from shelf/);
  stillWorks(sim);
});

test("what is cancelled has no outcome, be there somebody who waits for it or not", () => {
  const sim = new Simulation();
  const shelf = new Store<number>(sim);
  const wait = sim.timeout(5);
  const lone = shelf.get();
  const awaited = shelf.get();
  sim.process(
    (function* (): Process {
      try {
        yield* allOf(awaited, wait);
      } catch (error) {
        assert.instance(error, des.WaitedForCancelled);
      }
    })(),
  );
  sim.run(1);
  for (const event of [lone, awaited, wait]) event.cancel();
  for (let round = 0; round < 2; round++) {
    for (const event of [lone, awaited, wait]) {
      assert.equal([event.triggered, event.processed, event.ok], [false, false, false]);
      rejects(() => event.value, des.NotTriggered, /get|timeout/);
    }
    sim.run();
  }
});

test("a get whose predicate throws fails, and the store goes on", () => {
  const sim = new Simulation();
  const shelf = new FilterStore<number>(sim, { name: "parts" });
  const boom = new Error("boom");
  const picky = (item: number): boolean => {
    if (item === 2) throw boom;
    return false;
  };
  function* wait(get: SimEvent<number>): Process<number> {
    return yield* get;
  }
  const early = crash(sim, wait(shelf.get(picky)));
  const patient = sim.process(wait(shelf.get((item) => item === 2)));
  shelf.put(1);
  const put = shelf.put(2);
  rejects(early, des.PredicateThrew, /parts.*predicate.*boom/);
  assert.is(sim.run(patient), 2);
  assert.ok(put.processed);
  shelf.put(2);
  const late = crash(sim, wait(shelf.get(picky)));
  rejects(late, des.PredicateThrew, /parts/);
  const nobody = shelf.get(picky);
  rejects(() => sim.run(), des.UnhandledFailure, /get from parts.*boom/);
  assert.is((nobody.value as unknown as Error).cause, boom);
  assert.equal([shelf.items, shelf.queue.gets], [[1, 2], []]);
  stillWorks(sim);
});

test("capacities are above zero, and whole where things are counted", () => {
  const sim = new Simulation();
  for (const capacity of [0, -1, 1.5, Number.NaN, "2" as never]) {
    for (const Kind of [Resource, PriorityResource, PreemptiveResource, Store, FilterStore, PriorityStore<number>]) {
      rejects(() => new Kind(sim, { capacity, name: "it" }), des.InvalidCapacity, /^it: /);
    }
  }
  for (const capacity of [0, -1, Number.NaN, "2" as never]) {
    rejects(() => new Container(sim, { capacity, name: "tank" }), des.InvalidCapacity, /^tank: /);
  }
  for (const level of [-1, 11, Number.NaN, "1" as never]) {
    rejects(() => new Container(sim, { capacity: 10, level, name: "tank" }), des.InvalidLevel, /^tank: .*10/);
  }
  assert.is(new Resource(sim, { capacity: Number.POSITIVE_INFINITY }).request().triggered, true);
});

test("amounts are above zero and can fit; priorities can be ordered", () => {
  const sim = new Simulation();
  const tank = new Container(sim, { capacity: 10, name: "tank" });
  for (const amount of [0, -1, 11, Number.NaN, Number.POSITIVE_INFINITY, "1" as never]) {
    rejects(() => tank.put(amount), des.InvalidAmount, /^tank: /);
    rejects(() => tank.get(amount), des.InvalidAmount, /^tank: /);
  }
  const desk = new PriorityResource(sim, { name: "desk" });
  rejects(() => desk.request({ priority: Number.NaN }), des.InvalidPriority, /^desk: /);
  rejects(() => desk.request({ priority: "1" as never }), des.InvalidPriority, /^desk: /);
  const heap = new PriorityStore<{ priority: number }>(sim, { name: "heap" });
  rejects(() => heap.put({ priority: Number.NaN }), des.InvalidPriority, /^heap: /);
  rejects(() => heap.put({} as never), des.InvalidPriority, /^heap: /);
  assert.equal([tank.queue.puts.length, desk.users.length, heap.items.length], [0, 0, 0]);
  stillWorks(sim);
});

test("every error has a class and a name of its own", () => {
  const kinds = Object.values(des).filter(
    (value): value is typeof SimulationError =>
      typeof value === "function" && value.prototype instanceof SimulationError,
  );
  assert.ok(kinds.length > 20);
  assert.is(new Set(kinds.map((kind) => kind.name)).size, kinds.length);
});

test.run();
