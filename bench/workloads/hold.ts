import { type Process, Simulation } from "../../sim/index.ts";
import type { Benchmark, Workload } from "../benchmark.ts";
import { simpy } from "../contenders.ts";

const shapes = ["exponential", "bimodal", "triangular"];
const events = { warmup: 200_000, events: 500_000 };

/** The hold model: processes that do nothing but wait, again and again. */
export default {
  name: "hold",
  measures: "seconds",
  unit: "event",
  peers: [simpy],
  clocks: "bit-equal",
  quick: { warmup: 20_000, events: 50_000 },
  cases: [
    ...shapes.map((law) => ({ title: `100 ${law}`, params: { pending: 100, law, ...events }, floor: 15, stretch: 25 })),
    ...shapes.map((law) => ({
      title: `10,000 ${law}`,
      params: { pending: 10_000, law, ...events },
      floor: 13,
      stretch: 22,
    })),
    {
      title: "1,000,000 exponential",
      params: { pending: 1_000_000, law: "exponential", warmup: 1_000_000, events: 1_000_000 },
      floor: 6.5,
      stretch: 10,
    },
  ],
} satisfies Benchmark;

export const run: Workload = (input) => {
  const [pending, warmup, events] = [input.number("pending"), input.number("warmup"), input.number("events")];
  const increments = input.increments(input.text("law"));
  const sim = new Simulation();
  const warm = sim.event();
  const done = sim.event();
  let holds = 0;

  function* holder(): Process {
    for (;;) {
      yield increments.next();
      holds++;
      if (holds === warmup) warm.succeed();
      else if (holds === warmup + events) done.succeed();
    }
  }

  for (let i = 0; i < pending; i++) sim.process(holder());
  sim.run(warm);
  const elapsed = input.stopwatch();
  sim.run(done);
  return { amount: elapsed(), units: events, clock: sim.now, counts: { holds } };
};
