import { type Process, Resource, Simulation, type SimulationOptions, Streams } from "../index.ts";
import { isMain } from "./is-main.ts";
import type { RandomSource } from "./random-source.ts";

/** One car's day; times in minutes. What had not happened by the end is missing. */
export interface Wash {
  readonly car: number;
  readonly arrived: number;
  entered?: number;
  /** Dirt removed, in per cent. */
  removed?: number;
  left?: number;
}

const MACHINES = 2;
const WASH_TIME = 5;
const CARS_AT_OPENING = 4;
const INTERARRIVAL = [5, 9] as const;
const DIRT_REMOVED = [50, 99] as const;
const CLOSING = 20;

/** Cars queue for two washing machines. Shows: waiting for a resource, and for another process. */
export function carWash(random: RandomSource, options: SimulationOptions = {}): Wash[] {
  const sim = new Simulation(options);
  const machines = new Resource(sim, { capacity: MACHINES });
  const washes: Wash[] = [];

  function* washing(): Process<number> {
    yield WASH_TIME;
    return random.integer(...DIRT_REMOVED);
  }

  function* car(number: number): Process {
    const wash: Wash = { car: number, arrived: sim.now };
    washes.push(wash);
    using machine = machines.request();
    yield* machine;
    wash.entered = sim.now;
    wash.removed = yield* sim.process(washing(), `wash of car ${number}`);
    wash.left = sim.now;
  }

  function* arrivals(): Process {
    let number = 0;
    while (number < CARS_AT_OPENING) sim.process(car(number), `car ${number++}`);
    for (;;) {
      yield random.integer(...INTERARRIVAL);
      sim.process(car(number), `car ${number++}`);
    }
  }

  sim.process(arrivals(), "arrivals");
  sim.run(CLOSING);
  return washes;
}

if (isMain(import.meta.url)) {
  for (const { car, arrived, entered, removed, left } of carWash(new Streams(42).get("car wash"))) {
    const wash = left === undefined ? "is not done at closing time" : `left at ${left}, ${removed} % cleaner`;
    console.log(`car ${car} came at ${arrived}, entered at ${entered ?? "no time"}, ${wash}`);
  }
}
