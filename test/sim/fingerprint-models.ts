import { bank } from "../../sim/examples/bank.ts";
import { cable } from "../../sim/examples/cable.ts";
import { carWash } from "../../sim/examples/car-wash.ts";
import { cinema } from "../../sim/examples/cinema.ts";
import { machineShop } from "../../sim/examples/machine-shop.ts";
import { petrolStation } from "../../sim/examples/petrol-station.ts";
import { oneToMany, oneToOne } from "../../sim/examples/pipes.ts";
import {
  anyOf,
  FilterStore,
  Fingerprint,
  FluidNetwork,
  Interrupt,
  type Process,
  type ProcessHandle,
  Simulation,
  type SimulationOptions,
  Streams,
} from "../../sim/index.ts";
import { runQueue } from "./queue-model.ts";

type Model = (streams: Streams, options: SimulationOptions) => unknown;

/** Customers at three servers: resources, and times that are not whole. */
const threeServers: Model = (streams, options) => {
  const [arrivals, services] = [streams.get("arrivals"), streams.get("services")];
  const laws = { interarrival: () => arrivals.exponential(1 / 2.7), service: () => services.lognormal(-0.5, 1) };
  runQueue({ servers: 3, ...laws, warmUp: 0, customers: 5000 }, options);
};

/** Transfers over a star of links that fail and come back, some of them cancelled: max-min rates, hence much division. */
const star: Model = (streams, options) => {
  const sim = new Simulation(options);
  const net = new FluidNetwork(sim);
  const [sizes, times, choices] = [streams.get("sizes"), streams.get("times"), streams.get("choices")];
  const links = Array.from({ length: 16 }, (_, index) => net.link(1e6 * (1 + (index % 3))));
  function* transfer(): Process {
    const source = choices.integer(0, 15);
    const target = (source + choices.integer(1, 15)) % 16;
    using flow = net.transfer({ bytes: sizes.weibull(0.7, 2e6), over: [links[source]!, links[target]!] });
    yield* anyOf(flow, sim.timeout(times.exponential(20)));
  }
  function* arrivals(): Process {
    for (let index = 0; index < 1000; index++) {
      yield times.exponential(0.2);
      sim.process(transfer());
    }
  }
  function* failures(): Process {
    for (let index = 0; index < 100; index++) {
      yield times.exponential(2);
      const link = choices.choice(links);
      const { capacity } = link;
      link.setCapacity(0);
      yield times.exponential(0.5);
      link.setCapacity(capacity);
    }
  }
  sim.process(arrivals(), "arrivals");
  sim.process(failures(), "failures");
  sim.run();
};

/** Workers that take what they like from a shelf, among interrupts, kills and timers, much of it at whole minutes. */
const hazards: Model = (streams, options) => {
  const sim = new Simulation(options);
  const [parts, times, fates] = [streams.get("parts"), streams.get("times"), streams.get("fates")];
  const shelf = new FilterStore<number>(sim, { capacity: 5 });
  const workers: ProcessHandle[] = [];
  function* takePart(likes: number): Process {
    using wish = shelf.get((part) => part % 3 === likes);
    yield* wish;
  }
  function* worker(likes: number): Process {
    for (let rest = 0; ; ) {
      try {
        yield rest;
        yield* takePart(likes);
        rest = times.integer(0, 4);
      } catch (error) {
        if (!(error instanceof Interrupt)) throw error;
        rest = times.integer(0, 2);
      }
    }
  }
  function* supply(): Process {
    for (let index = 0; index < 2000; index++) {
      yield* shelf.put(parts.integer(0, 8));
      yield times.integer(0, 2);
    }
    alarm.cancel();
  }
  const hire = (place: number): void => {
    workers[place] = sim.process(worker(place % 3), `worker ${place}`);
  };
  const alarm = sim.timer(() => {
    const place = fates.integer(0, 5);
    if (fates.next() < 0.8) workers[place]?.interrupt("alarm");
    else {
      workers[place]?.kill();
      hire(place);
    }
    alarm.arm(times.integer(0, 5));
  }, "alarm");
  for (let place = 0; place < 6; place++) hire(place);
  alarm.arm(1);
  sim.process(supply(), "supply");
  sim.run(4000);
};

const models: Readonly<Record<string, Model>> = {
  bank: (streams, options) => bank(streams.get("bank"), options),
  "car wash": (streams, options) => carWash(streams.get("car wash"), options),
  cinema: (streams, options) => cinema(streams.get("cinema"), options),
  cable: (_streams, options) => cable(options),
  "machine shop": (streams, options) => machineShop(streams.get("machine shop"), options),
  "petrol station": (streams, options) => petrolStation(streams.get("petrol station"), options),
  "pipe, one to one": (streams, options) => oneToOne(streams.get("pipes"), options),
  "pipe, one to many": (streams, options) => oneToMany(streams.get("pipes"), options),
  "three servers": threeServers,
  star,
  hazards,
};

/**
 * The fingerprints of the event trails of several models with the seed 20261104, by name. Runs wherever the core runs.
 *
 * The streams draw without `Math.log`, `Math.exp` and `**`, which differ between versions of V8, and no model uses them:
 * all is IEEE arithmetic, so the fingerprints are the same in every engine.
 */
export function fingerprints(seed = 20261104): Record<string, string> {
  const digest = (model: Model): string => {
    const trace = new Fingerprint();
    model(new Streams(seed), { trace });
    return `${trace.happenings} ${trace.digest}`;
  };
  return Object.fromEntries(Object.entries(models).map(([name, model]) => [name, digest(model)]));
}
