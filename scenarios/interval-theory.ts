import { usefulWork } from "../models/analytic/useful-work.ts";
import { components, noFailures } from "../models/failures/failure-spec.ts";
import { type Law, mean as meanOf, survival } from "../models/laws.ts";
import type { ClusterScenario } from "../models/scenario.ts";
import { simulateCluster } from "../models/simulate.ts";

/** What the renewal form is drawn for, and from which figures. */
export interface RenewalForm {
  /** Useful work, as a fraction of time. */
  readonly workRatio: number;
  /** Mean time between failures of the hosts of the cluster, together. Seconds. */
  readonly mtbf: number;
}

/**
 * Useful work of a cluster by renewal-reward (models/analytic/useful-work.ts), beside its simulation. Pause, stalls and
 * latency are those of one run without failures; `downtime` is the mean time from a failure to the cluster being up again.
 * Failures of many hosts together are taken as Poisson with their total rate, which bursts of real failures are not.
 */
export const renewalForm = (scenario: ClusterScenario, downtime: number): RenewalForm | undefined => {
  const mtbf = clusterMtbf(scenario);
  if (mtbf === undefined) return undefined;
  const { metrics } = simulateCluster(
    { ...scenario, fidelity: "auto", failures: noFailures },
    { seed: 1, replication: 0 },
  );
  const period = metrics["intervalAchieved"]!;
  const workInterval = period * metrics["workRatio"]!;
  const pause = period - workInterval;
  const failures: Law = { law: "exponential", mean: mtbf };
  const latency = metrics["durabilityLatencyMean"]!;
  const later = usefulWork({ failures, workInterval, pause, latency: pause + latency, detect: downtime, restore: 0 });
  // After a restore the phase starts again: until its first cut the cluster works without a pause.
  const { interval } = scenario.snapshot;
  const first = ((interval - workInterval) * survival(failures, interval + latency)) / (mtbf + downtime);
  return { workRatio: later + first, mtbf };
};

/** Hosts that run a VM fail as often as those that are up do on average; if other things fail too, the form does not hold. */
const clusterMtbf = ({ cluster, dataCentre, failures, detection }: ClusterScenario): number | undefined => {
  const { host, renewal, shocks } = failures;
  const others = components.some((component) => component !== "host" && failures[component].kind !== "none");
  if (others || renewal !== "component" || shocks.length > 0 || detection.falseSuspicion.kind !== "none")
    return undefined;
  const occupied = Math.min(cluster.vms, dataCentre.racks * dataCentre.hostsPerRack);
  if (host.kind === "law") return meanOf(host.time) / occupied;
  if (host.kind !== "trace") return undefined;
  const { byNode, span } = host.trace;
  const outages = byNode.flat();
  const down = outages.reduce((sum, { start, end }) => sum + Math.min(end, span) - start, 0);
  return (byNode.length * span - down) / outages.length / occupied;
};
