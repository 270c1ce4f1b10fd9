import type { ClusterScenario } from "../models/scenario.ts";

const GiB = 2 ** 30;
const content = { zero: 0.05, selfDuplicate: 0.1, interVm: 0.05, unique: 0.8 };
const pages = (gib: number): number => (gib * GiB) / 4096;

/** The cluster of the product's own benchmarks: eight VMs of 4 GiB on twelve hosts, post-copy, page-aware copies. */
export const eightVms: ClusterScenario = {
  model: "cluster",
  name: "eight VMs",
  horizon: 30 * 86400,
  fidelity: "full",
  domains: 1,
  dataCentre: {
    racks: 3,
    hostsPerRack: 4,
    host: { cores: 32, memory: 128 * GiB, disk: { read: 3e9, write: 1.5e9, latency: 8e-5 }, nic: 1.177e9 },
    uplink: 5e9,
    latency: 1e-4,
    store: { bandwidth: 1.177e9, latency: 1e-3 },
  },
  cluster: {
    count: 1,
    vms: 8,
    vm: { cores: 2, memory: 4 * GiB },
    quorum: 8,
    antiAffinity: "none",
    traffic: { kind: "even", vms: 8, messagesPerSecond: 100 },
    workload: {
      name: "web",
      classes: [
        { type: "free", pages: pages(1), writesPerSecond: 0, compressRatio: 1, content },
        { type: "cacheClean", pages: pages(1.7), writesPerSecond: 80, compressRatio: 1, content },
        { type: "cacheDirty", pages: pages(0.08), writesPerSecond: 800, compressRatio: 1, content },
        { type: "kernel", pages: pages(0.22), writesPerSecond: 500, compressRatio: 1, content },
        { type: "anonymous", pages: pages(0.1), writesPerSecond: 16000, compressRatio: 1, content },
        { type: "anonymous", pages: pages(0.9), writesPerSecond: 600, compressRatio: 1, content },
      ],
    },
  },
  snapshot: {
    interval: 60,
    intervalFrom: "cut",
    capture: "post-copy",
    record: "lazy-incremental",
    cut: "barrier",
    clockSkew: 0,
    delivery: "timeout",
    maxInFlight: 1,
    onOverrun: "stretch",
    costs: {
      prepare: 0,
      prepareSpread: "none",
      fixed: 0.02,
      device: 0.02,
      armPerPage: 5e-8,
      fault: 1e-5,
      track: 2e-6,
      unprotectPerPage: 2e-6,
      copyRate: 1e9,
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
    disk: { copies: 3, block: 65536 },
    placement: "rack-aware",
    chunk: 64 * 2 ** 20,
    keep: 2,
    repairDelay: 900,
  },
  rollback: {
    placement: "spread",
    transfer: "unicast",
    resume: "eager",
    planTime: 1,
    resumeTime: 0.05,
    announceTime: 0.05,
    coldStart: 97,
    unreachable: "wait",
  },
  policy: "protect",
  detection: { heartbeat: 1, timeout: 5 },
  failures: {
    host: {
      kind: "law",
      time: { law: "weibull", shape: 0.42, scale: 77.6 * 86400 },
      repair: { law: "lognormal", mu: 10.9, sigma: 2.5 },
      permanent: 0,
      age: "stationary",
    },
    vm: { kind: "none" },
  },
  pauseTolerance: 0,
};
