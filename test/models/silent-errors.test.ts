// limit: 300s
import { test } from "uvu";
import * as assert from "uvu/assert";
import { allSnapshotsSpoilt } from "../../models/analytic/latent-errors.ts";
import type { Columns } from "../../models/books/columns.ts";
import type { SilentErrors } from "../../models/failures/silent-errors.ts";
import type { ClusterScenario, StoragePlan } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { assertBothFidelities } from "./both-fidelities.ts";
import { finishedDomain } from "./finished-domain.ts";
import { loneVm } from "./lone-vm.ts";
import { hostOutages, vmFailures } from "./small-cluster.ts";
import { assertZScores, zScore } from "./z-scores.ts";

const errors = (mean: number): SilentErrors => ({ kind: "law", time: { law: "exponential", mean } });
const once = (at: number): SilentErrors => ({ kind: "law", time: { law: "deterministic", value: at } });
const run = (scenario: ClusterScenario, seed = 1, replication = 0): Columns =>
  simulateCluster(scenario, { seed, replication }).metrics;
const near = (found: number | undefined, expected: number, within: number, what: string): void =>
  assert.ok(Math.abs(found! - expected) <= within, `${what}: ${found}, not ${expected}`);

const every20 = (storage: Partial<StoragePlan> = {}): ClusterScenario => ({
  ...loneVm,
  snapshot: { ...loneVm.snapshot, interval: 20, costs: { ...loneVm.snapshot.costs, fault: 0, track: 0 } },
  storage: { ...loneVm.storage, ...storage },
});

test("a corrupted guest is rolled back to the newest snapshot that was cut before, once it is noticed", () => {
  const scenario = every20({ keep: 4 });
  const columns = run({
    ...scenario,
    horizon: 195,
    failures: { ...scenario.failures, corruption: once(130) },
    detection: { ...scenario.detection, corruption: { law: "deterministic", value: 35 } },
  });
  assert.is(columns["corruptions"], 1);
  assert.is(columns["rollbacks"], 1);
  assert.is(columns["pIntact"], 1);
  // Cuts at 140 and 160 are of no use; the one at 120 is the newest before, and all since is lost.
  assert.is(columns["snapshotsCorrupt"], 2);
  near(columns["rpoMean"], 165 - 120, 1, "work lost");
});

test("when no snapshot from before is kept any more, the cluster starts cold", () => {
  const scenario = every20({ keep: 2 });
  const columns = run({
    ...scenario,
    horizon: 320,
    failures: { ...scenario.failures, corruption: once(130) },
    detection: { ...scenario.detection, corruption: { law: "deterministic", value: 95 } },
  });
  assert.is(columns["pFailed"], 1);
  assert.is(columns["snapshotsCorrupt"], 2);
});

test("a failure before the corruption is noticed restores it with the guest", () => {
  const scenario = every20({ keep: 3 });
  const corrupted: ClusterScenario = {
    ...scenario,
    horizon: 300,
    failures: { ...scenario.failures, corruption: once(130) },
    detection: { ...scenario.detection, corruption: { law: "deterministic", value: 60 } },
  };
  const columns = run(vmFailures(corrupted, [[0, 150]]));
  assert.is(columns["rollbacks"], 2);
  near(columns["pCorrupt"], 0.5, 1e-12, "the first of both");
  // And one right after it undoes it unseen: the newest durable snapshot is from before.
  const early = run(vmFailures(corrupted, [[0, 131]]));
  assert.is(early["rollbacks"], 1);
  assert.is(early["pCorrupt"], 0);
});

test("all snapshots that are kept are spoilt as often as the closed form says", () => {
  const interval = 60;
  const cases = [
    { kept: 1, detectionLatency: 60 },
    { kept: 2, detectionLatency: 120 },
    { kept: 3, detectionLatency: 60 },
  ];
  const scores: Record<string, number> = {};
  for (const { kept, detectionLatency } of cases) {
    const scenario = every20({ keep: kept });
    const corrupted: ClusterScenario = {
      ...scenario,
      horizon: 400_000,
      fidelity: "fast-forward",
      snapshot: { ...scenario.snapshot, interval, capture: "post-copy", record: "full" },
      failures: { ...scenario.failures, corruption: errors(2000) },
      detection: { ...scenario.detection, corruption: { law: "exponential", mean: detectionLatency } },
    };
    const columns = Array.from({ length: 30 }, (_, replication) => run(corrupted, 11, replication));
    const form = allSnapshotsSpoilt({ interval, detectionLatency, kept });
    // A version is kept until the one that takes its place is durable.
    const latency = columns[0]!["durabilityLatencyMean"]!;
    const failed = columns.map((one) => one["pFailed"]!);
    scores[`${kept} kept`] = zScore(failed, form * Math.exp(-latency / detectionLatency));
  }
  assertZScores(scores);
});

