// limit: 300s
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { withCopies } from "./lone-vm.ts";
import { hostOutages, smallCluster, vmFailures } from "./small-cluster.ts";

const run = (scenario: ClusterScenario): Columns => simulateCluster(scenario, { seed: 7, replication: 0 }).metrics;

/** Every column of both fidelities, equal up to rounding. */
const assertAlike = (scenario: ClusterScenario): void => {
  const full = run({ ...scenario, fidelity: "full" });
  const forward = run({ ...scenario, fidelity: "fast-forward" });
  const differing = Object.keys(full).filter((column) => {
    const [a, b] = [full[column]!, forward[column]!];
    return !(Object.is(a, b) || Math.abs(a - b) <= 1e-8 * Math.max(1e-3, Math.abs(a)));
  });
  assert.equal(
    differing.map((column) => `${column}: ${full[column]} and ${forward[column]}`),
    [],
  );
};

const modes = fc.constantFrom(
  { capture: "post-copy", record: "lazy-incremental" } as const,
  { capture: "post-copy", record: "incremental" } as const,
  { capture: "post-copy", record: "full" } as const,
  { capture: "stop-and-copy", record: "incremental" } as const,
  { capture: "stop-and-copy", record: "full" } as const,
);

const settings = fc.record({
  mode: modes,
  interval: fc.constantFrom(1, 2.5, 7, 20, 60),
  intervalFrom: fc.constantFrom("cut" as const, "end" as const),
  onOverrun: fc.constantFrom("stretch" as const, "skip" as const),
  maxInFlight: fc.integer({ min: 1, max: 3 }),
  keep: fc.integer({ min: 1, max: 3 }),
  prepare: fc.constantFrom(0, 0.4),
  clusters: fc.constantFrom(1, 1, 2),
});
type Settings = typeof settings extends fc.Arbitrary<infer S> ? S : never;

const scenarioOf = ({ mode, prepare, clusters, keep, ...plan }: Settings): ClusterScenario => ({
  ...smallCluster,
  horizon: 60 * plan.interval + 500.25,
  cluster: { ...smallCluster.cluster, count: clusters },
  snapshot: { ...smallCluster.snapshot, ...mode, ...plan, costs: { ...smallCluster.snapshot.costs, prepare } },
  storage: { ...smallCluster.storage, keep },
});

test("without failures a jump changes no column", () => {
  fc.assert(
    fc.property(settings, (one) => assertAlike(scenarioOf(one))),
    { numRuns: 40, seed: 1, includeErrorInReport: true },
  );
});

test("with a failure at any phase of a cycle a jump changes no column", () => {
  // Strictly inside: what ties with the cut of a second cluster is decided by the last bit of its clock.
  const phase = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
  const outage = fc.record({
    host: fc.integer({ min: 0, max: 5 }),
    cycle: fc.integer({ min: 0, max: 50 }),
    phase,
    length: fc.double({ min: 0, max: 400, noNaN: true }),
    permanent: fc.boolean(),
  });
  const outages = fc.array(outage, { minLength: 1, maxLength: 4 });
  const vm = fc.option(fc.record({ vm: fc.integer({ min: 0, max: 2 }), at: phase }));
  fc.assert(
    fc.property(settings, outages, vm, (one, list, failing) => {
      const scenario = scenarioOf(one);
      const withHosts = hostOutages(
        scenario,
        list.map(({ host, cycle, phase: part, length, permanent }) => {
          const start = (cycle + part) * one.interval;
          return [host, start, start + length, permanent];
        }),
      );
      assertAlike(failing === null ? withHosts : vmFailures(withHosts, [[failing.vm, failing.at * scenario.horizon]]));
    }),
    { numRuns: 120, seed: 2, includeErrorInReport: true },
  );
});

test("a failure at the very instant of a cut happens before it in both fidelities", () => {
  for (const cycle of [1, 2, 10, 40]) assertAlike(hostOutages(smallCluster, [[0, 40 * cycle, 40 * cycle + 100]]));
});

