import { test } from "uvu";
import * as assert from "uvu/assert";
import { Interrupt, PerfettoTrace, type Process, Resource, Simulation } from "../../sim/index.ts";

interface Drawn {
  readonly ph: string;
  readonly ts: number;
  readonly tid: number;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The events of a small world: two customers at one desk, one interrupted, one killed, one that fails. */
function drawn(secondsPerUnit?: number): Drawn[] {
  const trace = new PerfettoTrace(secondsPerUnit === undefined ? {} : { secondsPerUnit });
  const sim = new Simulation({ trace });
  const desk = new Resource(sim, { name: "desk" });
  function* customer(): Process {
    using turn = desk.request();
    yield* turn;
    try {
      yield 10;
    } catch (error) {
      if (!(error instanceof Interrupt)) throw error;
    }
  }
  const [ada, bob] = [sim.process(customer(), "Ada"), sim.process(customer(), "Bob")];
  sim.timer(() => ada.interrupt("hurry"), "clock").arm(2);
  sim.timer(() => bob.kill()).arm(3);
  sim.run(4);
  function* failing(): Process {
    yield 1;
    throw new Error("boom");
  }
  sim.process(failing(), "Eve");
  assert.throws(() => sim.run());
  const file = JSON.parse(String(trace)) as { traceEvents: Drawn[] };
  assert.is([...trace].join(""), String(trace));
  return file.traceEvents;
}

test("each slice that is opened is closed, in its lane, later or at the same time, and never two of one name overlap", () => {
  const open = new Map<number, Drawn[]>();
  let before = 0;
  for (const event of drawn()) {
    if (event.ph === "M") continue;
    assert.ok(event.ts >= before, "time does not go back");
    before = event.ts;
    const stack = open.get(event.tid) ?? [];
    open.set(event.tid, stack);
    if (event.ph === "B") stack.push(event);
    if (event.ph === "E") assert.ok(stack.pop(), "what is closed was open");
    assert.ok(stack.length <= 2, "a process, and in it a wait");
  }
  for (const stack of open.values()) assert.equal(stack, []);
});

test("a process is a slice with its waits in it, named by what is waited for", () => {
  const slices = drawn().filter((event) => event.ph === "B");
  assert.equal(
    slices.map((event) => `${event.tid} ${event.ts / 1e6} ${event.name}`),
    [
      "1 0 Ada",
      "2 0 Bob",
      "1 0 waits for request for desk",
      "2 0 waits for request for desk",
      "1 0 waits for time 10",
      "2 2 waits for time 12",
      // The lane of Bob, who ended last, is used again.
      "2 4 Eve",
      "2 4 waits for time 5",
    ],
  );
});

test("interrupts, kills, failures, timers and the users of resources are drawn", () => {
  const events = drawn();
  const marks = events.filter((event) => event.ph === "i").map((event) => `${event.ts / 1e6} ${event.name}`);
  for (const mark of ["2 clock", "2 interrupt", "3 kill", "3 timer", "5 fail"]) assert.ok(marks.includes(mark), mark);
  assert.equal(events.find((event) => event.name === "interrupt")?.args, { detail: "hurry" });
  assert.match(String(events.find((event) => event.name === "fail")?.args["detail"]), /boom/);
  assert.equal(
    events.filter((event) => event.ph === "C").map((event) => `${event.ts / 1e6} ${event.name} ${event.args["users"]}`),
    ["0 desk 1", "2 desk 0", "2 desk 1", "3 desk 0"],
  );
});

test("a unit of time is drawn as many seconds as are asked for", () => {
  assert.is(Math.max(...drawn(60).map((event) => event.ts ?? 0)), 5 * 60 * 1e6);
  for (const secondsPerUnit of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => new PerfettoTrace({ secondsPerUnit }), /secondsPerUnit/);
  }
});

test("there are as many lanes as processes ever lived at once, however many there were", () => {
  const trace = new PerfettoTrace();
  const sim = new Simulation({ trace });
  function* brief(): Process {
    yield 1;
  }
  function* source(): Process {
    for (let i = 0; i < 100; i++) {
      sim.process(brief());
      yield 2;
    }
  }
  sim.process(source());
  sim.run();
  const { traceEvents } = JSON.parse(String(trace)) as { traceEvents: Drawn[] };
  assert.is(traceEvents.filter((event) => event.ph === "M").length, 3, "events, source, and one for the brief");
});

test.run();
