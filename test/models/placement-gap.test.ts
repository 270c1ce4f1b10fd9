import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { TrafficMatrix } from "../../models/cut/traffic.ts";
import { bytesMoved, type SharedContent } from "../../models/placement/bytes-moved.ts";
import { firstFit } from "../../models/placement/first-fit.ts";
import { jointPlacement, newJointCost } from "../../models/placement/joint-placement.ts";
import { packVms } from "../../models/placement/pack-vms.ts";
import { costOf, type NewCost, type PlacementCost } from "../../models/placement/placement-cost.ts";
import { placementTraffic } from "../../models/placement/placement-traffic.ts";
import { randomVms } from "../../models/placement/random-vms.ts";
import { similarityAware } from "../../models/placement/similarity-aware.ts";
import { spreadVms } from "../../models/placement/spread-vms.ts";
import { trafficAware } from "../../models/placement/traffic-aware.ts";
import { distance } from "../../models/placement/traffic-cost.ts";
import type { PlacementProblem } from "../../models/placement/vm-room.ts";
import { type Stream, Streams } from "../../sim/index.ts";
import { leastCost } from "./exact-placement.ts";

interface Instance {
  readonly problem: PlacementProblem;
  readonly traffic: TrafficMatrix;
  readonly contents: readonly SharedContent[];
  readonly draws: Stream;
}

/** Six or seven VMs, one of which may stay, on six hosts in three racks, with room for 8 to 12 of them. */
const instance = (seed: number): Instance => {
  const draws = new Streams(seed).get("instance");
  const antiAffinity = seed % 4 === 0 ? "host" : "none";
  const vms = antiAffinity === "host" ? 5 : draws.integer(6, 7);
  const hosts = Array.from({ length: 6 }, (_, index) => ({
    index,
    rack: Math.floor(index / 2),
    up: true,
    freeMemory: 10 * draws.integer(1, 2) + (index < 2 ? 10 : 0),
    freeCores: 8,
  }));
  const stay = Array.from({ length: vms }, (_, vm) => (vm === 0 && seed % 3 === 0 ? draws.integer(0, 5) : undefined));
  const pairs = stay.flatMap((_, from) =>
    stay.flatMap((_, to) =>
      from !== to && draws.bernoulli(0.3) ? [{ from, to, messagesPerSecond: draws.exponential(1) }] : [],
    ),
  );
  const traffic: TrafficMatrix = { kind: "pairs", vms, pairs };
  const contents = Array.from({ length: 2 * vms }, () => ({
    bytes: draws.exponential(1),
    wantedBy: stay.flatMap((_, vm) => (draws.bernoulli(0.4) ? [vm] : [])),
    heldBy: hosts.flatMap(({ index }) => (draws.bernoulli(0.2) ? [index] : [])),
  }));
  const problem = { hosts, vm: { memory: 10, cores: 1 }, antiAffinity, stay, spares: 0 } as const;
  return { problem, traffic, contents, draws };
};

/** A cost that is looked up anew from the hosts of the VMs that are placed. */
const countedAnew = (cost: (places: ReadonlyMap<number, number>) => number): PlacementCost => {
  const places = new Map<number, number>();
  return {
    get total() {
      return cost(places);
    },
    of(vm, host) {
      return cost(new Map([...places, [vm, host]])) - cost(places);
    },
    exchange(vm, from, other, host) {
      const after = new Map([...places, [vm, host], [other, from]]);
      return cost(new Map([...places, [vm, from]])) - cost(after);
    },
    put: (vm, host) => void places.set(vm, host),
    take: (vm) => void places.delete(vm),
  };
};
const trafficAnew = ({ problem: { hosts }, traffic }: Instance): PlacementCost =>
  countedAnew((places) => {
    if (traffic.kind === "even") throw new Error("the instances have pairs");
    return traffic.pairs.reduce((sum, { from, to, messagesPerSecond }) => {
      const [one, other] = [places.get(from), places.get(to)];
      if (one === undefined || other === undefined) return sum;
      return sum + messagesPerSecond * distance(hosts[one]!, hosts[other]!);
    }, 0);
  });
const bytesAnew = ({ contents }: Instance): PlacementCost =>
  countedAnew((places) =>
    contents.reduce((sum, { bytes, wantedBy, heldBy }) => {
      const hosts = new Set(wantedBy.flatMap((vm) => places.get(vm) ?? []));
      return sum + bytes * [...hosts].filter((host) => !heldBy.includes(host)).length;
    }, 0),
  );
/** Pairs of VMs that share a host, and hosts that run any. */
const pairsTogether = (): PlacementCost =>
  countedAnew((places) => {
    const on = new Map<number, number>();
    for (const host of places.values()) on.set(host, (on.get(host) ?? 0) + 1);
    return [...on.values()].reduce((sum, vms) => sum + (vms * (vms - 1)) / 2, 0);
  });
const hostsInUse = (): PlacementCost => countedAnew((places) => new Set(places.values()).size);

const instances = Array.from({ length: 60 }, (_, seed) => instance(seed + 1));

const documented = readFileSync(new URL("../../scenarios/README.md", import.meta.url), "utf8");

