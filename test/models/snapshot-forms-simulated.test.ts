import { test } from "uvu";
import { faultsOnDemand, faultsWithBackground, zipfRates } from "../../models/analytic/lazy-restore.ts";
import { type Law, lifetime } from "../../models/laws.ts";
import { allOf, type Process, Simulation, Streams } from "../../sim/index.ts";
import { referenceCases } from "./reference-values.ts";
import { assertZScores, zScore } from "./z-scores.ts";

// On the core: scenarios have neither phases of random length that a barrier waits for, nor full snapshots between
// increments, nor lazy restores. Verified work, two levels and exponential phases run through the textbook model.

const seed = new Streams(4711);
const replicate = <T>(name: string, count: number, run: (streams: Streams) => T): T[] =>
  Array.from({ length: count }, (_, index) => run(seed.split(name).replication(index)));

test("a barrier is over when the slowest of its VMs is", () => {
  type Inputs = { readonly N: number; readonly dist: string; readonly [parameter: string]: number | string };
  const checks: Record<string, number> = {};
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("barrier-max")) {
    const { N, dist, ...parameters } = inputs;
    const life = lifetime({ law: dist, ...parameters } as unknown as Law);
    const ends = replicate(name, 200, (streams) => {
      const sim = new Simulation();
      const lengths = streams.get("lengths");
      function* capture(): Process {
        yield life.sample(lengths);
      }
      const captures = Array.from({ length: N }, () => sim.process(capture()));
      function* barrier(): Process<number> {
        yield* allOf(captures);
        return sim.now;
      }
      return sim.run(sim.process(barrier()));
    });
    checks[name] = zScore(ends, value["E_max"]);
  }
  assertZScores(checks);
});

test("a chain of increments is written and read page by page as expected", () => {
  type Inputs = { readonly [name in "pages" | "dirty_fraction_per_interval" | "full_every"]: number };
  const [written, read, changed]: [Record<string, number>, Record<string, number>, Record<string, number>] = [
    {},
    {},
    {},
  ];
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("incremental")) {
    const { pages, dirty_fraction_per_interval: share, full_every: fullEvery } = inputs;
    // Figures are proportional to the pages, so fewer will do. Without increments nothing is random.
    if (fullEvery === 1) continue;
    const few = 500;
    const runs = replicate(name, 400, (streams) => {
      const [dirtying, failing] = [streams.get("dirtying"), streams.get("failing")];
      const failsAt = failing.integer(0, fullEvery - 1);
      const since = new Set<number>();
      let [writes, reads] = [few, few];
      let distinct = 0;
      for (let place = 1; place < fullEvery; place++) {
        let increment = 0;
        for (let page = 0; page < few; page++) {
          if (dirtying.next() >= share) continue;
          increment++;
          since.add(page);
        }
        writes += increment;
        if (place <= failsAt) reads += increment;
        if (place === failsAt) distinct = since.size;
      }
      return { writes: writes / fullEvery, reads, distinct };
    });
    const scale = few / pages;
    const z = (column: keyof (typeof runs)[number], expected: number): number =>
      zScore(
        runs.map((run) => run[column]),
        expected * scale,
      );
    written[name] = z("writes", value["avg_pages_written_per_snapshot"]!);
    read[name] = z("reads", value["avg_chain_pages_read_on_restore"]!);
    changed[name] = z("distinct", value["expected_distinct_pages_changed_since_full"]!);
  }
  for (const checks of [written, read, changed]) assertZScores(checks);
});

interface Restored {
  readonly rates: ArrayLike<number>;
  /** Time of the loader for all pages; undefined: none. */
  readonly background?: number;
  /** The guest runs this long. */
  readonly seconds: number;
}

/** Demand faults of a guest: the first access to a page meets one, if the loader has not been there. */
const demandFaults = ({ rates, background, seconds }: Restored, streams: Streams): number => {
  const sim = new Simulation();
  const present = new Uint8Array(rates.length);
  let faults = 0;
  const accesses = streams.get("accesses");
  for (let page = 0; page < rates.length; page++) {
    // What follows the first access to a page finds it there.
    const first = accesses.exponential(1 / rates[page]!);
    if (first > seconds) continue;
    sim
      .timer(() => {
        if (present[page] === 0) faults++;
        present[page] = 1;
      })
      .arm(first);
  }
  if (background !== undefined) {
    const order = streams.get("order").shuffle([...Array(rates.length).keys()]);
    const each = background / rates.length;
    let next = 0;
    const loader = sim.timer(() => {
      present[order[next++]!] = 1;
      if (next < order.length) loader.arm(each);
    });
    loader.arm(each / 2);
  }
  sim.run(seconds);
  return faults;
};

test("a lazily restored guest meets the expected demand faults, with a loader in the background and without", () => {
  type Inputs = {
    readonly [name in
      | "pages"
      | "accesses_per_s"
      | "zipf_alpha"
      | "background_prefetch_s"
      | "working_set_prefetched_pages"
      | "T_exec_s"]: number;
  };
  const [loaded, alone]: [Record<string, number>, Record<string, number>] = [{}, {}];
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("lazy-restore")) {
    const all = zipfRates(inputs.pages, inputs.zipf_alpha, inputs.accesses_per_s);
    const rates = all.subarray(inputs.working_set_prefetched_pages);
    const background = inputs.background_prefetch_s;
    const count = (restored: Restored, how: string): number[] =>
      replicate(`${name} ${how}`, 30, (streams) => demandFaults(restored, streams));
    loaded[name] = zScore(
      count({ rates, background, seconds: background }, "loaded"),
      value["expected_demand_faults_with_background"],
    );
    alone[name] = zScore(
      count({ rates, seconds: inputs.T_exec_s }, "alone"),
      value["expected_demand_faults_no_background_T"],
    );
  }
  assertZScores(loaded);
  assertZScores(alone);
});

test("counting every access of a guest, and not the first of each page, gives the same faults", () => {
  const [pages, perSecond, seconds] = [200, 50, 8];
  const rates = zipfRates(pages, 0.8, perSecond);
  let sum = 0;
  const totals = Array.from(rates, (rate) => {
    sum += rate;
    return sum;
  });
  const count =
    (background: boolean) =>
    (streams: Streams): number => {
      const sim = new Simulation();
      const [gaps, choices] = [streams.get("gaps"), streams.get("choices")];
      const order = streams.get("order").shuffle([...Array(pages).keys()]);
      const present = new Set<number>();
      let faults = 0;
      function* guest(): Process {
        for (;;) {
          yield gaps.exponential(1 / perSecond);
          const point = choices.next() * perSecond;
          const page = Math.min(pages - 1, totals.findIndex((total) => point < total) >>> 0);
          if (!present.has(page)) faults++;
          present.add(page);
        }
      }
      function* loader(): Process {
        yield seconds / pages / 2;
        for (const page of order) {
          present.add(page);
          yield seconds / pages;
        }
      }
      sim.process(guest());
      if (background) sim.process(loader());
      sim.run(seconds);
      return faults;
    };
  assertZScores({
    loaded: zScore(replicate("accesses, loaded", 200, count(true)), faultsWithBackground(rates, seconds)),
    alone: zScore(replicate("accesses, alone", 200, count(false)), faultsOnDemand(rates, seconds)),
  });
});

test.run();
