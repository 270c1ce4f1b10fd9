import { FluidNetwork, type Process, Simulation } from "../../sim/index.ts";
import type { Benchmark, Case, Workload } from "../benchmark.ts";
import { simgrid } from "../contenders.ts";

/** `compare`: at this many finished flows the clocks are compared. Later ones drift apart: closed networks amplify rounding. */
const sizes = {
  100: { flows: 100, compare: 1_000, warmup: 5_000, finishes: 50_000 },
  1000: { flows: 1_000, compare: 1_000, warmup: 5_000, finishes: 10_000 },
  10000: { flows: 10_000, compare: 800, warmup: 500, finishes: 300 },
};

const network = (topology: string, title: string, goals: readonly (readonly [number, number])[]): Case[] =>
  Object.values(sizes).map((size, i) => ({
    title: `${title}, ${size.flows.toLocaleString("en")} flows`,
    params: { topology, ...size },
    floor: goals[i]![0],
    stretch: goals[i]![1],
  }));

/**
 * Max-min fair flows in a closed network: whenever one finishes, the next starts between two other hosts.
 * A unit is a finish, an arrival and the exact new rates.
 */
export default {
  name: "flows",
  measures: "seconds",
  unit: "finish and arrival",
  peers: [simgrid("Lazy"), simgrid("Full")],
  clocks: { within: 1e-6 },
  quick: { compare: 150, warmup: 100, finishes: 50 },
  cases: [
    ...network("star", "star of 128 hosts", [
      [1.8, 4],
      [8, 15],
      [25, 90],
    ]),
    ...network("fat-tree", "fat tree of 128 hosts", [
      [5, 10],
      [6, 14],
      [25, 70],
    ]),
  ],
} satisfies Benchmark;

const capacity = 1e9;
const meanBytes = 1e11;

export const run: Workload = (input) => {
  const [flows, compare, warmup] = [input.number("flows"), input.number("compare"), input.number("warmup")];
  const finishes = input.number("finishes");
  const sizes = input.increments("exponential");
  const places = input.increments("uniform");
  const [hosts, linkCount, ...routes] = input.integers(input.text("topology"));
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const links = Array.from({ length: linkCount! }, () => net.link(capacity));
  const paths = Array.from({ length: hosts! * hosts! }, (_, pair) =>
    routes
      .slice(pair * 6, pair * 6 + 6)
      .filter((link) => link >= 0)
      .map((link) => links[link]!),
  );
  const warm = sim.event<void>();
  const done = sim.event<void>();
  let finished = 0;
  let clock = 0;

  function* sender(): Process {
    for (;;) {
      const from = Math.floor(places.next() * hosts!);
      const to = (from + 1 + Math.floor(places.next() * (hosts! - 1))) % hosts!;
      yield net.transfer({ bytes: Math.ceil(meanBytes * sizes.next()), over: paths[from * hosts! + to]! });
      finished++;
      if (finished === compare) clock = sim.now;
      if (finished === warmup) warm.succeed();
      else if (finished === warmup + finishes) done.succeed();
    }
  }

  for (let i = 0; i < flows; i++) sim.process(sender());
  sim.run(warm);
  const elapsed = input.stopwatch();
  sim.run(done);
  return { amount: elapsed(), units: finishes, clock, counts: { finished } };
};
