import type { TrafficMatrix } from "../../models/cut/traffic.ts";
import type { SharedContent } from "../../models/placement/bytes-moved.ts";
import { firstFit } from "../../models/placement/first-fit.ts";
import { jointPlacement } from "../../models/placement/joint-placement.ts";
import { packVms } from "../../models/placement/pack-vms.ts";
import { randomVms } from "../../models/placement/random-vms.ts";
import { similarityAware } from "../../models/placement/similarity-aware.ts";
import { spreadVms } from "../../models/placement/spread-vms.ts";
import { trafficAware } from "../../models/placement/traffic-aware.ts";
import type { PlacementProblem } from "../../models/placement/vm-room.ts";
import { type Stream, Streams } from "../../sim/index.ts";
import type { Benchmark, Case, Workload } from "../benchmark.ts";

const kinds = ["first-fit", "random", "spread", "pack", "traffic-aware", "similarity-aware", "joint"] as const;

const thousand = (kind: (typeof kinds)[number], talk: "even" | "groups"): Case => ({
  title: `${kind}, 1,000 VMs on 200 hosts, ${talk === "even" ? "all talk alike" : "eight peers each"}`,
  params: { kind, talk, vms: 1000, hosts: 200 },
  limit: 1,
});

/** What placing a cluster costs. */
export default {
  name: "placement",
  measures: "seconds",
  unit: "placement",
  peers: [],
  clocks: "bit-equal",
  quick: { vms: 200, hosts: 40 },
  cases: [
    ...kinds.map((kind) => thousand(kind, "groups")),
    thousand("traffic-aware", "even"),
    thousand("joint", "even"),
    {
      title: "traffic-aware, 8 VMs on 12 hosts",
      params: { kind: "traffic-aware", talk: "groups", vms: 8, hosts: 12 },
      limit: 0.2,
    },
  ],
} satisfies Benchmark;

export const run: Workload = (input) => {
  const draws = new Streams(1).get("placement");
  const [vms, hosts] = [input.number("vms"), input.number("hosts")];
  const problem: PlacementProblem = {
    hosts: Array.from({ length: hosts }, (_, index) => ({
      index,
      rack: Math.floor(index / 20),
      up: true,
      freeMemory: draws.integer(5, 8),
      freeCores: 8,
    })),
    vm: { memory: 1, cores: 1 },
    antiAffinity: "none",
    stay: Array.from({ length: vms }, () => undefined),
    spares: 0,
  };
  const traffic = input.text("talk") === "even" ? evenly(vms) : inGroups(vms, draws);
  const contents = contentsOf(vms, hosts, draws);
  const place = placements[input.text("kind") as (typeof kinds)[number]];
  const elapsed = input.stopwatch();
  const places = place({ problem, traffic, contents, draws });
  return { amount: elapsed(), units: 1, clock: 0, counts: { placed: places.length } };
};

interface Instance {
  readonly problem: PlacementProblem;
  readonly traffic: TrafficMatrix;
  readonly contents: readonly SharedContent[];
  readonly draws: Stream;
}

const placements: { readonly [kind in (typeof kinds)[number]]: (instance: Instance) => number[] } = {
  "first-fit": ({ problem }) => firstFit(problem),
  random: ({ problem, draws }) => randomVms(problem, (n) => draws.integer(0, n - 1)),
  spread: ({ problem }) => spreadVms(problem),
  pack: ({ problem }) => packVms(problem),
  "traffic-aware": ({ problem, traffic }) => trafficAware(problem, traffic),
  "similarity-aware": ({ problem, contents }) => similarityAware(problem, contents),
  joint: ({ problem, traffic, contents }) => jointPlacement(problem, traffic, contents, { traffic: 1, bytes: 1 }),
};

const evenly = (vms: number): TrafficMatrix => ({ kind: "even", vms, messagesPerSecond: 1 });

/** Groups of 25; seven of ten peers of a VM are in its own. */
const inGroups = (vms: number, draws: Stream): TrafficMatrix => {
  const pairs = Array.from({ length: vms }, (_, from) => {
    const group = from - (from % 25);
    const peers = new Set<number>();
    for (let i = 0; i < 8; i++)
      peers.add(draws.bernoulli(0.7) ? draws.integer(group, Math.min(group + 24, vms - 1)) : draws.integer(0, vms - 1));
    peers.delete(from);
    return [...peers].map((to) => ({ from, to, messagesPerSecond: draws.exponential(1) }));
  });
  return { kind: "pairs", vms, pairs: pairs.flat() };
};

/** Half of each VM is shared by all, a fifth by two, and the rest is its own and lies on some host. */
const contentsOf = (vms: number, hosts: number, draws: Stream): SharedContent[] => [
  { bytes: 5e8, wantedBy: Array.from({ length: vms }, (_, vm) => vm), heldBy: [] },
  ...Array.from({ length: vms >> 1 }, (_, pair) => ({ bytes: 2e8, wantedBy: [2 * pair, 2 * pair + 1], heldBy: [] })),
  ...Array.from({ length: vms }, (_, vm) => ({ bytes: 3e8, wantedBy: [vm], heldBy: [draws.integer(0, hosts - 1)] })),
];