const threeCopies = { copies: 3, onLoss: "fail" } as const;
const oneCopy = { copies: 1, onLoss: "fail" } as const;
/** All copies of a class alike; the VM's own host is lost for good, so that it is restored from them. */
const restoredElsewhere = (
  types: Partial<StoragePlan["types"]>,
  storage: Partial<StoragePlan>,
  latent: SilentErrors,
) => {
  const scenario = every20(storage);
  const stored: ClusterScenario = {
    ...scenario,
    horizon: 600,
    snapshot: { ...scenario.snapshot, record: "incremental", capture: "stop-and-copy" },
    storage: { ...scenario.storage, types: { ...scenario.storage.types, ...types } },
    failures: { ...scenario.failures, latentErrors: latent },
  };
  return hostOutages(stored, [[0, 300, Number.POSITIVE_INFINITY, true]]);
};

test("with checksums what is wrong in one copy is read from another, found by that, and repaired", () => {
  const scenario = restoredElsewhere(
    { anonymous: threeCopies, kernel: threeCopies, cacheDirty: threeCopies },
    {},
    errors(1500),
  );
  // With a host lost for good, one more error leaves a copy of everything; two may not.
  const one = Array.from({ length: 80 }, (_, replication) => run(scenario, 7, replication)).filter(
    ({ latentErrors }) => latentErrors === 1,
  );
  for (const columns of one) assert.is(columns["pIntact"], 1);
  const found = one.filter(({ latentErrorsFound }) => latentErrorsFound === 1);
  assert.ok(found.length > 3, `restores found ${found.length} of ${one.length} errors`);
  const repairs = (some: typeof one): number =>
    some.reduce((sum, { repairBytes }) => sum + repairBytes!, 0) / some.length;
  assert.ok(repairs(found) > repairs(one.filter((columns) => !found.includes(columns))), "what was found is repaired");
});

test("without another copy what is wrong is lost, and the restore fails when it has to have it", () => {
  const types = {
    anonymous: oneCopy,
    kernel: oneCopy,
    cacheDirty: oneCopy,
    cacheClean: { copies: 0, onLoss: "re-read" },
  } as const;
  const columns = run(restoredElsewhere(types, {}, errors(100)));
  assert.is(columns["pFailed"], 1);
});

test("without checksums a restore takes what is wrong for right, as often as it reads that copy", () => {
  const types = {
    anonymous: threeCopies,
    kernel: threeCopies,
    cacheDirty: threeCopies,
    cacheClean: { copies: 0, onLoss: "re-read" },
  } as const;
  const scenario = restoredElsewhere(types, { checksums: false, chunk: 2 ** 30, keep: 4 }, errors(400));
  const noticed = {
    ...scenario,
    detection: { ...scenario.detection, corruption: { law: "exponential", mean: 20 } as const },
  };
  let wrong = 0;
  const runs = 150;
  for (let replication = 0; replication < runs; replication++)
    wrong += Math.min(1, run(noticed, 3, replication)["corruptions"]!);
  const sound = Array.from({ length: 20 }, (_, replication) =>
    run({ ...noticed, storage: { ...noticed.storage, checksums: true } }, 3, replication),
  );
  assert.ok(wrong > 0.2 * runs && wrong < runs, `${wrong} of ${runs} restores were wrong`);
  for (const columns of sound) assert.is(columns["corruptions"], 0, "checksums find it");
});

test("scrubbing finds an error after half its period on average, and leaves few to restores", () => {
  const scenario = every20();
  const delays = Array.from({ length: 20 }, (_, replication) => {
    const scrubbed: ClusterScenario = {
      ...scenario,
      horizon: 40_000,
      storage: { ...scenario.storage, scrub: 1000, types: { ...scenario.storage.types } },
      snapshot: { ...scenario.snapshot, record: "incremental", capture: "stop-and-copy", interval: 200 },
      failures: { ...scenario.failures, latentErrors: errors(4000) },
    };
    return run(scrubbed, 5, replication)["scrubDelay"]!;
  });
  assertZScores({ "half a period": zScore(delays, 500) });
});

test("latent errors are placed by the bytes that lie on a host, and repairs make copies whole again", () => {
  const scenario = every20({ scrub: 50 });
  const domain = finishedDomain({
    ...scenario,
    horizon: 3000,
    snapshot: { ...scenario.snapshot, record: "incremental", capture: "stop-and-copy", interval: 100 },
    failures: { ...scenario.failures, latentErrors: errors(1000) },
  });
  const [chain] = domain.clusters.map((cluster) => domain.store.chain(cluster));
  assert.ok(domain.ledger.sum("latentErrorsFound") > 5);
  for (const { copies } of chain!.newest!.parts) {
    assert.ok(copies.held.every((held, c) => held <= domain.memory.classes[c]!.fragments + 1e-9));
  }
});

test("jumps agree with the full simulation under silent errors of all kinds", () => {
  for (const checksums of [true, false]) {
    const scenario = every20({ checksums, scrub: checksums ? 2000 : Number.POSITIVE_INFINITY, keep: 3 });
    const failing = hostOutages(
      {
        ...scenario,
        horizon: 30_000,
        failures: { ...scenario.failures, latentErrors: errors(9000), corruption: errors(8000) },
        detection: { ...scenario.detection, corruption: { law: "exponential", mean: 50 } },
      },
      [
        [0, 14_321, 15_000],
        [2, 22_000, Number.POSITIVE_INFINITY, true],
      ],
    );
    const { metrics } = assertBothFidelities(failing, `checksums ${checksums}`, { within: 1e-6 });
    assert.ok(metrics["corruptions"]! > 1);
  }
});

test.run();
