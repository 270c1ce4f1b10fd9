// limit: 300s
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import { messageRule, promisesConsistency } from "../../models/cut/protocols.ts";
import { type TrafficMatrix, trafficOf } from "../../models/cut/traffic.ts";
import { noFailures } from "../../models/failures/failure-spec.ts";
import { deduplications } from "../../models/guest/content.ts";
import type { CopyPlacement } from "../../models/placement/copy-placement.ts";
import {
  type AdmissionPlan,
  type ClusterScenario,
  cutProtocols,
  resumes,
  rollbackPlacements,
  transferWays,
} from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { outages } from "./any-failures.ts";
import { smallCluster } from "./small-cluster.ts";

const run = (scenario: ClusterScenario, seed = 7): Columns =>
  simulateCluster(scenario, { seed, replication: 0 }).metrics;

const modes = fc.constantFrom(
  { capture: "post-copy", record: "lazy-incremental" } as const,
  { capture: "post-copy", record: "incremental" } as const,
  { capture: "post-copy", record: "full" } as const,
  { capture: "stop-and-copy", record: "incremental" } as const,
  { capture: "stop-and-copy", record: "full" } as const,
  { capture: "pre-copy", record: "incremental" } as const,
  { capture: "pre-copy", record: "full" } as const,
);

const horizon = 900;

