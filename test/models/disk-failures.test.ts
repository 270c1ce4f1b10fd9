import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { anyFailures } from "./any-failures.ts";
import { smallCluster } from "./small-cluster.ts";

const MiB = 2 ** 20;

const modes = fc.constantFrom(
  { capture: "post-copy", record: "lazy-incremental" } as const,
  { capture: "post-copy", record: "full" } as const,
  { capture: "stop-and-copy", record: "incremental" } as const,
  { capture: "stop-and-copy", record: "full" } as const,
  { capture: "pre-copy", record: "incremental" } as const,
);

const disks = fc.record({
  bytes: fc.constantFrom(64 * MiB, 640 * MiB),
  writeRate: fc.constantFrom(0, 0.5 * MiB, 4 * MiB),
  on: fc.constantFrom("local" as const, "store" as const),
});

const horizon = 700;
const scenarios: fc.Arbitrary<ClusterScenario> = fc
  .record({
    mode: modes,
    disk: disks,
    failures: anyFailures({ racks: 2, hostsPerRack: 3, vms: 3 }, horizon),
    interval: fc.constantFrom(7, 40),
    cut: fc.constantFrom("barrier" as const, "barrier" as const, "colour" as const, "scheduled" as const),
    onOverrun: fc.constantFrom("stretch" as const, "throttle" as const),
    maxInFlight: fc.integer({ min: 1, max: 3 }),
    keep: fc.integer({ min: 1, max: 3 }),
    memoryCopies: fc.integer({ min: 1, max: 2 }),
    diskCopies: fc.integer({ min: 1, max: 2 }),
    repairDelay: fc.constantFrom(0, 30),
    unreachable: fc.constantFrom("wait" as const, "cold" as const),
    clusters: fc.constantFrom(1, 1, 2),
  })
  .map(
    (one): ClusterScenario => ({
      ...smallCluster,
      horizon,
      cluster: {
        ...smallCluster.cluster,
        count: one.clusters,
        vm: { ...smallCluster.cluster.vm, disk: one.disk },
      },
      snapshot: {
        ...smallCluster.snapshot,
        ...one.mode,
        cut: one.cut,
        clockSkew: one.cut === "scheduled" ? 3 : 0,
        interval: one.interval,
        onOverrun: one.onOverrun,
        maxInFlight: one.maxInFlight,
      },
      storage: {
        ...smallCluster.storage,
        keep: one.keep,
        repairDelay: one.repairDelay,
        disk: { copies: one.diskCopies, block: 65536 },
        types: { ...smallCluster.storage.types, anonymous: { copies: one.memoryCopies, onLoss: "fail" } },
      },
      rollback: { ...smallCluster.rollback, unreachable: one.unreachable },
      failures: one.failures,
    }),
  );

const run = (scenario: ClusterScenario): Columns => simulateCluster(scenario, { seed: 7, replication: 0 }).metrics;

test("whatever fails in whatever phase, memory and disk that are restored are of one cut, and all books add up", () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      // Each rollback looks for the layer of its cut, and the run compares layers with snapshots; both throw.
      const columns = run(scenario);
      assert.ok(!(columns["diskStoredBytes"]! < 0));
      assert.ok(columns["diskStoredBytes"]! <= columns["storedBytes"]! * (1 + 1e-12));
      assert.ok(!(columns["diskLayerBytes"]! > scenario.cluster.vm.disk!.bytes));
    }),
    { numRuns: 80, seed: 5, includeErrorInReport: true },
  );
});

test("with disks a jump changes no column either", () => {
  let jumps = 0;
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const full = run({ ...scenario, fidelity: "full" });
      const { metrics: forward, notes } = simulateCluster(
        { ...scenario, fidelity: "fast-forward" },
        { seed: 7, replication: 0 },
      );
      jumps += Number(/in (\d+) jumps/.exec(notes.join())?.[1] ?? 0);
      const differing = Object.keys(full).filter((column) => {
        const [a, b] = [full[column]!, forward[column]!];
        return !(Object.is(a, b) || Math.abs(a - b) <= 1e-8 * Math.max(1e-3, Math.abs(a)));
      });
      assert.equal(
        differing.map((column) => `${column}: ${full[column]} and ${forward[column]}`),
        [],
      );
    }),
    { numRuns: 30, seed: 6, includeErrorInReport: true },
  );
  assert.ok(jumps > 20, `${jumps} jumps`);
});

test.run();
