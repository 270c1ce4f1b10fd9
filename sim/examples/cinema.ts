import { anyOf, type Process, Resource, type SimEvent, Simulation, type SimulationOptions, Streams } from "../index.ts";
import { isMain } from "./is-main.ts";
import type { RandomSource } from "./random-source.ts";

/** How a film sold; `soldOutAt` in minutes, missing if there were tickets until the end. */
export interface FilmSales {
  readonly film: string;
  readonly soldOutAt?: number;
  /** People who left the queue because their film was sold out while they stood there. */
  readonly leftQueue: number;
}

interface Film {
  readonly title: string;
  readonly soldOut: SimEvent<void>;
  available: number;
  soldOutAt?: number;
  leftQueue: number;
}

const FILMS = ["Python Unchained", "Kill Process", "Pulp Implementation"];
const TICKETS = 50;
const MEAN_INTERARRIVAL = 0.5;
const TICKETS_WANTED = [1, 6] as const;
const ARGUING = 0.5;
const BUYING = 1;
const CLOSING = 120;

/** One counter sells tickets for three films; who waits for a film that sells out goes home. Shows: one event, many waiters. */
export function cinema(random: RandomSource, options: SimulationOptions = {}): FilmSales[] {
  const sim = new Simulation(options);
  const counter = new Resource(sim, { capacity: 1 });
  const films = FILMS.map((title): Film => ({ title, soldOut: sim.event<void>(), available: TICKETS, leftQueue: 0 }));

  function* visitor(film: Film, wanted: number): Process {
    using turn = counter.request();
    const first = yield* anyOf(turn, film.soldOut);
    if (!first.has(turn)) {
      film.leftQueue++;
      return;
    }
    if (film.available < wanted) {
      yield ARGUING;
      return;
    }
    film.available -= wanted;
    if (film.available < 2) {
      film.soldOut.succeed();
      film.soldOutAt = sim.now;
      film.available = 0;
    }
    yield BUYING;
  }

  function* arrivals(): Process {
    for (;;) {
      yield random.exponential(MEAN_INTERARRIVAL);
      const film = random.choice(films);
      const wanted = random.integer(...TICKETS_WANTED);
      if (film.available > 0) sim.process(visitor(film, wanted), `visitor for ${film.title}`);
    }
  }

  sim.process(arrivals(), "arrivals");
  sim.run(CLOSING);
  return films.map(({ title, soldOutAt, leftQueue }) => ({
    film: title,
    leftQueue,
    ...(soldOutAt !== undefined && { soldOutAt }),
  }));
}

if (isMain(import.meta.url)) {
  for (const { film, soldOutAt, leftQueue } of cinema(new Streams(42).get("cinema"))) {
    const end = soldOutAt === undefined ? "was not sold out" : `was sold out after ${soldOutAt.toFixed(1)} minutes`;
    console.log(`${film} ${end}; ${leftQueue} people left the queue`);
  }
}
