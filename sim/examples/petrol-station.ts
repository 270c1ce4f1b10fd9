import { Container, type Process, Resource, Simulation, type SimulationOptions, Streams } from "../index.ts";
import { isMain } from "./is-main.ts";
import type { RandomSource } from "./random-source.ts";

/** One car at the station: seconds and litres. `finished` is missing if it was still there at the end. */
export interface Refuelling {
  readonly car: number;
  readonly arrived: number;
  readonly litres: number;
  finished?: number;
}

/** One call of the tank truck: seconds and litres. What had not happened by the end is missing. */
export interface Delivery {
  readonly called: number;
  arrived?: number;
  litres?: number;
}

/** The log of the station. */
export interface StationLog {
  readonly cars: readonly Refuelling[];
  readonly deliveries: readonly Delivery[];
}

const STATION_TANK = 200;
const PUMPS = 2;
const LOW_PER_CENT = 10;
const CHECK_INTERVAL = 10;
const TRUCK_TIME = 300;
const CAR_TANK = 50;
const CAR_LEVEL = [5, 25] as const;
const LITRES_PER_SECOND = 2;
const INTERARRIVAL = [30, 300] as const;
const END = 1000;

/** Cars fill up at two pumps that share a tank; a truck refills it when it runs low. Shows: a container beside a resource. */
export function petrolStation(random: RandomSource, options: SimulationOptions = {}): StationLog {
  const sim = new Simulation(options);
  const pumps = new Resource(sim, { capacity: PUMPS });
  const tank = new Container(sim, { capacity: STATION_TANK, level: STATION_TANK });
  const cars: Refuelling[] = [];
  const deliveries: Delivery[] = [];

  function* car(number: number): Process {
    const litres = CAR_TANK - random.integer(...CAR_LEVEL);
    const refuelling: Refuelling = { car: number, arrived: sim.now, litres };
    cars.push(refuelling);
    using pump = pumps.request();
    yield* pump;
    yield* tank.get(litres);
    yield litres / LITRES_PER_SECOND;
    refuelling.finished = sim.now;
  }

  function* truck(delivery: Delivery): Process {
    yield TRUCK_TIME;
    delivery.arrived = sim.now;
    delivery.litres = tank.capacity - tank.level;
    yield* tank.put(delivery.litres);
  }

  function* control(): Process {
    for (;;) {
      if ((tank.level / tank.capacity) * 100 < LOW_PER_CENT) {
        const delivery: Delivery = { called: sim.now };
        deliveries.push(delivery);
        yield* sim.process(truck(delivery), "tank truck");
      }
      yield CHECK_INTERVAL;
    }
  }

  function* arrivals(): Process {
    for (let number = 0; ; number++) {
      yield random.integer(...INTERARRIVAL);
      sim.process(car(number), `car ${number}`);
    }
  }

  sim.process(control(), "control");
  sim.process(arrivals(), "arrivals");
  sim.run(END);
  return { cars, deliveries };
}

if (isMain(import.meta.url)) {
  const { cars, deliveries } = petrolStation(new Streams(42).get("petrol station"));
  for (const { car, arrived, litres, finished } of cars) {
    const end = finished === undefined ? "was still there at the end" : `left at ${finished}`;
    console.log(`car ${car} came at ${arrived} for ${litres} l and ${end}`);
  }
  for (const { called, arrived, litres } of deliveries) {
    const end = arrived === undefined ? "is on its way" : `brought ${litres} l at ${arrived}`;
    console.log(`the truck that was called at ${called} ${end}`);
  }
}
