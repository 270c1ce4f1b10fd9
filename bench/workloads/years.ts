import { simulateCluster } from "../../models/simulate.ts";
import type { Benchmark, Workload } from "../benchmark.ts";
import { eightVms } from "../eight-vms.ts";

const year = 365.25 * 86400;

/** Fast-forward: the cost follows the failures, not the snapshots. One unit is a whole run, its compilation included. */
export default {
  name: "years",
  measures: "seconds",
  unit: "run",
  peers: [],
  clocks: { within: 0 },
  quick: { years: 1 },
  cases: [
    { title: "8 VMs each second for 10 years", params: { years: 10, interval: 1 }, limit: 2 },
    { title: "8 VMs each second for a year", params: { years: 1, interval: 1 } },
    { title: "8 VMs each hour for 10 years", params: { years: 10, interval: 3600 } },
  ],
} satisfies Benchmark;

export const run: Workload = (input) => {
  const [years, interval] = [input.number("years"), input.number("interval")];
  const scenario = {
    ...eightVms,
    fidelity: "fast-forward" as const,
    horizon: years * year,
    snapshot: { ...eightVms.snapshot, interval },
  };
  const elapsed = input.stopwatch();
  const { metrics } = simulateCluster(scenario, { seed: 1, replication: 0 });
  const counts = { snapshots: metrics["snapshots"]!, failures: metrics["hostFailures"]! };
  const amount = elapsed();
  return { amount, units: 1, clock: scenario.horizon, counts, remark: `${counts.failures} host failures` };
};
