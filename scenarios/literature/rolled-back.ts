import type { Metrics } from "../simulate.ts";
import { meanOf, type Simulate } from "./target.ts";

export const rollback = (simulate: Simulate, settings: readonly string[]): Promise<readonly Metrics[]> =>
  simulate("rolling-back", ["sweep={}", "cluster.similarity=30%", "rollback.transfer=multicast", ...settings]);

/** Seconds until so many VMs that are all alike, each on a host of its own, have their 625 MB. */
export const distribution = async (simulate: Simulate, vms: number): Promise<number> => {
  const runs = await rollback(simulate, [
    "replications=1",
    `cluster.vms=${vms}`,
    "cluster.vm.memory=625MB",
    "cluster.similarity=100%",
    "storage.policy=replicate-all",
    "dataCentre.racks=2",
    "dataCentre.hostsPerRack=81",
    "dataCentre.host.nic=100Mbit/s",
    "dataCentre.uplink=100Gbit/s",
  ]);
  return 3600 * meanOf(runs, "downtimeTransfer");
};

/** Part of the time that multicast saves, packed on few hosts, at the similarity at which it saves as much over links as is asked. */
export const timeWhereLinksSave = async (simulate: Simulate, asked: number): Promise<number> => {
  const saved = await Promise.all(
    [0.2, 0.5].map(async (similarity) => {
      const set = ["rollback.placement=pack", `cluster.similarity=${100 * similarity}%`];
      const [unicast, multicast] = [
        await rollback(simulate, [...set, "rollback.transfer=unicast"]),
        await rollback(simulate, set),
      ];
      const part = (column: string): number => 1 - meanOf(multicast, column) / meanOf(unicast, column);
      return { links: part("restoreLinkBytes"), time: part("downtimeTransfer") };
    }),
  );
  const [low, high] = saved as [(typeof saved)[number], (typeof saved)[number]];
  return low.time + ((asked - low.links) / (high.links - low.links)) * (high.time - low.time);
};

/** Seconds from the failure until guests are as fast as before, less what passes until it is detected. */
export const responsive = async (simulate: Simulate, resume: string): Promise<number> => {
  const runs = await rollback(simulate, [
    `rollback.resume=${resume}`,
    "cluster.vms=1",
    "dataCentre.host.disk=hard-disk",
    "dataCentre.host.nic=10gbe",
  ]);
  return meanOf(runs, "ttrMean") - 3600 * (meanOf(runs, "downtimeDetect") + meanOf(runs, "downtimePlan"));
};
