import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Process, Simulation } from "../../sim/index.ts";
import type { Benchmark, Workload } from "../benchmark.ts";

/** What stays in memory, after garbage collection, for each thing that waits. */
export default {
  name: "memory",
  measures: "bytes",
  unit: "thing that waits",
  peers: [],
  clocks: "bit-equal",
  quick: { things: 10_000 },
  cases: [
    // A million pending timers must fit in 200 MB.
    { title: "1,000,000 armed timers", params: { thing: "timer", things: 1_000_000 }, limit: 200 },
    { title: "100,000 sleeping processes", params: { thing: "sleeper", things: 100_000 } },
    { title: "100,000 processes at one event", params: { thing: "waiter", things: 100_000 } },
  ],
} satisfies Benchmark;

export const run: Workload = (input) => {
  const things = input.number("things");
  const increments = input.increments("exponential");
  const sim = new Simulation();
  const never = sim.event<void>();

  function* sleeper(): Process {
    for (;;) yield 1 + increments.next();
  }

  function* waiter(): Process {
    for (;;) yield never;
  }

  const kinds: Readonly<Record<string, () => unknown>> = {
    timer: () => sim.timer(() => {}).arm(1 + increments.next()),
    sleeper: () => sim.process(sleeper()),
    waiter: () => sim.process(waiter()),
  };
  const make = kinds[input.text("thing")]!;

  const before = inUse();
  for (let i = 0; i < things; i++) make();
  sim.run(0.5);
  const bytes = inUse() - before;
  // Referring to `never` and `sim` here keeps alive what was measured.
  if (never.triggered) throw new Error("The event must not happen.");
  return { amount: bytes, units: things, clock: sim.now, counts: { things } };
};

function inUse(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