const scenarios: fc.Arbitrary<ClusterScenario> = fc
  .record({
    mode: modes,
    interval: fc.constantFrom(3, 10, 40, 100),
    intervalFrom: fc.constantFrom("cut" as const, "end" as const),
    faultPath: fc.constantFrom("separate" as const, "separate" as const, "shared" as const),
    order: fc.constantFrom("address" as const, "hot-first" as const),
    onOverrun: fc.constantFrom("stretch" as const, "skip" as const, "throttle" as const),
    maxInFlight: fc.integer({ min: 1, max: 3 }),
    prepare: fc.constantFrom(0, 0, 2),
    cut: fc.constantFrom("barrier", "barrier", ...cutProtocols),
    spread: fc.constantFrom(0, 0, 0.1, 2),
    pacedWith: fc.constantFrom("colour" as const, "drop" as const),
    clockSkew: fc.constantFrom(0, 0.5),
    messagesPerSecond: fc.constantFrom(0.1, 100),
    keep: fc.integer({ min: 1, max: 3 }),
    copies: fc.integer({ min: 0, max: 3 }),
    placementOfCopies: fc.constantFrom<CopyPlacement>(
      { kind: "rack-aware" },
      { kind: "random" },
      { kind: "local-first" },
      { kind: "partner" },
      { kind: "copyset", scatterWidth: 2 },
    ),
    deduplication: fc.constantFrom(...deduplications),
    compression: fc.constantFrom("none" as const, "classes" as const),
    versions: fc.boolean(),
    inCommon: fc.constantFrom(0, 0.3),
    capacity: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1.2e9, 2.5e9, 5e9),
    onFull: fc.constantFrom("stop" as const, "expire" as const),
    full: fc.constantFrom(Number.POSITIVE_INFINITY, 3),
    repairRate: fc.constantFrom(Number.POSITIVE_INFINITY, 5e6),
    repairOrder: fc.constantFrom("together" as const, "most-at-risk" as const),
    code: fc.constantFrom(undefined, undefined, { data: 2, parity: 1 }, { data: 1, parity: 1 }),
    cacheCopies: fc.integer({ min: 0, max: 2 }),
    onLoss: fc.constantFrom("zero-fill" as const, "re-read" as const, "kill-process" as const, "fail" as const),
    repairDelay: fc.constantFrom(0, 5, 120),
    racks: fc.integer({ min: 1, max: 3 }),
    hostsPerRack: fc.integer({ min: 2, max: 3 }),
    count: fc.integer({ min: 1, max: 2 }),
    vms: fc.integer({ min: 1, max: 3 }),
    quorumShort: fc.constantFrom(0, 0, 1),
    antiAffinity: fc.constantFrom("none" as const, "none" as const, "host" as const),
    placement: fc.constantFrom(...rollbackPlacements),
    transfer: fc.constantFrom("unicast" as const, ...transferWays),
    groups: fc.constantFrom(1, 64),
    halfLife: fc.constantFrom(Number.POSITIVE_INFINITY, 500),
    inPairs: fc.constantFrom(0, 0.1),
    spares: fc.constantFrom(0, 0, 1),
    stage: fc.boolean(),
    resume: fc.constantFrom("eager" as const, ...resumes),
    window: fc.constantFrom(0.2, 1),
    background: fc.constantFrom(Number.POSITIVE_INFINITY, 2e7),
    admission: fc.constantFrom<AdmissionPlan>({ kind: "all-at-once" }, { kind: "smallest-first", most: 1 }),
    unreachable: fc.constantFrom("wait" as const, "cold" as const),
    pauseTolerance: fc.constantFrom(0, 0.05, 2),
    roomy: fc.boolean(),
    stalls: fc.boolean(),
    domains: fc.constantFrom(1, 1, 2),
  })
  .chain((one) => {
    const vms = one.antiAffinity === "host" ? Math.min(one.vms, one.racks * one.hostsPerRack) : one.vms;
    return fc
      .record({
        host: outages(one.racks * one.hostsPerRack, horizon, 6, fc.boolean()),
        vm: outages(one.count * vms, horizon, 3, fc.boolean()),
      })
      .map(
        ({ host, vm }): ClusterScenario => ({
          ...smallCluster,
          horizon,
          domains: one.domains,
          pauseTolerance: one.pauseTolerance,
          dataCentre: {
            ...smallCluster.dataCentre,
            racks: one.racks,
            hostsPerRack: one.hostsPerRack,
            host: {
              ...smallCluster.dataCentre.host,
              disk: { ...smallCluster.dataCentre.host.disk, capacity: one.capacity },
              memory: (one.roomy ? 8 : 3) * smallCluster.cluster.vm.memory,
            },
          },
          cluster: {
            ...smallCluster.cluster,
            count: one.count,
            vms,
            quorum: Math.max(1, vms - one.quorumShort),
            antiAffinity: one.antiAffinity,
            similarityHalfLife: one.halfLife,
            traffic: trafficOf("uniform", vms, one.messagesPerSecond),
            workload: {
              ...smallCluster.cluster.workload,
              classes: smallCluster.cluster.workload.classes.map((c) => ({
                ...c,
                compressRatio: 1.5,
                content: {
                  zero: 0.05,
                  selfDuplicate: 0.1,
                  interVm: { all: one.inCommon, pair: one.inPairs },
                  unique: 0.85 - one.inCommon - one.inPairs,
                },
              })),
            },
          },
          snapshot: {
            ...smallCluster.snapshot,
            ...one.mode,
            interval: one.interval,
            fullEvery: one.full,
            intervalFrom: one.intervalFrom,
            cut: one.cut,
            pacedWith: one.pacedWith,
            clockSkew: one.clockSkew,
            onOverrun: one.onOverrun,
            faultPath: one.faultPath,
            order: one.order,
            maxInFlight: one.maxInFlight,
            costs: {
              ...smallCluster.snapshot.costs,
              prepare: one.prepare,
              prepareSpread: one.spread === 0 ? "none" : { law: "exponential", mean: one.spread },
              ...(one.stalls ? {} : { fault: 0, track: 0 }),
            },
          },
          storage: {
            ...smallCluster.storage,
            keep: one.keep,
            repairDelay: one.repairDelay,
            deduplication: one.deduplication,
            compression: one.compression,
            deduplicateVersions: one.versions,
            onFull: one.onFull,
            repairRate: one.repairRate,
            repairOrder: one.repairOrder,
            placement: one.placementOfCopies,
            types: {
              ...smallCluster.storage.types,
              cacheClean: { copies: one.cacheCopies, onLoss: "re-read" },
              anonymous: { copies: one.copies, onLoss: one.onLoss },
              kernel:
                one.code === undefined || one.racks * one.hostsPerRack < 4
                  ? smallCluster.storage.types.kernel
                  : { erasure: one.code, onLoss: "fail" },
            },
          },
          rollback: {
            ...smallCluster.rollback,
            placement: one.placement,
            spares: one.spares,
            transfer: one.transfer,
            multicast: { groups: one.groups, join: 0.01 },
            stage: one.stage,
            resume: one.resume,
            window: one.window,
            background: one.background,
            admission: one.admission,
            unreachable: one.unreachable,
          },
          failures: { ...noFailures, host: { kind: "times", outages: host }, vm: { kind: "times", outages: vm } },
        }),
      );
  });

const causes = ["NoSpare", "Plan", "Detect", "Transfer", "Resume", "Announce", "ColdStart", "Pause"];

