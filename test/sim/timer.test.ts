import { test } from "uvu";
import * as assert from "uvu/assert";
import { CancelledTooLate, InvalidDelay, type Process, Simulation, UnhandledFailure } from "../../sim/index.ts";

test("a timer goes off once for each time it is armed", () => {
  const sim = new Simulation();
  const times: number[] = [];
  const timer = sim.timer(() => {
    times.push(sim.now);
    if (times.length < 3) timer.arm(2);
  });
  timer.arm(1);
  assert.ok(timer.armed);
  assert.is(timer.due, 1);
  sim.run();
  assert.equal(times, [1, 3, 5]);
  assert.not(timer.armed);
  assert.is(timer.due, Number.POSITIVE_INFINITY);
});

test("arming an armed timer replaces its time", () => {
  const sim = new Simulation();
  const times: number[] = [];
  const timer = sim.timer(() => times.push(sim.now));
  timer.arm(1);
  timer.arm(5);
  timer.arm(3);
  sim.run();
  assert.equal(times, [3]);
});

test("a cancelled timer does not go off, nor does it move the clock, be it for now or for later", () => {
  const sim = new Simulation();
  const fail = () => assert.unreachable();
  for (const delay of [0, 1, Number.POSITIVE_INFINITY]) {
    const timer = sim.timer(fail).arm(delay);
    timer.cancel();
    timer.cancel();
    assert.not(timer.armed);
  }
  assert.is(sim.peek(), Number.POSITIVE_INFINITY);
  sim.run();
  assert.is(sim.now, 0);
});

test("a timer for never is armed and holds nothing up", () => {
  const sim = new Simulation();
  const timer = sim.timer(() => assert.unreachable()).arm(Number.POSITIVE_INFINITY);
  sim.run();
  assert.ok(timer.armed);
  assert.is(sim.now, 0);
});

test("a million cancelled timers leave a bounded agenda", () => {
  const sim = new Simulation();
  const timers = Array.from({ length: 10 }, () => sim.timer(() => {}));
  for (let round = 0; round < 1_000_000; round++) {
    const timer = timers[round % 10]!;
    timer.arm(1e6 + round);
    if (round % 3 === 0) timer.cancel();
  }
  assert.ok(sim.agenda.footprint <= 2 * timers.length + 64, `${sim.agenda.footprint} entries`);
});

test("a million interrupted waits leave a bounded agenda", () => {
  const sim = new Simulation();
  let interrupts = 0;
  function* sleeper(): Process {
    for (;;) {
      try {
        yield 1e9;
      } catch {
        interrupts++;
      }
    }
  }
  const victim = sim.process(sleeper());
  function* waker(): Process {
    for (let i = 0; i < 1_000_000; i++) {
      yield 1;
      victim.interrupt();
    }
  }
  sim.run(sim.process(waker()));
  // The last interrupt was urgent, so it came before the end of the waker was told.
  assert.is(interrupts, 1_000_000);
  assert.ok(sim.agenda.footprint <= 66, `${sim.agenda.footprint} entries`);
});

test("a wrong delay is an error that names the timer and leaves it as it was", () => {
  const sim = new Simulation();
  let rang = 0;
  const timer = sim.timer(() => rang++, "alarm").arm(4);
  for (const delay of [-1, Number.NaN, Number.NEGATIVE_INFINITY, "1" as never, undefined as never]) {
    assert.throws(
      () => timer.arm(delay),
      (error: unknown) => error instanceof InvalidDelay && /alarm/.test(error.message),
    );
  }
  assert.is(timer.due, 4);
  sim.run();
  assert.is(rang, 1);
});

test("what a callback throws comes out of the run, naming the timer, and the run can go on", () => {
  const sim = new Simulation();
  const boom = new Error("boom");
  sim
    .timer(() => {
      throw boom;
    }, "alarm")
    .arm(1);
  let rang = false;
  sim
    .timer(() => {
      rang = true;
    })
    .arm(2);
  assert.throws(
    () => sim.run(),
    (error: unknown) => error instanceof UnhandledFailure && error.cause === boom && /alarm.*boom/.test(error.message),
  );
  sim.run();
  assert.ok(rang);
});

test("a cancelled timeout never happens; one that has happened cannot be cancelled", () => {
  const sim = new Simulation();
  const early = sim.timeout(1, "early");
  const late = sim.timeout(9);
  late.cancel();
  late.cancel();
  sim.run();
  assert.is(sim.now, 1);
  assert.is(early.value, "early");
  assert.not(late.triggered);
  assert.throws(
    () => early.cancel(),
    (error: unknown) => error instanceof CancelledTooLate,
  );
});

test("the end of an instant comes once however often it is requested, after all else and before time moves", () => {
  const sim = new Simulation();
  const trail: string[] = [];
  const end = sim.endOfInstant(() => {
    trail.push(`end ${sim.now}`);
    // What it schedules for the same instant happens in it, and the end can be requested again.
    if (trail.length === 4) {
      sim.event().succeed();
      sim.process(late());
    }
  });
  function* late(): Process {
    trail.push(`late ${sim.now}`);
    end.request();
    yield 0;
    trail.push(`later ${sim.now}`);
  }
  function* early(name: string): Process {
    yield 1;
    end.request();
    end.request();
    trail.push(`${name} ${sim.now}`);
    yield 0;
    trail.push(`${name} again`);
  }
  sim.process(early("a"));
  function* other(): Process {
    yield 1;
    trail.push("b");
    yield 1;
    trail.push(`b ${sim.now}`);
  }
  sim.process(other());
  sim.run();
  assert.equal(trail, ["a 1", "b", "a again", "end 1", "late 1", "later 1", "end 1", "b 2"]);
});

test("an end of an instant that was requested is something left to happen", () => {
  const sim = new Simulation();
  let ends = 0;
  sim.endOfInstant(() => ends++).request();
  assert.is(sim.peek(), 0);
  sim.step();
  assert.is(ends, 1);
  assert.is(sim.peek(), Number.POSITIVE_INFINITY);
});

test.run();
