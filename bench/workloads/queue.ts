import { type Process, Resource, Simulation } from "../../sim/index.ts";
import type { Benchmark, Workload } from "../benchmark.ts";
import { simpy } from "../contenders.ts";

/** M/M/c at 80 % load, one process a customer. Timed from the first line, with the compiler still warming up. */
export default {
  name: "queue",
  measures: "seconds",
  unit: "customer",
  peers: [simpy],
  clocks: "bit-equal",
  quick: { customers: 20_000 },
  cases: [
    { title: "M/M/1", params: { servers: 1, customers: 500_000 }, floor: 28, stretch: 50 },
    { title: "M/M/10", params: { servers: 10, customers: 500_000 }, floor: 30, stretch: 50 },
  ],
} satisfies Benchmark;

export const run: Workload = (input) => {
  const [servers, customers] = [input.number("servers"), input.number("customers")];
  const increments = input.increments("exponential");
  const elapsed = input.stopwatch();
  const sim = new Simulation();
  const counter = new Resource(sim, { capacity: servers });
  let served = 0;
  let waited = 0;

  function* customer(): Process {
    const arrived = sim.now;
    using turn = counter.request();
    yield* turn;
    waited += sim.now - arrived;
    yield 0.8 * servers * increments.next();
    served++;
  }

  function* source(): Process {
    for (let i = 0; i < customers; i++) {
      yield increments.next();
      sim.process(customer());
    }
  }

  sim.process(source());
  sim.run();
  return {
    amount: elapsed(),
    units: customers,
    clock: sim.now,
    counts: { served, waited },
  };
};
