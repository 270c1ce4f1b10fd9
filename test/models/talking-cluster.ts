import type { TrafficMatrix } from "../../models/cut/traffic.ts";
import type { ClusterScenario, CutProtocol } from "../../models/scenario.ts";
import { smallCluster } from "./small-cluster.ts";

/** How long a VM stands still for its cut, what a message takes to another host, and by how much VMs are late: seconds. */
export const pause = 4e-3;
export const latency = 2e-3;
export const spread = 20e-3;

/** VMs in pairs on hosts, whose snapshots hold next to nothing: a cut is all that happens, four times a second. */
export const talkingCluster = (cut: CutProtocol, traffic: TrafficMatrix, snapshots: number): ClusterScenario => {
  const { vms } = traffic;
  const { workload } = smallCluster.cluster;
  return {
    ...smallCluster,
    horizon: 0.25 * snapshots + 0.2,
    dataCentre: { ...smallCluster.dataCentre, racks: 1, hostsPerRack: Math.ceil(vms / 2) + 1, latency },
    cluster: {
      ...smallCluster.cluster,
      placement: "first-fit",
      vms,
      vm: { ...smallCluster.cluster.vm, cores: 4 },
      quorum: vms,
      traffic,
      antiAffinity: "none",
      workload: { ...workload, classes: [{ ...workload.classes[1]!, pages: 131072, writesPerSecond: 0 }] },
    },
    snapshot: {
      ...smallCluster.snapshot,
      interval: 0.25,
      cut,
      costs: {
        ...smallCluster.snapshot.costs,
        device: pause,
        armPerPage: 0,
        prepareSpread: { law: "exponential", mean: spread },
      },
    },
    storage: {
      ...smallCluster.storage,
      types: { ...smallCluster.storage.types, cacheClean: { copies: 0, onLoss: "re-read" } },
    },
    rollback: { ...smallCluster.rollback, placement: "first-fit" },
  };
};

/** What a message takes: first-fit puts two VMs on each host. */
export const delayBetween = (from: number, to: number): number =>
  Math.floor(from / 2) === Math.floor(to / 2) ? 0 : latency;