test("in every run bytes and time are conserved, and no column is negative or beyond its bound", () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      // The run itself asserts what its domains and sums must hold, and throws if they do not.
      const columns = run(scenario);
      // Fractions of time, and what the sums of many intervals round to.
      for (const [column, value] of Object.entries(columns)) {
        if (!(Number.isNaN(value) || value >= -1e-9)) assert.unreachable(`${column} is ${value}`);
      }
      const down = causes.reduce((sum, cause) => sum + columns[`downtime${cause}`]!, 0);
      assert.ok(Math.abs(columns["availability"]! + down - 1) < 1e-9, "the downtime split adds up");
      assert.ok(columns["workRatio"]! <= columns["availability"]! + 1e-9, "only a cluster that is up works");
      assert.ok(columns["availabilityNet"]! <= columns["availability"]!);
      const outcomes = ["pIntact", "pDegraded", "pFailed"].reduce((sum, name) => sum + columns[name]!, 0);
      if (columns["rollbacks"]! > 0) assert.ok(Math.abs(outcomes - 1) < 1e-12);
      assert.ok(columns["snapshotsDurable"]! + columns["snapshotsFailed"]! <= columns["snapshots"]!);
      assert.ok(columns["storedBytes"]! <= columns["storedPeak"]! + 1e-6);
      assert.ok(
        columns["linkBytes"]! >= 2 * columns["sourceBytes"]! * (1 - 1e-9),
        "each byte that is sent is received",
      );
      for (const name of ["pause", "captureDuration", "durabilityLatency", "rpo", "rto", "ttr", "residency"]) {
        const [mean, p50, p95, max] = ["Mean", "P50", "P95", "Max"].map((end) => columns[name + end]!) as [
          number,
          number,
          number,
          number,
        ];
        if (Number.isNaN(mean)) continue;
        assert.ok(p50 <= p95 && p95 <= max && mean <= max * (1 + 1e-9), `${name}: ${mean} ${p50} ${p95} ${max}`);
      }
      if (promisesConsistency(scenario.snapshot.cut)) assert.is(columns["orphans"], 0);
      const rule = messageRule(scenario.snapshot);
      if (rule !== "drop") assert.is(columns["messagesDropped"], 0);
      if (rule !== "colour") assert.is(columns["cutsForced"], 0);
      if (columns["rollbacks"]! > 0 && scenario.rollback.resume === "eager") {
        assert.ok(columns["residencyMean"]! <= columns["rtoMean"]! + 1e-9);
        assert.ok(columns["rtoMean"]! <= columns["ttrMean"]! + 1e-9);
      }
    }),
    { numRuns: 250, seed: 11, includeErrorInReport: true },
  );
});

test("the same seed gives the same columns, whatever the order of the list of outages", () => {
  fc.assert(
    fc.property(scenarios, fc.integer(), (scenario, seed) => {
      const { host } = scenario.failures;
      const starts = host.kind === "times" ? host.outages.map(({ component, start }) => `${component} ${start}`) : [];
      fc.pre(host.kind === "times" && new Set(starts).size === starts.length);
      const reversed: ClusterScenario = {
        ...scenario,
        failures: { ...scenario.failures, host: { kind: "times", outages: host.outages.toReversed() } },
      };
      assert.equal(run(reversed, seed), run(scenario, seed));
    }),
    { numRuns: 60, seed: 12, includeErrorInReport: true },
  );
});

test("a domain more that never fails only doubles what is counted without failures", () => {
  const one = run({ ...smallCluster, horizon });
  const two = run({ ...smallCluster, horizon, domains: 2 });
  for (const column of [
    "availability",
    "workRatio",
    "downtimePause",
    "pauseMean",
    "rpoMean",
    "stall",
    "faults",
    "captureDurationP95",
  ]) {
    assert.ok(Object.is(one[column], two[column]) || Math.abs(one[column]! - two[column]!) < 1e-12, column);
  }
  for (const column of ["snapshots", "snapshotsDurable", "sourceBytes", "storedPeak"]) {
    assert.ok(Math.abs(two[column]! / one[column]! - 2) < 1e-12, column);
  }
});

