import { simulateCluster } from "../../models/simulate.ts";
import type { Benchmark, Workload } from "../benchmark.ts";
import { eightVms } from "../eight-vms.ts";

const day = 1440;

/** The simulator at full fidelity: every capture, copy and merge of every VM. */
export default {
  name: "snapshots",
  measures: "seconds",
  unit: "VM-snapshot",
  peers: [],
  clocks: { within: 0 },
  quick: { minutes: 5 },
  cases: [
    ...[30, 120].map((days) => ({
      title: `8 VMs each minute for ${days} days`,
      params: { minutes: days * day, domains: 1, vms: 8 },
      limit: 1 / 30_000,
    })),
    ...[1, 25, 125].map((domains) => ({
      title: `${domains} such clusters apart, for a day`,
      params: { minutes: day, domains, vms: 8 },
    })),
    ...[10, 100, 1000].map((vms) => ({
      title: `one cluster of ${vms} VMs, for 20 minutes`,
      params: { minutes: 20, domains: 1, vms },
    })),
  ],
} satisfies Benchmark;

export const run: Workload = (input) => {
  const [minutes, domains, vms] = [input.number("minutes"), input.number("domains"), input.number("vms")];
  const { dataCentre, cluster } = eightVms;
  const scenario = {
    ...eightVms,
    domains,
    horizon: minutes * 60,
    dataCentre: { ...dataCentre, hostsPerRack: Math.max(4, Math.ceil(vms / 6)) },
    cluster: { ...cluster, vms, quorum: vms },
  };
  // Compiles what will be measured.
  simulateCluster({ ...eightVms, horizon: Math.min(scenario.horizon, day * 60) }, { seed: 1, replication: 1 });
  const elapsed = input.stopwatch();
  const { metrics } = simulateCluster(scenario, { seed: 1, replication: 0 });
  const snapshots = metrics["snapshots"]!;
  return { amount: elapsed(), units: snapshots * vms, clock: scenario.horizon, counts: { snapshots } };
};
