// limit: 300s
import { test } from "uvu";
import { kOfN } from "../../models/analytic/k-of-n.ts";
import { usefulWork } from "../../models/analytic/useful-work.ts";
import type { Columns } from "../../models/books/columns.ts";
import { lifetime } from "../../models/laws.ts";
import type { ClusterScenario, FailureSource } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { loneVm } from "./lone-vm.ts";
import { smallCluster } from "./small-cluster.ts";
import { assertZScores, zScore } from "./z-scores.ts";

const replications = 40;
const runs = (scenario: ClusterScenario): Columns[] =>
  Array.from({ length: replications }, (_, replication) => simulateCluster(scenario, { seed: 5, replication }).metrics);
const all = (columns: readonly Columns[], column: string): number[] => columns.map((one) => one[column]!);

const law = (mean: number, repair: number): FailureSource => ({
  kind: "law",
  time: { law: "exponential", mean },
  repair: repair === 0 ? { law: "deterministic", value: 0 } : { law: "exponential", mean: repair },
  permanent: 0,
  age: "new",
});

/** One VM that fails, is found, and is rolled back in place; its stalls cost nothing, and intervals count work. */
const failing = (capture: "stop-and-copy" | "post-copy", mtbf: number): ClusterScenario => ({
  ...loneVm,
  horizon: 200 * mtbf,
  fidelity: "fast-forward",
  snapshot: {
    ...loneVm.snapshot,
    capture,
    record: "full",
    interval: 40,
    intervalFrom: "end",
    costs: { ...loneVm.snapshot.costs, fault: 0, track: 0 },
  },
  detection: { ...loneVm.detection, heartbeat: 1, timeout: 20 },
  failures: { ...loneVm.failures, vm: law(mtbf, 0) },
});

/** The long run's useful work by renewal-reward, with what one snapshot and one rollback cost in a run that is free of chance. */
const theory = (scenario: ClusterScenario, mtbf: number): number => {
  const { planTime, resumeTime, announceTime } = scenario.rollback;
  const { heartbeat, timeout } = scenario.detection;
  const { disk } = scenario.dataCentre.host;
  const quiet = simulateCluster(
    { ...scenario, failures: smallCluster.failures, horizon: 500 },
    { seed: 1, replication: 0 },
  );
  const pause = quiet.metrics["pauseMean"]!;
  const stored = 384 * 2 ** 20;
  const restore = scenario.dataCentre.latency + disk.latency + stored / disk.read + resumeTime + announceTime;
  return usefulWork({
    failures: { law: "exponential", mean: mtbf },
    workInterval: scenario.snapshot.interval,
    pause,
    // A replication that has begun goes on while the failure is being found: what counts is the capture.
    latency: quiet.metrics["captureDurationMean"]! - disk.latency,
    detect: timeout - heartbeat / 2 + planTime,
    restore,
  });
};

test("the work ratio of one VM with Poisson failures is that of renewal-reward, for both captures", () => {
  const checks: Record<string, number> = {};
  for (const capture of ["stop-and-copy", "post-copy"] as const) {
    for (const mtbf of [60, 200, 1500]) {
      const scenario = failing(capture, mtbf);
      const expected = theory(scenario, mtbf);
      // A run begins without a restore point and ends amid a life; what that is worth shrinks with its length.
      checks[`${capture} every ${mtbf} s`] = zScore(all(runs(scenario), "workRatio"), expected);
    }
  }
  assertZScores(checks);
});

test("a failure is found half a heartbeat before the timeout on average, and each rollback is tried until it passes", () => {
  const mtbf = 200;
  const scenario = failing("stop-and-copy", mtbf);
  const columns = runs(scenario);
  const failures = all(columns, "vmFailures");
  assertZScores({
    detect: zScore(columns.map((one, i) => one["downtimeDetect"]! * scenario.horizon - 19.5 * failures[i]!)),
    rollbacks: zScore(
      columns.map((one, i) => failures[i]! - one["rollbacks"]! * (1 + hitsPerRollback(scenario, mtbf))),
    ),
  });
});

/** Failures that strike in the restore, for each rollback that ends: it is tried until it passes. */
const hitsPerRollback = ({ rollback, dataCentre }: ClusterScenario, mtbf: number): number => {
  const { latency, host } = dataCentre;
  const restore =
    latency + host.disk.latency + (384 * 2 ** 20) / host.disk.read + rollback.resumeTime + rollback.announceTime;
  return Math.expm1(restore / mtbf);
};