test("with all times k-fold and all rates a k-th, every time is k-fold and all else is the same", () => {
  const times =
    /^(cutSkew|pause|captureDuration|tcpInterruption|durabilityLatency|restorePointAge|rpo|rto|ttr|residency|admissionWait|clockJump|tcpOutage)|^intervalAchieved$/;
  fc.assert(
    fc.property(scenarios, fc.constantFrom(0.5, 4), (scenario, k) => {
      const plain = run(scenario);
      const scaled = run(slower(scenario, k));
      for (const [column, value] of Object.entries(plain)) {
        const expected = times.test(column) ? value * k : value;
        if (Number.isNaN(expected) && Number.isNaN(scaled[column]!)) continue;
        // Powers of 2 scale without rounding.
        if (!(Math.abs(scaled[column]! - expected) <= 1e-9 * Math.max(1, Math.abs(expected)))) {
          assert.unreachable(`${column}: ${scaled[column]} instead of ${expected}`);
        }
      }
    }),
    { numRuns: 60, seed: 13, includeErrorInReport: true },
  );
});

const quieter = (traffic: TrafficMatrix, k: number): TrafficMatrix =>
  traffic.kind === "even"
    ? { ...traffic, messagesPerSecond: traffic.messagesPerSecond / k }
    : {
        ...traffic,
        pairs: traffic.pairs.map((pair) => ({ ...pair, messagesPerSecond: pair.messagesPerSecond / k })),
      };

/** The same life in slow motion. */
const slower = (scenario: ClusterScenario, k: number): ClusterScenario => {
  const { dataCentre, cluster, snapshot, storage, rollback, detection, failures } = scenario;
  const { disk } = dataCentre.host;
  const { costs } = snapshot;
  const late = (source: (typeof failures)["host"]): (typeof failures)["host"] =>
    source.kind === "times"
      ? { kind: "times", outages: source.outages.map((one) => ({ ...one, start: one.start * k, end: one.end * k })) }
      : source;
  return {
    ...scenario,
    horizon: scenario.horizon * k,
    pauseTolerance: scenario.pauseTolerance * k,
    dataCentre: {
      ...dataCentre,
      uplink: dataCentre.uplink / k,
      latency: dataCentre.latency * k,
      host: {
        ...dataCentre.host,
        nic: dataCentre.host.nic / k,
        disk: { ...disk, read: disk.read / k, write: disk.write / k, latency: disk.latency * k },
      },
      store: { bandwidth: dataCentre.store.bandwidth / k, latency: dataCentre.store.latency * k },
    },
    cluster: {
      ...cluster,
      workload: {
        ...cluster.workload,
        workingSet: { ...cluster.workload.workingSet, within: cluster.workload.workingSet.within * k },
        classes: cluster.workload.classes.map((one) => ({ ...one, writesPerSecond: one.writesPerSecond / k })),
      },
      similarityHalfLife: cluster.similarityHalfLife * k,
      traffic: quieter(cluster.traffic, k),
    },
    snapshot: {
      ...snapshot,
      interval: snapshot.interval * k,
      clockSkew: snapshot.clockSkew * k,
      downtimeLimit: snapshot.downtimeLimit * k,
      costs: {
        ...costs,
        prepare: costs.prepare * k,
        prepareSpread:
          costs.prepareSpread !== "none" && "mean" in costs.prepareSpread
            ? { ...costs.prepareSpread, mean: costs.prepareSpread.mean * k }
            : costs.prepareSpread,
        fixed: costs.fixed * k,
        device: costs.device * k,
        armPerPage: costs.armPerPage * k,
        fault: costs.fault * k,
        track: costs.track * k,
        unprotectPerPage: costs.unprotectPerPage * k,
        copyRate: costs.copyRate / k,
        hashRate: costs.hashRate / k,
        compressRate: costs.compressRate / k,
        recordRate: costs.recordRate / k,
      },
    },
    storage: { ...storage, repairDelay: storage.repairDelay * k, repairRate: storage.repairRate / k },
    rollback: {
      ...rollback,
      multicast: { ...rollback.multicast, join: rollback.multicast.join * k },
      background: rollback.background / k,
      planTime: rollback.planTime * k,
      rebuildRate: rollback.rebuildRate / k,
      resumeTime: rollback.resumeTime * k,
      announceTime: rollback.announceTime * k,
      coldStart: rollback.coldStart * k,
    },
    detection: { ...detection, heartbeat: detection.heartbeat * k, timeout: detection.timeout * k },
    failures: { ...failures, host: late(failures.host), vm: late(failures.vm) },
  };
};

test.run();
