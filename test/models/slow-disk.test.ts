import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Outage } from "../../models/failures/failure-spec.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { outages } from "./any-failures.ts";
import { finishedDomain } from "./finished-domain.ts";
import { loneVm } from "./lone-vm.ts";
import { near, run } from "./tale.ts";

const test = suite("a slow disk");

const MiB = 2 ** 20;
const { host } = loneVm.dataCentre;

/** One VM on host 0, whose captures wait for nothing but the disk that they are written to. */
const waiting: ClusterScenario = {
  ...loneVm,
  fidelity: "full",
  horizon: 79,
  dataCentre: { ...loneVm.dataCentre, host: { ...host, disk: { ...host.disk, write: 40 * MiB } } },
  snapshot: { ...loneVm.snapshot, costs: { ...loneVm.snapshot.costs, fault: 0, track: 0 } },
};

const slowed = (scenario: ClusterScenario, slowDiskRate: number, list: readonly Outage[]): ClusterScenario => ({
  ...scenario,
  failures: { ...scenario.failures, slowDiskRate, slowDisk: { kind: "times", outages: list } },
});

const slowFrom = (start: number, end: number, component = 0): Outage => ({ component, start, end, permanent: false });

/** Of the first snapshot, which is cut at 40 s. */
const captureOf = (scenario: ClusterScenario): number => finishedDomain(scenario).ledger.sample("captureDuration").max;

test("lets a capture that it writes take longer by the work that it has not done meanwhile", () => {
  const calm = captureOf(waiting);
  assert.ok(calm > 2, `it takes ${calm} s`);
  // For a second it writes a quarter of what it wrote: three quarters of a second are left to be done.
  near(captureOf(slowed(waiting, 0.25, [slowFrom(40.5, 41.5)])), calm + 0.75);
  // From here on, to the end, each second's work takes four; the latency at the end is what it was.
  const { latency } = host.disk;
  near(captureOf(slowed(waiting, 0.25, [slowFrom(41, 79)])), 1 + 4 * (calm - 1 - latency) + latency);
  // Once it has recovered, or before, and on another host, it is as ever.
  near(captureOf(slowed(waiting, 0.25, [slowFrom(10, 39), slowFrom(60, 79), slowFrom(40, 60, 5)])), calm);
});

test("slows the copies that it holds, and what is read from it, and loses nothing", () => {
  const calm = run(waiting, 300);
  for (const component of [0, 1, 2, 3, 4, 5]) {
    const slow = run(slowed(waiting, 0.1, [slowFrom(0, 300, component)]), 300);
    assert.is(slow["slowDiskFailures"], 1);
    assert.is(slow["rollbacks"], 0);
    assert.is(slow["snapshotsLost"], 0);
    assert.ok(slow["durabilityLatencyMax"]! >= calm["durabilityLatencyMax"]! - 1e-9);
  }
  // Its host is the source of all copies.
  const source = run(slowed(waiting, 0.1, [slowFrom(0, 300)]), 300);
  assert.ok(source["durabilityLatencyMax"]! > 2 * calm["durabilityLatencyMax"]!);
});

test("serves guests and captures at the same part, so that captures get that part of what guests leave", () => {
  const disk = { bytes: 64 * MiB, writeRate: 10 * MiB, on: "local" } as const;
  const writing = { ...waiting, cluster: { ...waiting.cluster, vm: { ...waiting.cluster.vm, disk } } };
  const calm = captureOf(writing);
  assert.ok(calm > captureOf(waiting));
  near(captureOf(slowed(writing, 0.2, [slowFrom(41, 42)])), calm + 0.8);
});

test("that keeps all of its rate changes nothing but that it is counted", () => {
  const anyList = outages(6, 300, 6, fc.constant(false));
  fc.assert(
    fc.property(anyList, (list) => {
      const of = (scenario: ClusterScenario) => {
        const { slowDiskFailures, ignoredOutages, ...rest } = simulateCluster(
          { ...scenario, horizon: 300 },
          { seed: 7, replication: 0 },
        ).metrics;
        return rest;
      };
      assert.equal(of(slowed(waiting, 1, list)), of(waiting));
    }),
    { numRuns: 30, seed: 5 },
  );
});

test("never makes a snapshot durable earlier, the less the slower it is", () => {
  const durableAt = (scenario: ClusterScenario): Map<number, number> => {
    const found = new Map<number, number>();
    finishedDomain({ ...scenario, horizon: 300 }, 7, {
      onEvent: (event) => {
        if (event.kind === "snapshot" && event.state === "durable") found.set(event.snapshot, event.at);
      },
    });
    return found;
  };
  const anyList = outages(6, 300, 3, fc.constant(false));
  fc.assert(
    fc.property(anyList, fc.constantFrom(0.9, 0.5, 0.05), fc.constantFrom(0.9, 0.3, 0.01), (list, part, more) => {
      const [calm, slow, slower] = [waiting, slowed(waiting, part, list), slowed(waiting, part * more, list)].map(
        durableAt,
      );
      for (const [earlier, later] of [
        [calm, slow],
        [slow, slower],
      ] as const)
        for (const [snapshot, at] of later!)
          assert.ok(at >= earlier!.get(snapshot)! - 1e-6, `snapshot ${snapshot}: ${at} and ${earlier!.get(snapshot)}`);
    }),
    { numRuns: 40, seed: 5 },
  );
});

test.run();
