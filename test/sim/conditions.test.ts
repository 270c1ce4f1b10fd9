import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  allOf,
  anyOf,
  type Process,
  Resource,
  Simulation,
  Store,
  UnhandledFailure,
  WaitedForCancelled,
} from "../../sim/index.ts";

test("any happens with the first, and knows which have happened and their values", () => {
  const sim = new Simulation();
  function* waiter(): Process<string[]> {
    const [fast, slow] = [sim.timeout(1, "fast"), sim.timeout(2, "slow")];
    const got = yield* anyOf(fast, slow);
    const value: string | undefined = got.get(fast);
    return [`${value} at ${sim.now}`, `${got.has(fast)} ${got.has(slow)} ${got.size}`, `${got.get(slow)}`];
  }
  assert.equal(sim.run(sim.process(waiter())), ["fast at 1", "true false 1", "undefined"]);
});

test("all happens with the last, and lists what happened in the order in which it was given", () => {
  const sim = new Simulation();
  const events = [sim.timeout(3, "c"), sim.timeout(1, "a"), sim.timeout(2, "b")];
  const got = sim.run(allOf(...events));
  assert.is(sim.now, 3);
  assert.equal([...got], events);
  assert.equal(
    events.map((event) => got.get(event)),
    ["c", "a", "b"],
  );
});

test("events may be given as lists, and none at all have happened already", () => {
  const sim = new Simulation();
  const replicas = [1, 2, 3].map((delay) => sim.timeout(delay));
  sim.run(allOf(replicas));
  assert.is(sim.now, 3);
  function* waiter(): Process<number> {
    const got = yield* allOf([]);
    const none = yield* anyOf();
    const nested = yield* allOf(allOf(), anyOf([]));
    return got.size + none.size + (nested.size - 2);
  }
  assert.is(sim.run(sim.process(waiter())), 0);
});

test("a condition knows of everything that happened until it is processed, not only until it was triggered", () => {
  const sim = new Simulation();
  const [a, b] = [sim.event(), sim.event()];
  function* waiter(): Process<boolean> {
    const got = yield* anyOf(a, b);
    return got.has(b);
  }
  const process = sim.process(waiter());
  function* trigger(): Process {
    yield 1;
    a.succeed();
    b.succeed();
  }
  sim.process(trigger());
  assert.ok(sim.run(process));
});

test("events that were processed before count at once", () => {
  const sim = new Simulation();
  const early = sim.timeout(1, "early");
  sim.run(5);
  const got = sim.run(allOf(early, sim.timeout(2)));
  assert.is(sim.now, 7);
  assert.is(got.get(early), "early");
});

test("the events of inner conditions are known to the outer", () => {
  const sim = new Simulation();
  const [a, b, c] = [sim.timeout(1, "a"), sim.timeout(2, "b"), sim.timeout(3, "c")];
  const inner = allOf(a, c);
  const got = sim.run(anyOf(inner, b));
  assert.is(sim.now, 2);
  assert.equal([got.has(a), got.has(b), got.has(c), got.has(inner)], [true, true, false, false]);
});

test("a condition fails with the first of its events that fails", () => {
  const sim = new Simulation();
  const boom = new Error("boom");
  const bad = sim.event();
  function* waiter(): Process<unknown> {
    try {
      yield* allOf(bad, sim.timeout(5));
      return "nothing";
    } catch (error) {
      return error;
    }
  }
  const process = sim.process(waiter());
  sim.timer(() => bad.fail(boom)).arm(1);
  assert.is(sim.run(process), boom);
  assert.is(sim.now, 1);
});

test("an event that fails when its condition is over is not hidden by it", () => {
  const sim = new Simulation();
  const bad = sim.event("late one");
  sim.run(anyOf(bad, sim.timeout(1)));
  bad.fail(new Error("boom"));
  assert.throws(
    () => sim.run(),
    (error: unknown) => error instanceof UnhandledFailure && /late one.*boom/.test(error.message),
  );
});

test("a condition whose waiter was killed takes nothing out of a store", () => {
  const sim = new Simulation();
  const shelf = new Store<string>(sim);
  function* waiter(): Process {
    yield* anyOf(shelf.get(), sim.timeout(100));
  }
  const process = sim.process(waiter());
  sim.run(1);
  assert.is(shelf.queue.gets.length, 1);
  process.kill();
  assert.is(shelf.queue.gets.length, 0);
  shelf.put("kept");
  sim.run(2);
  assert.equal(shelf.items, ["kept"]);
});

