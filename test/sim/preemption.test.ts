import { test } from "uvu";
import * as assert from "uvu/assert";
import { allOf, anyOf, Interrupt, PreemptiveResource, type Process, Simulation } from "../../sim/index.ts";

const SERVICE = 10;

/** How much of the work that was done before a preemption counts afterwards. */
type Afterwards = "resume" | "restart";

interface Job {
  readonly at: number;
  readonly priority: number;
  /** Units of the resource that it needs together. */
  readonly units: number;
}

/** Serves `jobs` and tells when each ended and how long it was served in all. */
function serve(capacity: number, afterwards: Afterwards, jobs: readonly Job[]): { ends: number[]; worked: number[] } {
  const sim = new Simulation();
  const server = new PreemptiveResource(sim, { capacity });
  const ends: number[] = [];
  const worked = jobs.map(() => 0);

  function* attempt(index: number, { priority, units }: Job, minutes: number): Process<number> {
    const turns = Array.from({ length: units }, () => server.request({ priority }));
    let start: number | undefined;
    try {
      yield* allOf(...turns);
      start = sim.now;
      yield minutes;
    } catch (error) {
      if (!(error instanceof Interrupt)) throw error;
    } finally {
      for (const turn of turns) turn[Symbol.dispose]();
    }
    const done = start === undefined ? 0 : sim.now - start;
    worked[index] = (worked[index] ?? 0) + done;
    return done;
  }

  function* work(index: number, job: Job): Process {
    yield job.at;
    for (let left = SERVICE; left > 0; ) {
      const done = yield* attempt(index, job, left);
      left = afterwards === "resume" || done === left ? left - done : SERVICE;
    }
    ends[index] = sim.now;
  }

  for (const [index, job] of jobs.entries()) sim.process(work(index, job), `job ${index}`);
  sim.run();
  return { ends, worked };
}

const TWO_LONG_AND_TWO_URGENT: readonly Job[] = [
  { at: 0, priority: 1, units: 1 },
  { at: 0, priority: 1, units: 1 },
  { at: 2, priority: 0, units: 2 },
  { at: 15, priority: 0, units: 2 },
];

test("preempted jobs that start again end at 35, 35, 12, 25 and worked 15, 15, 10, 10", () => {
  const { ends, worked } = serve(2, "restart", TWO_LONG_AND_TWO_URGENT);
  assert.equal(ends, [35, 35, 12, 25]);
  assert.equal(worked, [15, 15, 10, 10]);
});

test("preempted jobs that resume end at 30, 30, 12, 25 and worked 10 each", () => {
  const { ends, worked } = serve(2, "resume", TWO_LONG_AND_TWO_URGENT);
  assert.equal(ends, [30, 30, 12, 25]);
  assert.equal(worked, [10, 10, 10, 10]);
});

test("with a full queue of two the last and least urgent is rejected before the server's: ends 30, 3, 12, 22", () => {
  const sim = new Simulation();
  const server = new PreemptiveResource(sim, { capacity: 1 });
  const ends: number[] = [];
  const rejections = new Map<object, () => void>();

  function* job(index: number, at: number, priority: number): Process {
    yield at;
    let rank = priority;
    for (let left = SERVICE; left > 0; ) {
      using turn = server.request({ priority: rank });
      const rejected = sim.event<void>();
      rejections.set(turn, () => rejected.succeed());
      const last = server.queue.at(-1);
      if (server.queue.length > 2 && last !== undefined) rejections.get(last)?.();
      let start = sim.now;
      try {
        const first = yield* anyOf(turn, rejected);
        if (!first.has(turn)) break;
        start = sim.now;
        yield left;
        left = 0;
      } catch (error) {
        if (!(error instanceof Interrupt)) throw error;
        left -= sim.now - start;
        rank = priority - 0.5; // who was preempted waits before his equals
      }
    }
    ends[index] = sim.now;
  }

  const jobs = [
    [0, 1],
    [0, 1],
    [2, 0],
    [3, 0],
  ] as const;
  for (const [index, [at, priority]] of jobs.entries()) sim.process(job(index, at, priority), `job ${index}`);
  sim.run();
  assert.equal(ends, [30, 3, 12, 22]);
});

