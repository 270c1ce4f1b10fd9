import type { ClusterScenario, OnLoss, PageType } from "../../models/scenario.ts";
import type { SimulatedDomain } from "../../models/simulation/simulated-domain.ts";
import { weigh } from "../../models/store/host-shares.ts";
import { smallCluster } from "./small-cluster.ts";

/** One VM on host 0 of six in one rack; cuts at 40, 80, … and failures that are found after four seconds. */
export const loneVm: ClusterScenario = {
  ...smallCluster,
  dataCentre: { ...smallCluster.dataCentre, racks: 1, hostsPerRack: 6 },
  cluster: { ...smallCluster.cluster, placement: "first-fit", vms: 1, quorum: 1 },
  rollback: { ...smallCluster.rollback, placement: "first-fit" },
  detection: { ...smallCluster.detection, heartbeat: 1e-9 },
};

/** The same number of copies and the same fate for every class. */
export const withCopies = (scenario: ClusterScenario, copies: number, onLoss: OnLoss = "fail"): ClusterScenario => ({
  ...scenario,
  storage: { ...scenario.storage, types: typesOf(() => ({ copies, onLoss })) },
});

const typesOf = <T>(of: (type: PageType) => T): { readonly [type in PageType]: T } => ({
  free: of("free"),
  cacheClean: of("cacheClean"),
  cacheDirty: of("cacheDirty"),
  anonymous: of("anonymous"),
  kernel: of("kernel"),
});

/** Copies of the newest version of a VM. */
export const copiesOf = (domain: SimulatedDomain, vm = 0) =>
  domain.store.chain(domain.clusters[0]!).newest!.parts[vm]!.copies;

/** Hosts with copies of a VM, and the bytes of a whole version that each of them holds. */
export const holdings = (domain: SimulatedDomain, vm = 0): Map<number, number> => {
  const whole = domain.store.chain(domain.clusters[0]!).wholeBytes;
  return new Map([...copiesOf(domain, vm).targets].map(([host, shares]) => [host.index, weigh(shares, whole)]));
};

/** Copies of each class that the storage plan asks for. */
export const nominalCopies = (domain: SimulatedDomain): number[] =>
  domain.memory.classes.map(({ fragments }) => fragments);
