// limit: 300s
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import { LifeCycleAccount } from "../../models/books/life-cycle-account.ts";
import {
  type Component,
  components,
  type FailureSource,
  type FailureSpec,
  noFailures,
  type Outage,
} from "../../models/failures/failure-spec.ts";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { SimulatedDomain } from "../../models/simulation/simulated-domain.ts";
import { Streams } from "../../sim/index.ts";
import { anyFailures } from "./any-failures.ts";
import { smallCluster } from "./small-cluster.ts";

const horizon = 420.25;
const scenario: ClusterScenario = {
  ...smallCluster,
  horizon,
  cluster: { ...smallCluster.cluster, vm: { ...smallCluster.cluster.vm } },
  snapshot: {
    ...smallCluster.snapshot,
    costs: { ...smallCluster.snapshot.costs, prepare: 1.5, device: 0.5 },
  },
  storage: { ...smallCluster.storage, repairDelay: 20 },
  rollback: { ...smallCluster.rollback, planTime: 1, rebuildRate: 400e6, resumeTime: 1, announceTime: 1 },
};

type Kind = Exclude<Component, "vm" | "store"> | "rack for ever" | "vm" | "store";
const kinds: readonly Kind[] = ["vm", "host", "disk", "slowDisk", "rack", "rack for ever", "uplink", "store"];

/** A failure of one kind that concerns the first VM, which is on host 0 in rack 0. */
const failure = (kind: Kind, start: number, length: number, component = 0): Partial<FailureSpec> => {
  const permanent = kind === "disk" || kind === "rack for ever";
  const outage: Outage = { component, start, end: kind === "vm" ? start : start + length, permanent };
  const name: Component = kind === "rack for ever" ? "rack" : kind;
  return { [name]: { kind: "times", outages: [outage] } };
};

/** All these failures together; those of one kind of component in one list. */
const failing = (base: ClusterScenario, ...parts: readonly Partial<FailureSpec>[]): ClusterScenario => {
  const listed = (component: Component): FailureSource => {
    const outages = parts.flatMap((part) => {
      const source = part[component];
      return source?.kind === "times" ? source.outages : [];
    });
    return { kind: "times", outages };
  };
  const all = Object.fromEntries(components.map((component) => [component, listed(component)]));
  return { ...base, failures: { ...noFailures, ...all } };
};

/** Both fidelities have run, each with all its invariants, and every column is the same up to rounding. */
const alike = (one: ClusterScenario, what: string): Columns => {
  const run = (fidelity: "full" | "fast-forward"): Columns =>
    simulateCluster({ ...one, fidelity }, { seed: 7, replication: 0 }).metrics;
  const [full, forward] = [run("full"), run("fast-forward")];
  for (const [column, a] of Object.entries(full)) {
    const b = forward[column]!;
    if (!(Object.is(a, b) || Math.abs(a - b) <= 1e-8 * Math.max(1e-3, Math.abs(a))))
      assert.unreachable(`${what}: ${column} is ${a} and ${b}`);
    if (a < -1e-9) assert.unreachable(`${what}: ${column} is ${a}`);
  }
  if (full["workRatio"]! > full["availability"]! + 1e-9)
    assert.unreachable(`${what}: a cluster works while it is down`);
  return full;
};

const eventsOf = (one: ClusterScenario): LifeCycleEvent[] => {
  const events: LifeCycleEvent[] = [];
  const streams = new Streams(7).replication(0).split("domain 0");
  new SimulatedDomain({ ...one, fidelity: "full" }, streams, { onEvent: (event) => events.push(event) }).run();
  return events;
};
const timeOf = (events: readonly LifeCycleEvent[], fits: (event: LifeCycleEvent) => boolean): number => {
  const found = events.find(fits);
  if (found === undefined) throw new Error("there is no such event");
  return found.at;
};
const between = (a: number, b: number): number => a + (b - a) * 0.37;

/** An instant in each phase of the third snapshot of a cluster that nothing disturbs. */
const snapshotPhases = (one: ClusterScenario): { readonly [phase: string]: number } => {
  const events = eventsOf(one);
  const state = (snapshot: number, name: string): number =>
    timeOf(events, (event) => event.kind === "snapshot" && event.snapshot === snapshot && event.state === name);
  const [planned, cut, captured, durable] = ["planned", "cut", "captured", "durable"].map((name) => state(3, name)) as [
    number,
    number,
    number,
    number,
  ];
  const released = timeOf(events, (event) => event.kind === "vm" && event.from === "pause" && event.at > cut);
  const transfer = (what: "begin" | "done", errand: string): number =>
    timeOf(
      events,
      (event) => event.kind === "transfer" && event.errand === errand && event.state === what && event.at > cut,
    );
  return {
    "between snapshots": planned - 7,
    prepare: between(planned, cut),
    cut,
    pause: between(cut, released),
    capture: between(Math.min(released, captured), captured),
    replication: between(captured, durable),
    commit: durable,
    merge: between(transfer("begin", "merge"), transfer("done", "merge")),
  };
};

const lengths = [0, 1, 30, Number.POSITIVE_INFINITY];

