import { Simulation } from "../../sim/index.ts";
import type { Benchmark, Workload } from "../benchmark.ts";
import { priorityQueue } from "../contenders.ts";

/** Callbacks without processes: each re-arms its own timer. */
export default {
  name: "timers",
  measures: "seconds",
  unit: "event",
  peers: [priorityQueue],
  clocks: "bit-equal",
  quick: { warmup: 100_000, events: 500_000 },
  cases: [
    { title: "100 pending", params: { pending: 100, warmup: 500_000, events: 5_000_000 }, floor: 0.8, stretch: 1.2 },
    {
      title: "10,000 pending",
      params: { pending: 10_000, warmup: 500_000, events: 5_000_000 },
      floor: 1,
      stretch: 1.8,
    },
  ],
} satisfies Benchmark;

export const run: Workload = (input) => {
  const [pending, warmup, events] = [input.number("pending"), input.number("warmup"), input.number("events")];
  const increments = input.increments("exponential");
  const sim = new Simulation();
  const warm = sim.event<void>();
  const done = sim.event<void>();
  let fired = 0;

  for (let i = 0; i < pending; i++) {
    const timer = sim.timer(() => {
      fired++;
      if (fired === warmup) warm.succeed();
      else if (fired === warmup + events) done.succeed();
      timer.arm(increments.next());
    });
    timer.arm(increments.next());
  }
  sim.run(warm);
  const elapsed = input.stopwatch();
  sim.run(done);
  return { amount: elapsed(), units: events, clock: sim.now, counts: { fired } };
};
