import { Interrupt, type Process, Simulation } from "../../sim/index.ts";
import type { Benchmark, Workload } from "../benchmark.ts";
import { simpy } from "../contenders.ts";

/** One process interrupts sleepers in turn, each before its sleep is over. A unit is an interrupt and the wait before it. */
export default {
  name: "interrupts",
  measures: "seconds",
  unit: "interrupt",
  peers: [simpy],
  clocks: "bit-equal",
  quick: { interrupts: 20_000 },
  cases: [{ title: "1,000 processes", params: { sleepers: 1000, interrupts: 500_000 }, floor: 14, stretch: 40 }],
} satisfies Benchmark;

export const run: Workload = (input) => {
  const [sleepers, interrupts] = [input.number("sleepers"), input.number("interrupts")];
  const increments = input.increments("exponential");
  const elapsed = input.stopwatch();
  const sim = new Simulation();
  const done = sim.event<void>();
  let woken = 0;
  let overslept = 0;

  function* sleeper(): Process {
    for (;;) {
      try {
        yield sleepers * (1.5 + increments.next());
        overslept++;
      } catch (error) {
        if (!(error instanceof Interrupt)) throw error;
        woken++;
        if (woken === interrupts) done.succeed();
      }
    }
  }

  const victims = Array.from({ length: sleepers }, () => sim.process(sleeper()));

  function* alarm(): Process {
    for (let next = 0; ; next = (next + 1) % sleepers) {
      yield increments.next();
      victims[next]!.interrupt("wake up");
    }
  }

  sim.process(alarm());
  sim.run(done);
  return {
    amount: elapsed(),
    units: interrupts,
    clock: sim.now,
    counts: { woken, overslept },
  };
};
