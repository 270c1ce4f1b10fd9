import { test } from "uvu";
import * as assert from "uvu/assert";
import { Interrupt, type Process, Simulation } from "../../sim/index.ts";

interface Job {
  /** Seconds of work. */
  readonly work: number;
  /** Seconds of work from one snapshot to the next; none without it. Each takes one second, and restoring is free. */
  readonly every?: number;
  readonly failureAt: number;
  readonly downFor: number;
}

/** When the job ends that works, takes snapshots, and goes back to the last one after its failure. */
function ends({ work, every = Number.POSITIVE_INFINITY, failureAt, downFor }: Job): number {
  const sim = new Simulation();
  function* running(): Process<number> {
    let saved = 0;
    for (;;) {
      try {
        while (work - saved > every) {
          yield every;
          yield 1;
          saved += every;
        }
        yield work - saved;
        return sim.now;
      } catch (error) {
        if (!(error instanceof Interrupt)) throw error;
        yield downFor;
      }
    }
  }
  const job = sim.process(running(), "job");
  function* failing(): Process {
    yield failureAt;
    if (job.isAlive) job.interrupt("failure");
  }
  sim.process(failing(), "failure");
  return sim.run(job);
}

const failure = { failureAt: 300, downFor: 300 };

test("a job of 600 s without snapshots does everything again after a failure at 300 s: 1200 s", () => {
  assert.is(ends({ work: 600, ...failure }), 1200);
});

test("a failure long after the end does not matter: 600 s", () => {
  assert.is(ends({ work: 600, failureAt: 6000, downFor: 300 }), 600);
});

test("with a snapshot every 60 s it ends at 965 s: 600 of work, 300 down, 9 snapshots, 56 lost", () => {
  assert.is(ends({ work: 600, every: 60, ...failure }), 600 + 300 + 9 * 1 + 56);
});

test("twenty minutes of work with snapshots end at 1575 s: 1200 of work, 300 down, 19 snapshots, 56 lost", () => {
  assert.is(ends({ work: 1200, every: 60, ...failure }), 1200 + 300 + 19 + 56);
});

test.run();
