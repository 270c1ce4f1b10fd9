import type { FailureSource, FailureSpec } from "../../models/failures/failure-spec.ts";
import type { Law } from "../../models/laws.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { leastSlowDiskRate } from "./slow-rates.ts";

const exponential = (mean: number): Law => ({ law: "exponential", mean });
const law = (mean: number, repair: number, permanent = 0): FailureSource => ({
  kind: "law",
  time: exponential(mean),
  repair: exponential(repair),
  permanent,
  age: "stationary",
});

/** Seconds from a failure of a kind to the next of any of its components, on average. */
const between = { vm: 120, host: 150, disk: 400, slowDisk: 300, rack: 400, uplink: 200, latentErrors: 30 };

/**
 * The scenario for `seconds` with everything in it failing at random, about once a minute: guests, hosts that come back with
 * their disk or an empty one, disks (where guests have their own on them), disks that are slow for a while, racks and uplinks
 * (of which there are several), and bytes of copies, which are scrubbed.
 */
export const soakScenario = (scenario: ClusterScenario, seconds: number): ClusterScenario => {
  const { dataCentre, cluster, storage } = scenario;
  const hosts = dataCentre.racks * dataCentre.hostsPerRack;
  const none: FailureSource = { kind: "none" };
  const hasDisks = cluster.vm.disk?.on === "local";
  const isSeveral = dataCentre.racks > 1;
  const failures: FailureSpec = {
    vm: law(between.vm * cluster.vms, 1),
    host: law(between.host * hosts, 20, 0.3),
    disk: hasDisks ? law(between.disk * hosts, 20, 1) : none,
    slowDisk: law(between.slowDisk * hosts, 30),
    slowDiskRate: Math.max(scenario.failures.slowDiskRate, leastSlowDiskRate(scenario)),
    rack: isSeveral ? law(between.rack * dataCentre.racks, 10) : none,
    uplink: isSeveral ? law(between.uplink * dataCentre.racks, 5) : none,
    store: none,
    renewal: "component",
    shocks: [],
    latentErrors: { kind: "law", time: exponential(between.latentErrors * hosts) },
    corruption: { kind: "none" },
  };
  return { ...scenario, horizon: seconds, failures, storage: { ...storage, scrub: 30, repairDelay: 2 } };
};