test("the interrupt of a preemption names who took which resource, and since when it was held", () => {
  const sim = new Simulation();
  const server = new PreemptiveResource(sim, { capacity: 1 });
  const causes: unknown[] = [];
  function* slow(): Process {
    yield 1;
    try {
      using turn = server.request({ priority: 5 });
      yield* turn;
      yield 100;
    } catch (error) {
      if (!(error instanceof Interrupt)) throw error;
      causes.push(error.cause);
    }
  }
  function* urgent(): Process {
    yield 3;
    using turn = server.request({ priority: 1 });
    yield* turn;
  }
  sim.process(slow(), "slow");
  const by = sim.process(urgent(), "urgent");
  sim.run();
  assert.is(causes.length, 1);
  const cause = causes[0] as { by: unknown; resource: unknown; since: number };
  assert.is(cause.by, by);
  assert.is(cause.resource, server);
  assert.is(cause.since, 1);
});

test("the victim is the least urgent user, and of equals the one that asked last", () => {
  const sim = new Simulation();
  const server = new PreemptiveResource(sim, { capacity: 3 });
  const trail: string[] = [];
  function* user(name: string, at: number, priority: number, minutes: number): Process {
    yield at;
    try {
      using turn = server.request({ priority });
      yield* turn;
      yield minutes;
      trail.push(`${name} done at ${sim.now}`);
    } catch (error) {
      if (!(error instanceof Interrupt)) throw error;
      trail.push(`${name} lost at ${sim.now}`);
    }
  }
  sim.process(user("a", 0, 3, 50));
  sim.process(user("b", 1, 3, 50));
  sim.process(user("c", 2, 2, 50));
  sim.process(user("x", 3, 1, 20));
  sim.process(user("y", 4, 1, 20));
  sim.process(user("z", 5, 1, 20));
  sim.run();
  assert.equal(trail, ["b lost at 3", "a lost at 4", "c lost at 5", "x done at 23", "y done at 24", "z done at 25"]);
});

test("nobody is preempted by an equal, by a less urgent, or by one who asked not to preempt", () => {
  const sim = new Simulation();
  const server = new PreemptiveResource(sim, { capacity: 1 });
  const ends: Record<string, number> = {};
  function* user(name: string, at: number, options: { priority: number; preempt?: boolean }): Process {
    yield at;
    using turn = server.request(options);
    yield* turn;
    yield 10;
    ends[name] = sim.now;
  }
  sim.process(user("holder", 0, { priority: 1 }));
  sim.process(user("equal", 1, { priority: 1 }));
  sim.process(user("lower", 2, { priority: 2 }));
  sim.process(user("polite", 3, { priority: 0, preempt: false }));
  sim.run();
  assert.equal(ends, { holder: 10, polite: 20, equal: 30, lower: 40 });
});

test("preempting someone who was preempted before never moves time backwards", () => {
  const sim = new Simulation();
  const server = new PreemptiveResource(sim, { capacity: 1 });
  const times: number[] = [];
  const since: unknown[] = [];
  let end = 0;
  function* long(): Process {
    for (let left = 10; left > 0; ) {
      using turn = server.request({ priority: 9 });
      yield* turn;
      const start = sim.now;
      try {
        yield left;
        left = 0;
      } catch (error) {
        if (!(error instanceof Interrupt)) throw error;
        since.push((error.cause as { since: number }).since);
        left -= sim.now - start;
      }
      times.push(sim.now);
    }
    end = sim.now;
  }
  function* urgent(at: number): Process {
    yield at;
    using turn = server.request({ priority: 0 });
    yield* turn;
    times.push(sim.now);
    yield 1;
    times.push(sim.now);
  }
  sim.process(long());
  for (const at of [2, 4, 6, 7]) sim.process(urgent(at));
  sim.run();
  assert.equal(
    times,
    [...times].sort((a, b) => a - b),
  );
  assert.equal(since, [0, 3, 5]);
  assert.is(end, 14);
});

test("giving back a turn that was taken away is silent and leaves the new user alone", () => {
  const sim = new Simulation();
  const server = new PreemptiveResource(sim, { capacity: 1 });
  let ended = 0;
  function* victim(): Process {
    try {
      using turn = server.request({ priority: 5 });
      yield* turn;
      yield 100;
    } catch (error) {
      if (!(error instanceof Interrupt)) throw error;
    }
    assert.is(server.users.length, 1);
  }
  function* urgent(): Process {
    yield 1;
    using turn = server.request({ priority: 1 });
    yield* turn;
    yield 5;
    ended = sim.now;
  }
  sim.process(victim());
  sim.process(urgent());
  sim.run();
  assert.is(ended, 6);
});

test.run();