for (const mode of [
  { capture: "post-copy", record: "lazy-incremental" },
  { capture: "stop-and-copy", record: "incremental" },
  { capture: "pre-copy", record: "incremental" },
] as const)
  test(`${mode.capture}: whatever fails in whatever phase of a snapshot, all books add up in both fidelities`, () => {
    const plan = { ...scenario, snapshot: { ...scenario.snapshot, ...mode } };
    for (const [phase, at] of Object.entries(snapshotPhases(plan)))
      for (const kind of kinds)
        for (const length of lengths) {
          const columns = alike(failing(plan, failure(kind, at, length)), `${kind} fails at ${phase} for ${length} s`);
          const name = kind === "rack for ever" ? "rack" : kind;
          assert.is(columns[`${name}Failures`], 1);
        }
  });

/** An instant in each phase of the rollback after host 0 fails, and what fails there again. */
const rollbackPhases = (one: ClusterScenario, failedAt: number): { readonly [phase: string]: number } => {
  const events = eventsOf(one).filter(({ at }) => at >= failedAt);
  const detected = timeOf(events, ({ kind }) => kind === "detection");
  const phases = events.filter((event) => event.kind === "rollback");
  const begins = new Map(phases.map((event) => [event.phase, event.at]));
  const order = [...begins].filter(([phase]) => phase !== "chosen");
  const instants = order.slice(0, -1).map(([phase, at], i): [string, number] => [phase, between(at, order[i + 1]![1])]);
  return Object.fromEntries([["detect", between(failedAt, detected)], ...instants]);
};

test("whatever fails in whatever phase of a rollback, all books add up in both fidelities", () => {
  // The second failure: of what is restored, of where it is restored from, and of where it is restored to.
  const first = failure("host", 150, 100);
  const cold = failure("host", 20, 100);
  for (const [begun, at] of [
    [first, 150],
    [cold, 20],
  ] as const) {
    const phases = rollbackPhases(failing(scenario, begun), at);
    assert.ok(Object.keys(phases).includes(at === 20 ? "coldStart" : "transfer"), JSON.stringify(phases));
    for (const [phase, instant] of Object.entries(phases))
      for (const kind of kinds)
        for (const component of kind === "store" ? [0] : [0, 1])
          for (const length of [1, 30]) {
            const what = `${kind} ${component} fails at ${phase} for ${length} s`;
            alike(failing(scenario, begun, failure(kind, instant, length, component)), what);
          }
  }
});

const modes = fc.constantFrom(
  { capture: "post-copy", record: "lazy-incremental" } as const,
  { capture: "post-copy", record: "full" } as const,
  { capture: "stop-and-copy", record: "incremental" } as const,
  { capture: "pre-copy", record: "incremental" } as const,
);
const disks = fc.constantFrom(undefined, undefined, { bytes: 2 ** 30, writeRate: 2 ** 20, on: "local" } as const);

test("whatever fails together, with shocks, quorums, local disks and more clusters, all books add up in both fidelities", () => {
  const settings = fc.record({
    mode: modes,
    interval: fc.constantFrom(3, 10, 40),
    maxInFlight: fc.integer({ min: 1, max: 3 }),
    count: fc.integer({ min: 1, max: 2 }),
    quorum: fc.constantFrom(2, 3),
    prepare: fc.constantFrom(0, 2),
    failures: anyFailures({ racks: 2, hostsPerRack: 3, vms: 3 }, 380),
    disk: disks,
  });
  fc.assert(
    fc.property(settings, ({ mode, interval, maxInFlight, count, quorum, prepare, failures, disk }) => {
      const { cluster, snapshot } = smallCluster;
      const one: ClusterScenario = {
        ...smallCluster,
        horizon,
        failures,
        cluster: { ...cluster, count, quorum, vm: { ...cluster.vm, ...(disk === undefined ? {} : { disk }) } },
        snapshot: { ...snapshot, ...mode, interval, maxInFlight, costs: { ...snapshot.costs, prepare } },
      };
      alike(one, "together");
    }),
    { numRuns: 60, seed: 4, includeErrorInReport: true },
  );
});

test("under every cut protocol the books add up, and events tell the same of whatever fails", () => {
  const settings = fc.record({
    mode: fc.constantFrom(
      { capture: "post-copy", record: "lazy-incremental", cut: "colour" } as const,
      { capture: "post-copy", record: "full", cut: "drop" } as const,
      { capture: "stop-and-copy", record: "incremental", cut: "independent" } as const,
      { capture: "pre-copy", record: "incremental", cut: "paced" } as const,
    ),
    interval: fc.constantFrom(10, 40),
    prepareSpread: fc.constantFrom("none" as const, { law: "exponential", mean: 0.5 } as const),
    failures: anyFailures({ racks: 2, hostsPerRack: 3, vms: 3 }, 380),
  });
  fc.assert(
    fc.property(settings, ({ mode, interval, prepareSpread, failures }) => {
      const { cluster, snapshot } = smallCluster;
      const one: ClusterScenario = {
        ...smallCluster,
        horizon,
        failures,
        cluster: { ...cluster, traffic: { kind: "even", vms: 3, messagesPerSecond: 5 } },
        snapshot: { ...snapshot, ...mode, interval, costs: { ...snapshot.costs, prepareSpread } },
      };
      const columns = simulateCluster(one, { seed: 7, replication: 0 }).metrics;
      const account = new LifeCycleAccount();
      for (const event of eventsOf(one)) account.enter(event);
      for (const [column, b] of Object.entries(account.columns)) {
        const a = columns[column]!;
        if (!(Object.is(a, b) || Math.abs(a - b) <= 1e-8 * Math.max(1e-3, Math.abs(a))))
          assert.unreachable(`${column} is ${a}, and ${b} by its events`);
      }
    }),
    { numRuns: 30, seed: 6, includeErrorInReport: true },
  );
});

test.run();
