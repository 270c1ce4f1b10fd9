import { Level, type Process, Resource, Simulation, type SimulationOptions } from "../../sim/index.ts";

/** A first come, first served queue that starts empty. */
export interface QueueSpec {
  readonly servers: number;
  readonly interarrival: () => number;
  readonly service: () => number;
  /** Customers before the counting starts. */
  readonly warmUp: number;
  /** Customers that are counted. */
  readonly customers: number;
}

/** What one run of a queue showed, after its warm-up. */
export interface QueueRun {
  /** The wait of each counted customer, in the order of arrival. */
  readonly waits: Float64Array;
  /** Time-weighted mean of the number in the system between the first and the last counted arrival. */
  readonly meanNumber: number;
}

/** Simulates GI/G/c once. */
export function runQueue(spec: QueueSpec, options: SimulationOptions = {}): QueueRun {
  const { servers, interarrival, service, warmUp, customers } = spec;
  const sim = new Simulation(options);
  const desk = new Resource(sim, { capacity: servers });
  const present = new Level(sim, 0);
  const waits = new Float64Array(customers);
  let inside = 0;

  function* customer(index: number): Process {
    const arrived = sim.now;
    present.set(++inside);
    {
      using turn = desk.request();
      yield* turn;
      if (index >= 0) waits[index] = sim.now - arrived;
      yield service();
    }
    present.set(--inside);
  }

  let started = { area: 0, at: 0 };
  let ended = started;
  function* source(): Process {
    for (let index = -warmUp; index < customers; index++) {
      yield interarrival();
      if (index === 0) started = { area: present.area, at: sim.now };
      sim.process(customer(index));
    }
    ended = { area: present.area, at: sim.now };
  }
  sim.process(source());
  sim.run();
  return { waits, meanNumber: (ended.area - started.area) / (ended.at - started.at) };
}

export const meanOf = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;
