import { Interrupt, PreemptiveResource, type Process, Simulation } from "../../sim/index.ts";
import type { Benchmark, Workload } from "../benchmark.ts";
import { simpy } from "../contenders.ts";

/** Machines make parts and break; the repairman drops his other jobs for them. The classic example, for many weeks. */
export default {
  name: "machine-shop",
  measures: "seconds",
  unit: "part",
  peers: [simpy],
  clocks: "bit-equal",
  quick: { parts: 20_000 },
  cases: [{ title: "10 machines", params: { machines: 10, parts: 2_000_000 }, floor: 12, stretch: 30 }],
} satisfies Benchmark;

const repairTime = 30;
const jobTime = 30;

export const run: Workload = (input) => {
  const [machines, target] = [input.number("machines"), input.number("parts")];
  const partTimes = input.increments("triangular");
  const lifeTimes = input.increments("exponential");
  const elapsed = input.stopwatch();
  const sim = new Simulation();
  const done = sim.event<void>();
  const repairman = new PreemptiveResource(sim, { capacity: 1 });
  const counts = { parts: 0, repairs: 0, jobs: 0, dropped: 0 };

  function* make(machine: { broken: boolean }): Process {
    for (;;) {
      for (let left = 10 * partTimes.next(); left > 0; ) {
        const started = sim.now;
        try {
          yield left;
          left = 0;
        } catch (error) {
          if (!(error instanceof Interrupt)) throw error;
          left -= sim.now - started;
          yield* repair(machine);
        }
      }
      counts.parts++;
      if (counts.parts === target) done.succeed();
    }
  }

  function* repair(machine: { broken: boolean }): Process {
    machine.broken = true;
    using turn = repairman.request({ priority: 1 });
    yield* turn;
    yield repairTime;
    machine.broken = false;
    counts.repairs++;
  }

  function* otherJobs(): Process {
    for (;;) {
      for (let left = jobTime; left > 0; ) left = yield* doJob(left);
      counts.jobs++;
    }
  }

  /** Works at a job until it is done or dropped; what is left of it. */
  function* doJob(left: number): Process<number> {
    using turn = repairman.request({ priority: 2 });
    yield* turn;
    const started = sim.now;
    try {
      yield left;
      return 0;
    } catch (error) {
      if (!(error instanceof Interrupt)) throw error;
      counts.dropped++;
      return left - (sim.now - started);
    }
  }

  function* wear(machine: { broken: boolean }, breakDown: () => void): Process {
    for (;;) {
      yield 300 * lifeTimes.next();
      if (!machine.broken) breakDown();
    }
  }

  for (let i = 0; i < machines; i++) {
    const machine = { broken: false };
    const work = sim.process(make(machine), `machine ${i}`);
    sim.process(wear(machine, () => work.interrupt("broken")));
  }
  sim.process(otherJobs());
  sim.run(done);

  return { amount: elapsed(), units: target, clock: sim.now, counts };
};
