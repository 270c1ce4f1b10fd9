import type { ClusterScenario } from "../../models/scenario.ts";
import type { DiskRates } from "../disk/own-disk.ts";

/**
 * Seconds in which a slow disk passes the memories of all guests. Captures, records and copies of them may come to one disk at
 * once, and whoever asks an agent for one of them waits for 300 s.
 */
export const longestSlow = 80;

/** At which a disk that is slow reads and writes: parts of what the scenario's disks do, whatever the real ones could. */
export const slowRates = ({
  dataCentre: {
    host: { disk },
  },
  failures: { slowDiskRate },
}: Pick<ClusterScenario, "dataCentre" | "failures">): DiskRates => ({
  read: slowDiskRate * disk.read,
  write: slowDiskRate * disk.write,
});

/** The part of its rates that a slow disk must have left for the testbed to wait for it. */
export const leastSlowDiskRate = ({ cluster, dataCentre }: Pick<ClusterScenario, "cluster" | "dataCentre">): number => {
  const { read, write } = dataCentre.host.disk;
  return (cluster.vms * cluster.vm.memory) / (longestSlow * Math.min(read, write));
};