test("a condition can be waited for again after an interrupt, and its gets stand where they stood", () => {
  const sim = new Simulation();
  const shelf = new Store<string>(sim);
  const trail: string[] = [];
  function* patient(): Process {
    const get = shelf.get();
    const either = anyOf(get, sim.timeout(100));
    try {
      yield* either;
    } catch {
      trail.push(`interrupted at ${sim.now}`);
    }
    const got = yield* either;
    trail.push(`patient got ${got.get(get)}`);
  }
  function* other(): Process {
    trail.push(`other got ${yield* shelf.get()}`);
  }
  const process = sim.process(patient());
  sim.process(other());
  sim.run(1);
  process.interrupt();
  sim.run(2);
  shelf.put("first");
  shelf.put("second");
  sim.run();
  // The other hears of its item first, as a condition is told one step later than its events.
  assert.equal(trail, ["interrupted at 1", "other got second", "patient got first"]);
});

test("a turn that is granted at the instant at which patience ends is had", () => {
  const sim = new Simulation();
  const desk = new Resource(sim);
  function* clerk(): Process {
    using turn = desk.request();
    yield* turn;
    yield 1;
  }
  function* customer(): Process<boolean[]> {
    using turn = desk.request();
    const first = yield* anyOf(turn, sim.timeout(0.5));
    return [first.has(turn), turn.held];
  }
  sim.process(clerk());
  sim.run(0.5);
  assert.equal(sim.run(sim.process(customer())), [true, true]);
  assert.is(sim.now, 1);
  assert.is(desk.users.length, 0);
});

test("an item that was taken out of a store for a condition is not lost when something else decides it", () => {
  const sim = new Simulation();
  const shelf = new Store<string>(sim);
  const stop = sim.event();
  function* getter(): Process<string | undefined> {
    const get = shelf.get();
    const first = yield* anyOf(get, stop);
    return first.get(get);
  }
  sim
    .timer(() => {
      stop.succeed();
      shelf.put("item");
    })
    .arm(1);
  assert.is(sim.run(sim.process(getter())), "item");
  assert.equal(shelf.items, []);
});

test("what failed or was cancelled has not happened, whatever decided the condition", () => {
  const sim = new Simulation();
  const get = new Store<string>(sim).get();
  const [decisive, bad] = [sim.event(), sim.event("bad")];
  const process = sim.process(
    (function* (): Process<boolean[]> {
      const got = yield* anyOf(decisive, bad, get);
      return [decisive, bad, get].map((event) => got.has(event));
    })(),
  );
  sim
    .timer(() => {
      decisive.succeed();
      get.cancel();
      bad.fail(new Error("boom"));
    })
    .arm(1);
  assert.throws(() => sim.run(process), /bad.*boom/);
  assert.equal(sim.run(process), [true, false, false]);
});

test("a condition that cannot wait for one of its events decides nothing before it says so", () => {
  const sim = new Simulation();
  const get = new Store<string>(sim).get();
  get.cancel();
  const bad = sim.event();
  bad.fail(new Error("boom"));
  assert.throws(() => sim.run(), /boom/);
  assert.throws(
    () => anyOf(bad, get),
    (error: unknown) => error instanceof WaitedForCancelled,
  );
  sim.run();
  assert.is(sim.peek(), Number.POSITIVE_INFINITY);
});

test("a condition whose waiter is killed while its event is being told does not fail in its place", () => {
  const sim = new Simulation();
  const alarm = sim.event();
  const told: string[] = [];
  function* hear(name: string, act: () => void): Process {
    try {
      yield* alarm;
    } catch {
      told.push(name);
      act();
    }
  }
  function* wait(): Process {
    yield* anyOf(alarm, sim.timeout(10));
  }
  sim.process(hear("first", () => {}));
  sim.process(hear("second", () => victim.kill()));
  const victim = sim.process(wait());
  sim.timer(() => alarm.fail(new Error("fire"))).arm(1);
  sim.run();
  assert.equal(told, ["first", "second"]);
});

test("waiting for one event a hundred thousand times over leaves nothing at it", () => {
  // Whoever waits for `stop` or a short timeout again and again must not pile up at `stop`: each round would cost more.
  const sim = new Simulation();
  const stop = sim.event();
  let rounds = 0;
  function* loop(): Process {
    for (; rounds < 100_000; rounds++) {
      const got = yield* anyOf(stop, sim.timeout(1));
      if (got.has(stop)) return;
    }
  }
  sim.run(sim.process(loop()));
  assert.is(rounds, 100_000);
  assert.not(stop.isAwaited);
});

test.run();
