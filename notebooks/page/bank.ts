import { type Process, Resource, Simulation, Streams } from "../../sim/index.ts";

export interface BankOptions {
  readonly counters: number;
  /** Part of the time that each counter is busy. */
  readonly load: number;
  readonly customers: number;
}

/** How long each customer waits, in mean services. */
export const bank = (seed: number, { counters, load, customers }: BankOptions): number[] => {
  const sim = new Simulation();
  const counter = new Resource(sim, { capacity: counters });
  const streams = new Streams(seed);
  const [arrivals, services] = [streams.get("arrivals"), streams.get("services")];
  const waits: number[] = [];

  function* customer(): Process {
    const arrived = sim.now;
    using turn = counter.request();
    yield* turn;
    waits.push(sim.now - arrived);
    yield services.exponential(1);
  }

  function* source(): Process {
    for (let i = 0; i < customers; i++) {
      yield arrivals.exponential(1 / (load * counters));
      sim.process(customer());
    }
  }

  sim.process(source());
  sim.run();
  return waits;
};
