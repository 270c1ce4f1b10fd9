import { type Lifetime, lifetime, type RandomStream } from "../laws.ts";
import type { LawSource, Outage } from "./failure-spec.ts";

/** Components of one kind that fail under one law. */
export interface Population {
  readonly source: LawSource;
  readonly components: number;
  /** A stream of draws for each purpose, by its name. */
  readonly stream: (name: string) => RandomStream;
}

/**
 * The outages of components of which each begins a new life whenever it is repaired.
 *
 * @returns the outages of each component, in the order of their starts
 */
export const ownLives = (population: Population, horizon: number): Outage[][] =>
  livesOf(population).map((life) => {
    const outages: Outage[] = [];
    for (let start = life.first(); start < horizon; ) {
      const outage = life.end(start);
      outages.push(outage);
      start = outage.end + life.next();
    }
    return outages;
  });

/**
 * The outages of components of which every failure renews all: the one that failed from its repair on, those that run
 * from the instant of the failure on. One that is being repaired begins a new life at the end of its repair anyway.
 *
 * @returns for each population the outages of each of its components, in the order of their starts
 */
export const commonLives = (populations: readonly Population[], horizon: number): Outage[][][] => {
  const all = populations.flatMap((one, population) =>
    livesOf(one).map((life, component) => ({ population, component, life, since: 0, fails: life.first() })),
  );
  const outages = populations.map(({ components }) => Array.from({ length: components }, (): Outage[] => []));
  for (;;) {
    const first = all.reduce<(typeof all)[number] | undefined>(
      (least, one) => (least === undefined || one.fails < least.fails ? one : least),
      undefined,
    );
    if (first === undefined || first.fails >= horizon) return outages;
    const at = first.fails;
    const outage = first.life.end(at);
    outages[first.population]![first.component]!.push(outage);
    first.since = outage.end;
    first.fails = outage.end + first.life.next();
    for (const one of all) if (one !== first && one.since <= at) one.fails = at + one.life.next();
  }
};

const livesOf = ({ source, components, stream }: Population): Life[] => {
  const [time, repair] = [lifetime(source.time), lifetime(source.repair)];
  return Array.from({ length: components }, (_, component) => new Life({ source, time, repair }, component, stream));
};

interface Laws {
  readonly source: LawSource;
  readonly time: Lifetime;
  readonly repair: Lifetime;
}

/** Lives, repairs and fates of one component, each from a stream of its own. */
class Life {
  readonly #laws: Laws;
  readonly #component: number;
  readonly #failures: RandomStream;
  readonly #repairs: RandomStream;
  readonly #fates: RandomStream;

  constructor(laws: Laws, component: number, stream: (name: string) => RandomStream) {
    this.#laws = laws;
    this.#component = component;
    this.#failures = stream(`${component} fails`);
    this.#repairs = stream(`${component} is repaired`);
    this.#fates = stream(`${component} fate`);
  }

  first(): number {
    const { source, time } = this.#laws;
    return source.age === "stationary" ? time.residual(this.#failures) : time.sample(this.#failures);
  }

  next(): number {
    return this.#laws.time.sample(this.#failures);
  }

  end(start: number): Outage {
    const { source, repair } = this.#laws;
    const end = start + repair.sample(this.#repairs);
    return { component: this.#component, start, end, permanent: this.#fates.next() < source.permanent };
  }
}