/** On average, and at most. */
const percent = ({ mean, most }: { readonly mean: number; readonly most: number }): string =>
  [mean, most].map((gap) => `${(100 * gap).toFixed(gap < 0.1 ? 2 : 0)} %`).join(", ");

/** By how much placements cost more than the least, as parts of it: on average, and at most. */
const gaps = (
  place: (one: Instance) => number[],
  costs: (one: Instance) => NewCost,
): { mean: number; most: number } => {
  const each = instances.map((one) => {
    const cost = costOf(costs(one), place(one));
    const least = leastCost(one.problem, costs(one))!;
    assert.ok(cost >= least - 1e-9 * (1 + least), `${cost} is below the optimum ${least}`);
    return least > 0 ? Math.max(0, cost / least - 1) : cost;
  });
  return { mean: each.reduce((sum, gap) => sum + gap, 0) / each.length, most: Math.max(...each) };
};

const costOfTraffic =
  ({ traffic, problem }: Instance): NewCost =>
  () =>
    placementTraffic(problem, traffic).newCost();
const costOfBytes =
  ({ contents, problem }: Instance): NewCost =>
  () =>
    bytesMoved(contents, problem.stay.length, problem.hosts.length);
const evenly = { traffic: 1, bytes: 1 };

test("costs that are kept up to date are those that are counted anew", () => {
  for (const one of instances) {
    for (const [kept, anew] of [
      [costOfTraffic(one)(), trafficAnew(one)],
      [costOfBytes(one)(), bytesAnew(one)],
    ] as const) {
      const places = new Map<number, number>();
      for (let step = 0; step < 60; step++) {
        const vm = one.draws.integer(0, one.problem.stay.length - 1);
        const host = places.get(vm);
        if (host === undefined) {
          const to = one.draws.integer(0, 5);
          assert.ok(Math.abs(kept.of(vm, to) - anew.of(vm, to)) < 1e-9);
          for (const [other, at] of places)
            if (at !== to)
              assert.ok(Math.abs(kept.exchange(vm, to, other, at) - anew.exchange(vm, to, other, at)) < 1e-9);
          for (const cost of [kept, anew]) cost.put(vm, to);
          places.set(vm, to);
        } else {
          for (const cost of [kept, anew]) cost.take(vm, host);
          places.delete(vm);
        }
        assert.ok(Math.abs(kept.total - anew.total) < 1e-9);
      }
    }
  }
});

test("even traffic costs what all of its pairs cost", () => {
  for (const { problem, draws } of instances) {
    const vms = problem.stay.map((_, vm) => vm);
    const messagesPerSecond = draws.exponential(1);
    const pairs = vms.flatMap((from) => vms.flatMap((to) => (from === to ? [] : [{ from, to, messagesPerSecond }])));
    const [even, listed] = [
      placementTraffic(problem, { kind: "even", vms: vms.length, messagesPerSecond }),
      placementTraffic(problem, { kind: "pairs", vms: vms.length, pairs }),
    ];
    const places = randomVms(problem, (n) => draws.integer(0, n - 1));
    assert.ok(Math.abs(costOf(even.newCost, places) - costOf(listed.newCost, places)) < 1e-9 * listed.total);
    assert.ok(Math.abs(even.total - listed.total) < 1e-9 * listed.total);
  }
});

test("spread is optimal for pairs of VMs that share a host, pack for the number of hosts", () => {
  assert.is(
    gaps(
      ({ problem }) => spreadVms(problem),
      () => pairsTogether,
    ).most,
    0,
  );
  assert.is(
    gaps(
      ({ problem }) => packVms(problem),
      () => hostsInUse,
    ).most,
    0,
  );
});

for (const [name, place, costs, limit] of [
  ["traffic-aware", ({ problem, traffic }: Instance) => trafficAware(problem, traffic), costOfTraffic, [0.005, 0.05]],
  [
    "similarity-aware",
    ({ problem, contents }: Instance) => similarityAware(problem, contents),
    costOfBytes,
    [0.005, 0.05],
  ],
  [
    "joint",
    ({ problem, traffic, contents }: Instance) => jointPlacement(problem, traffic, contents, evenly),
    ({ problem, traffic, contents }: Instance) => newJointCost(problem, traffic, contents, evenly),
    [0.005, 0.05],
  ],
] as const) {
  test(`${name} comes near the optimum of branch and bound, and placements that do not look do not`, () => {
    const own = gaps(place, costs);
    const row = [`\`${name}\``, percent(own)];
    assert.ok(own.mean <= limit[0], `mean gap ${own.mean}`);
    assert.ok(own.most <= limit[1], `largest gap ${own.most}`);
    for (const [blind, other] of [
      ["first-fit", ({ problem }: Instance) => firstFit(problem)],
      ["random", ({ problem, draws }: Instance) => randomVms(problem, (n) => draws.integer(0, n - 1))],
      ["spread", ({ problem }: Instance) => spreadVms(problem)],
      ["pack", ({ problem }: Instance) => packVms(problem)],
    ] as const) {
      const gap = gaps(other, costs);
      assert.ok(gap.mean > 0.1, `${blind} has a mean gap of ${gap.mean}`);
      row.push(percent(gap));
    }
    const told = `| ${row.join(" | ")} |`;
    assert.ok(documented.includes(told), `scenarios/README.md tells readers: ${told}`);
  });
}

test.run();