test("a cut at the horizon is taken in neither fidelity", () => {
  for (const [interval, days] of [
    [60, 2],
    [2.5, 1],
    [0.7, 0.25],
  ] as const) {
    const snapshot = { ...smallCluster.snapshot, interval, capture: "stop-and-copy", record: "incremental" } as const;
    const cycles = Math.round((days * 86400) / interval);
    const scenario: ClusterScenario = { ...smallCluster, horizon: cycles * interval, snapshot };
    assertAlike(scenario);
    if (interval === 60) assert.is(run({ ...scenario, fidelity: "fast-forward" })["snapshots"], cycles - 1);
  }
});

test("looking at a guest whose copier serves its faults at a changing rate changes no column", () => {
  // Two clusters share slow disks and get out of step, so that each begins a cycle while copiers of the other run.
  const { dataCentre, cluster, snapshot } = smallCluster;
  const disk = { ...dataCentre.host.disk, write: 40 * 2 ** 20 };
  const classes = cluster.workload.classes.map((one) => ({ ...one, writesPerSecond: 20 * one.writesPerSecond }));
  const scenario: ClusterScenario = {
    ...smallCluster,
    horizon: 60,
    dataCentre: { ...dataCentre, hostsPerRack: 2, host: { ...dataCentre.host, disk } },
    cluster: {
      ...cluster,
      count: 2,
      vms: 2,
      quorum: 2,
      workload: { ...cluster.workload, classes },
      traffic: { kind: "even", vms: 2, messagesPerSecond: 0 },
    },
    snapshot: { ...snapshot, interval: 3, faultPath: "shared", record: "full" },
  };
  assertAlike(scenario);
  assertAlike({ ...scenario, snapshot: { ...scenario.snapshot, order: "hot-first" } });
});

test("clusters that are cut at one instant are counted alike, whichever of them comes first", () => {
  const { dataCentre, cluster, snapshot } = smallCluster;
  const disk = { ...dataCentre.host.disk, write: 50e6, latency: 0 };
  const scenario: ClusterScenario = {
    ...smallCluster,
    horizon: 425,
    dataCentre: { ...dataCentre, hostsPerRack: 2, host: { ...dataCentre.host, disk } },
    cluster: { ...cluster, count: 2, vms: 4, quorum: 4, traffic: { kind: "even", vms: 4, messagesPerSecond: 0 } },
    snapshot: { ...snapshot, interval: 10, record: "full", costs: { ...snapshot.costs, prepare: 0.4 } },
  };
  for (const horizon of [425, 800, 1600]) assertAlike({ ...scenario, horizon });
});

test("while no snapshot becomes durable, what there is to go back to grows older in both fidelities", () => {
  const { dataCentre, cluster, rollback } = smallCluster;
  // The only other host is gone, so the layers of local disks have nowhere to go: snapshot after snapshot fails.
  const alone: ClusterScenario = {
    ...withCopies(smallCluster, 1),
    horizon: 8000.25,
    dataCentre: { ...dataCentre, racks: 1, hostsPerRack: 2 },
    cluster: {
      ...cluster,
      vms: 1,
      quorum: 1,
      vm: { ...cluster.vm, disk: { bytes: 64 * 2 ** 20, writeRate: 1e6, on: "local" } },
      traffic: { kind: "even", vms: 1, messagesPerSecond: 0 },
    },
    rollback: { ...rollback, unreachable: "cold" },
  };
  for (const [start, end, permanent] of [
    [2345, 6000, false],
    [100, 3000, true],
  ] as const) {
    const scenario = hostOutages(alone, [[0, start, end, permanent]]);
    assertAlike(scenario);
    const { snapshotsFailed, restorePointAgeMax } = run(scenario);
    assert.ok(snapshotsFailed! > 50);
    assert.ok(restorePointAgeMax! > 2500);
  }
});

test("cost grows with the failures and not with the snapshots", () => {
  const cycles = (horizon: number): number => {
    const { notes } = simulateCluster(
      { ...smallCluster, horizon, fidelity: "fast-forward" },
      { seed: 1, replication: 0 },
    );
    return horizon / smallCluster.snapshot.interval - Number(/(\d+) repeated cycles/.exec(notes[0]!)![1]);
  };
  assert.ok(Math.abs(cycles(4e5) - cycles(4e7)) < 3);
});

test.run();
