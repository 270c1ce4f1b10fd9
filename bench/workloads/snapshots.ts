import { simulateCluster } from "../../models/simulate.ts";
import type { Benchmark, Workload } from "../benchmark.ts";
import { eightVms } from "../eight-vms.ts";

const day = 86400;

/** The simulator at full fidelity: every capture, copy and merge of every VM. */
export default {
  name: "snapshots",
  measures: "seconds",
  unit: "VM-snapshot",
  peers: [],
  clocks: { within: 0 },
  quick: { days: 1 },
  cases: [
    ...[30, 120].map((days) => ({
      title: `8 VMs each minute for ${days} days`,
      params: { days, domains: 1, vms: 8 },
      limit: 1 / 30_000,
    })),
    ...[1, 25, 125].map((domains) => ({
      title: `${domains} such clusters apart, for a day`,
      params: { days: 1, domains, vms: 8 },
      limit: 1 / 30_000,
    })),
    ...[10, 100, 1000].map((vms) => ({
      title: `one cluster of ${vms} VMs, for ${1000 / vms} minutes`,
      params: { days: 1000 / vms / 1440, domains: 1, vms },
    })),
  ],
} satisfies Benchmark;

export const run: Workload = (input) => {
  const [days, domains, vms] = [input.number("days"), input.number("domains"), input.number("vms")];
  const { dataCentre, cluster } = eightVms;
  const scenario = {
    ...eightVms,
    domains,
    horizon: days * day,
    dataCentre: { ...dataCentre, hostsPerRack: Math.max(4, Math.ceil(vms / 6)) },
    cluster: { ...cluster, vms, quorum: vms },
  };
  // Compiles what will be measured.
  simulateCluster({ ...scenario, domains: 1, horizon: Math.min(scenario.horizon, day) }, { seed: 1, replication: 1 });
  const elapsed = input.stopwatch();
  const { metrics } = simulateCluster(scenario, { seed: 1, replication: 0 });
  const snapshots = metrics["snapshots"]!;
  return { amount: elapsed(), units: snapshots * vms, clock: scenario.horizon, counts: { snapshots } };
};
