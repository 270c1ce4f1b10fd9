import { noFailures } from "../../models/failures/failure-spec.ts";
import type { ClusterScenario, Outage } from "../../models/scenario.ts";

const MiB = 2 ** 20;
const content = { zero: 0, selfDuplicate: 0, interVm: { all: 0, pair: 0 }, unique: 1 };
const pages = (mib: number): number => (mib * MiB) / 4096;

/** A cluster of three small VMs on six hosts in two racks, quick to simulate, with every cost above zero. */
export const smallCluster: ClusterScenario = {
  model: "cluster",
  name: "small",
  horizon: 4000,
  fidelity: "full",
  domains: 1,
  dataCentre: {
    racks: 2,
    hostsPerRack: 3,
    host: {
      cores: 8,
      memory: 4096 * MiB,
      disk: { capacity: Number.POSITIVE_INFINITY, read: 400 * MiB, write: 200 * MiB, latency: 1e-4 },
      nic: 100 * MiB,
    },
    uplink: 250 * MiB,
    latency: 1e-4,
    store: { bandwidth: 500 * MiB, latency: 1e-3 },
  },
  cluster: {
    count: 1,
    vms: 3,
    vm: { cores: 2, memory: 512 * MiB },
    quorum: 3,
    similarityHalfLife: Number.POSITIVE_INFINITY,
    placement: "spread",
    antiAffinity: "none",
    traffic: { kind: "even", vms: 3, messagesPerSecond: 100 },
    workload: {
      name: "small",
      dirtyModel: "uniform",
      workingSet: { pages: 8192, within: 10, contiguity: 2.5, stability: 0.97 },
      classes: [
        { type: "free", pages: pages(128), writesPerSecond: 0, compressRatio: 1, content },
        { type: "cacheClean", pages: pages(128), writesPerSecond: 5, compressRatio: 1, content },
        { type: "anonymous", pages: pages(16), writesPerSecond: 2000, compressRatio: 1, content },
        { type: "anonymous", pages: pages(192), writesPerSecond: 100, compressRatio: 1, content },
        { type: "kernel", pages: pages(48), writesPerSecond: 50, compressRatio: 1, content },
      ],
    },
  },
  snapshot: {
    interval: 40,
    intervalFrom: "cut",
    fullEvery: Number.POSITIVE_INFINITY,
    capture: "post-copy",
    record: "lazy-incremental",
    faultPath: "separate",
    order: "address",
    downtimeLimit: 0.3,
    maxRounds: 30,
    cut: "barrier",
    pacedWith: "colour",
    clockSkew: 0,
    delivery: "buffered",
    maxInFlight: 1,
    onOverrun: "stretch",
    costs: {
      prepare: 0,
      prepareSpread: "none",
      fixed: 0.02,
      device: 0.03,
      armPerPage: 5e-8,
      fault: 2e-5,
      track: 5e-6,
      unprotectPerPage: 2e-6,
      copyRate: 150 * MiB,
      hashRate: Number.POSITIVE_INFINITY,
      compressRate: Number.POSITIVE_INFINITY,
      recordRate: Number.POSITIVE_INFINITY,
    },
  },
  storage: {
    policy: "page-aware",
    types: {
      free: { copies: 0, onLoss: "zero-fill" },
      cacheClean: { copies: 1, onLoss: "re-read" },
      cacheDirty: { copies: 3, onLoss: "fail" },
      anonymous: { copies: 3, onLoss: "fail" },
      kernel: { copies: 3, onLoss: "fail" },
    },
    dropZero: true,
    deduplication: "none",
    compression: "none",
    deduplicateVersions: false,
    checksums: true,
    scrub: Number.POSITIVE_INFINITY,
    disk: { copies: 3, block: 65536 },
    placement: { kind: "rack-aware" },
    chunk: 64 * MiB,
    onFull: "stop",
    keep: 1,
    retention: "none",
    expired: "merge",
    restoreReads: "newest",
    repairDelay: 120,
    repairRate: Number.POSITIVE_INFINITY,
    repairOrder: "together",
  },
  rollback: {
    placement: "spread",
    placementWeights: { traffic: 1, bytes: 1 },
    spares: 0,
    transfer: "unicast",
    multicast: { groups: 64, join: 0.01 },
    packetLoss: 0,
    piece: 2 ** 20,
    stage: true,
    resume: "eager",
    window: 1,
    background: Number.POSITIVE_INFINITY,
    admission: { kind: "all-at-once" },
    planTime: 0.2,
    resumeTime: 0.3,
    startAfter: [],
    rebuildRate: Number.POSITIVE_INFINITY,
    announceTime: 0.1,
    coldStart: 30,
    unreachable: "wait",
  },
  policy: "protect",
  detection: {
    heartbeat: 1,
    timeout: 4,
    falseSuspicion: { kind: "none" },
    corruption: { law: "exponential", mean: 3600 },
  },
  failures: noFailures,
  pauseTolerance: 0,
};

/** Fails hosts by a list: [host, start, end, permanent]. */
export const hostOutages = (
  scenario: ClusterScenario,
  outages: readonly (readonly [host: number, start: number, end: number, permanent?: boolean])[],
): ClusterScenario => ({
  ...scenario,
  failures: { ...scenario.failures, host: { kind: "times", outages: listed(outages) } },
});

/** Fails VMs by a list: [VM, time]. */
export const vmFailures = (
  scenario: ClusterScenario,
  failures: readonly (readonly [vm: number, time: number])[],
): ClusterScenario => ({
  ...scenario,
  failures: {
    ...scenario.failures,
    vm: { kind: "times", outages: listed(failures.map(([vm, time]) => [vm, time, time])) },
  },
});

const listed = (
  outages: readonly (readonly [component: number, start: number, end: number, permanent?: boolean])[],
): Outage[] => outages.map(([component, start, end, permanent = false]) => ({ component, start, end, permanent }));
