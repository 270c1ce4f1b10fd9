import { anyOf, type Process, Resource, Simulation, type SimulationOptions, Streams } from "../index.ts";
import { isMain } from "./is-main.ts";
import type { RandomSource } from "./random-source.ts";

/** What became of one customer; times in minutes. Either `finished` or `reneged` is there. */
export interface Visit {
  readonly customer: number;
  readonly arrived: number;
  readonly waited: number;
  readonly finished?: number;
  readonly reneged?: number;
}

const CUSTOMERS = 5;
const MEAN_INTERARRIVAL = 10;
const MEAN_SERVICE = 12;
const PATIENCE = [1, 3] as const;

/** Customers of a bank with one counter leave again if they are not served soon. Shows: waiting for the first of two. */
export function bank(random: RandomSource, options: SimulationOptions = {}): Visit[] {
  const sim = new Simulation(options);
  const counter = new Resource(sim, { capacity: 1 });
  const visits: Visit[] = [];

  function* customer(number: number): Process {
    const arrived = sim.now;
    using turn = counter.request();
    const patience = random.uniform(...PATIENCE);
    const first = yield* anyOf(turn, sim.timeout(patience));
    const waited = sim.now - arrived;
    if (!first.has(turn)) {
      visits.push({ customer: number, arrived, waited, reneged: sim.now });
      return;
    }
    yield random.exponential(MEAN_SERVICE);
    visits.push({ customer: number, arrived, waited, finished: sim.now });
  }

  function* source(): Process {
    for (let number = 0; number < CUSTOMERS; number++) {
      sim.process(customer(number), `customer ${number}`);
      yield random.exponential(MEAN_INTERARRIVAL);
    }
  }

  sim.process(source(), "source");
  sim.run();
  return visits.sort((a, b) => a.customer - b.customer);
}

if (isMain(import.meta.url)) {
  for (const visit of bank(new Streams(42).get("bank"))) {
    const end = visit.finished === undefined ? "gave up" : `was served until ${visit.finished.toFixed(2)}`;
    console.log(
      `customer ${visit.customer} came at ${visit.arrived.toFixed(2)}, waited ${visit.waited.toFixed(2)}, ${end}`,
    );
  }
}