const nowhere = { copies: 0, onLoss: "zero-fill" } as const;
/** A VM of which nothing is stored, on the only host there is: it is up when its host is. */
const onlyHost = (mtbf: number, mttr: number): ClusterScenario => ({
  ...loneVm,
  horizon: mtbf,
  dataCentre: {
    ...loneVm.dataCentre,
    hostsPerRack: 1,
    latency: 0,
    host: {
      ...loneVm.dataCentre.host,
      disk: { capacity: Number.POSITIVE_INFINITY, read: 1e9, write: 1e9, latency: 0 },
    },
  },
  storage: {
    ...loneVm.storage,
    types: { free: nowhere, cacheClean: nowhere, cacheDirty: nowhere, anonymous: nowhere, kernel: nowhere },
  },
  snapshot: { ...loneVm.snapshot, interval: 1e9 },
  rollback: { ...loneVm.rollback, planTime: 0, resumeTime: 0, announceTime: 0, coldStart: 0 },
  detection: { ...loneVm.detection, heartbeat: 1e-9, timeout: 1e-9 },
  failures: { ...loneVm.failures, host: law(mtbf, mttr) },
});

test("a cluster on one host is up as long as a two-state Markov chain that begins up", () => {
  const checks: Record<string, number> = {};
  for (const [mtbf, mttr] of [
    [100, 10],
    [100, 100],
    [50, 400],
  ] as const) {
    const [down, up] = [1 / mtbf, 1 / mttr];
    const rate = down + up;
    const horizon = mtbf;
    // The mean of A(t) = μ / (λ + μ) + λ / (λ + μ) exp(-(λ + μ) t) over the run.
    const expected = up / rate + ((down / rate) * -Math.expm1(-rate * horizon)) / (rate * horizon);
    const columns = Array.from(
      { length: 600 },
      (_, replication) => simulateCluster(onlyHost(mtbf, mttr), { seed: 8, replication }).metrics,
    );
    checks[`${mtbf} up, ${mttr} down`] = zScore(all(columns, "availability"), expected);
    const failures = columns.map((one) => one["hostFailures"]!);
    // Failures come at λ while the host is up.
    checks[`failures, ${mtbf} up, ${mttr} down`] = zScore(
      columns.map((one, i) => failures[i]! - one["availability"]! * horizon * down),
    );
  }
  assertZScores(checks);
});

test("a cluster of k VMs on n hosts, each with a host of its own, is up as long as k hosts are", () => {
  const checks: Record<string, number> = {};
  // The last row is that of the reference values in which each host has a repair crew of its own.
  for (const [hosts, needed, mttf, mttr, lives] of [
    [4, 4, 100, 5, 20],
    [3, 1, 50, 50, 40],
    [5, 3, 100, 50, 25],
    [5, 3, 100, 2, 60],
  ] as const) {
    const lone = onlyHost(mttf, mttr);
    const scenario: ClusterScenario = {
      ...lone,
      horizon: lives * mttf,
      dataCentre: { ...lone.dataCentre, hostsPerRack: hosts },
      cluster: { ...lone.cluster, vms: needed, quorum: needed, antiAffinity: "host" },
    };
    const down = all(
      Array.from({ length: 30 }, (_, replication) => simulateCluster(scenario, { seed: 4, replication }).metrics),
      "downtimeNoSpare",
    );
    const { unavailability } = kOfN({ hosts, needed, mttf, mttr, crews: hosts });
    checks[`${needed} of ${hosts}, ${mttf} up, ${mttr} down`] = zScore(down, unavailability);
  }
  assertZScores(checks);
});

test("under a law that is not memoryless and new hosts, first failures have its survival function", () => {
  const weibull = { law: "weibull", shape: 0.6, scale: 300 } as const;
  const source: FailureSource = {
    kind: "law",
    time: weibull,
    repair: { law: "deterministic", value: 1e9 },
    permanent: 0,
    age: "new",
  };
  const horizon = 200;
  const scenario = { ...onlyHost(1, 1), horizon, failures: { ...loneVm.failures, host: source } };
  const failed = Array.from(
    { length: 1000 },
    (_, replication) => simulateCluster(scenario, { seed: 2, replication }).metrics["hostFailures"]!,
  );
  const aged = Array.from(
    { length: 1000 },
    (_, replication) =>
      simulateCluster(
        { ...scenario, failures: { ...scenario.failures, host: { ...source, age: "stationary" } } },
        { seed: 2, replication },
      ).metrics["hostFailures"]!,
  );
  const life = lifetime(weibull);
  assertZScores({
    new: zScore(failed, 1 - life.survival(horizon)),
    // The residual life of a component found in use survives t with ∫ S over (t, ∞), over the mean.
    stationary: zScore(aged, 1 - life.excess(horizon) / life.mean),
  });
});

test.run();
