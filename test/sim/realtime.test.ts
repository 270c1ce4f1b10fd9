import { test } from "uvu";
import * as assert from "uvu/assert";
import { Deadlock, ForeignEvent, InvalidTime, type Process, Simulation } from "../../sim/index.ts";
import { InvalidPace, runInRealTime, TooLate } from "../../sim/realtime.ts";

/** A clock that moves only when somebody sleeps, or works. */
class FakeClock {
  now = 1000;
  readonly sleeps: number[] = [];

  readonly clock = (): number => this.now;
  readonly sleep = async (seconds: number): Promise<void> => {
    this.sleeps.push(seconds);
    this.now += seconds;
  };

  work(seconds: number): void {
    this.now += seconds;
  }
}

/** What `promise` is rejected with. */
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.unreachable("it was fulfilled"),
    (error: unknown) => error,
  );

/** Ticks at 1, 2, 3, …, noting the real time of each; a tick may take its time. */
function* ticking(fake: FakeClock, at: number[], work = 0): Process {
  for (;;) {
    yield 1;
    at.push(fake.now - 1000);
    fake.work(work);
  }
}

test("each thing happens when factor times its simulated time has passed", async () => {
  const fake = new FakeClock();
  const sim = new Simulation({ start: 50 });
  const at: number[] = [];
  sim.process(ticking(fake, at));
  await runInRealTime(sim, 53.5, { ...fake, factor: 0.5 });
  assert.equal(at, [0.5, 1, 1.5]);
  assert.is(sim.now, 53.5);
  assert.is(fake.now, 1001.75, "the end of the run is paced too");
});

test("a run in real time until an event of another simulation is refused at once", async () => {
  const fake = new FakeClock();
  const sim = new Simulation();
  sim.process(ticking(fake, []));
  const refused = await rejection(runInRealTime(sim, new Simulation().event("elsewhere"), fake));
  assert.instance(refused, ForeignEvent);
  assert.match((refused as Error).message, /elsewhere/);
  assert.equal(fake.sleeps, []);
});

test("work within the tolerance does not add up: the run is paced against its start", async () => {
  const fake = new FakeClock();
  const sim = new Simulation();
  const at: number[] = [];
  sim.process(ticking(fake, at, 0.75));
  await runInRealTime(sim, 5, fake);
  assert.equal(at, [1, 2, 3, 4]);
  assert.equal(fake.sleeps, [1, 0.25, 0.25, 0.25, 0.25]);
});

test("a strict run that falls behind by more than its tolerance fails, and can be continued", async () => {
  const fake = new FakeClock();
  const sim = new Simulation();
  const at: number[] = [];
  sim.process(ticking(fake, at, 1.75));
  const error = await rejection(runInRealTime(sim, 100, fake));
  assert.instance(error, TooLate);
  // Ticks at 1, 2.75 (0.75 late), and the third would be 1.5 late.
  assert.equal(at, [1, 2.75]);
  assert.match((error as Error).message, /at 3 is 1\.500 s late/);
  sim.run(4);
  assert.is(at.length, 3);
});

test("a lenient run catches up as fast as it can", async () => {
  const fake = new FakeClock();
  const sim = new Simulation();
  const at: number[] = [];
  sim.process(ticking(fake, at));
  sim.timer(() => fake.work(2.5)).arm(1.5);
  await runInRealTime(sim, 6, { ...fake, strict: false });
  assert.equal(at, [1, 4, 4, 4, 5]);
});

test("a run until an event returns its value, or throws its error", async () => {
  const fake = new FakeClock();
  const sim = new Simulation();
  const value: string = await runInRealTime(sim, sim.timeout(3, "done"), fake);
  assert.is(value, "done");
  assert.is(fake.now, 1003);
  const boom = new Error("boom");
  const bad = sim.event();
  sim.timer(() => bad.fail(boom)).arm(1);
  assert.is(await rejection(runInRealTime(sim, bad, fake)), boom);
  assert.instance(await rejection(runInRealTime(sim, sim.event("never"), fake)), Deadlock);
});

test("what comes from outside while the run sleeps is not overlooked", async () => {
  const fake = new FakeClock();
  const sim = new Simulation();
  const trail: string[] = [];
  const button = sim.event();
  function* light(): Process {
    yield* button;
    trail.push(`lit at ${sim.now}`);
  }
  sim.process(light());
  sim.timer(() => trail.push(`alarm at ${sim.now}`)).arm(10);
  const sleep = async (seconds: number): Promise<void> => {
    await fake.sleep(seconds);
    if (!button.triggered) button.succeed();
  };
  await runInRealTime(sim, undefined, { clock: fake.clock, sleep, tolerance: 100 });
  assert.equal(trail, ["lit at 0", "alarm at 10"]);
});

test("impossible paces and times are errors before anything happens", async () => {
  const sim = new Simulation({ start: 5 });
  for (const factor of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.instance(await rejection(runInRealTime(sim, 9, { factor })), InvalidPace);
    assert.instance(await rejection(runInRealTime(sim, 9, { tolerance: factor })), InvalidPace);
  }
  assert.instance(await rejection(runInRealTime(sim, 4)), InvalidTime);
  assert.is(sim.now, 5);
});

test("without a clock of one's own the run takes real time", async () => {
  const sim = new Simulation();
  sim.timer(() => {}).arm(2);
  const before = performance.now();
  await runInRealTime(sim, undefined, { factor: 0.02, strict: false });
  // Timers of the platform may be a millisecond early.
  assert.ok(performance.now() - before >= 38);
  assert.is(sim.now, 2);
});

test.run();
