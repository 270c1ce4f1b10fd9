import { type Process, Simulation, type SimulationOptions, Store } from "../index.ts";
import { isMain } from "./is-main.ts";

/** A message and when it left and arrived, in seconds. */
export interface Delivery {
  readonly sent: number;
  readonly received: number;
}

const LATENCY = 10;
const INTERVAL = 5;
const END = 100;

/** A cable delays every message by its latency. Shows: a process per message, and a store between two processes. */
export function cable(options: SimulationOptions = {}): Delivery[] {
  const sim = new Simulation(options);
  const farEnd = new Store<number>(sim);
  const deliveries: Delivery[] = [];

  function* travel(sent: number): Process {
    yield LATENCY;
    farEnd.put(sent);
  }

  function* sender(): Process {
    for (;;) {
      yield INTERVAL;
      sim.process(travel(sim.now), `message of ${sim.now}`);
    }
  }

  function* receiver(): Process {
    for (;;) {
      const sent = yield* farEnd.get();
      deliveries.push({ sent, received: sim.now });
    }
  }

  sim.process(sender(), "sender");
  sim.process(receiver(), "receiver");
  sim.run(END);
  return deliveries;
}

if (isMain(import.meta.url)) {
  for (const { sent, received } of cable()) console.log(`received at ${received} what was sent at ${sent}`);
}
