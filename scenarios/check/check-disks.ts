import type { ClusterFile } from "../schema/cluster-schema.ts";
import type { Path, Report } from "../text/issue.ts";
import { formatQuantity, rate, size } from "../text/units.ts";

type Disk = Exclude<ClusterFile["cluster"]["vm"]["disk"], "none">;

/** What the disks of VMs cannot be together with where they lie. */
export const checkDisks = (file: ClusterFile, report: Report): void => {
  const { disk } = file.cluster.vm;
  if (disk === "none") return;
  const { block } = file.storage.disk;
  if (block > disk.bytes) {
    report(
      ["storage", "disk", "block"],
      `of ${formatQuantity(size, block)} is larger than the disk of ${formatQuantity(size, disk.bytes)}`,
      [["cluster", "vm", "disk", "bytes"]],
    );
  }
  for (const link of linksToDisks(file, disk)) checkLink(link, disk, report);
};

/** Something that the blocks of several guests cross at once. */
interface SharedLink {
  readonly name: string;
  readonly capacity: number;
  readonly path: Path;
  /** VMs that may run behind it at the same time. */
  readonly vms: number;
}

const linksToDisks = ({ cluster, dataCentre }: ClusterFile, { on }: Disk): readonly SharedLink[] => {
  const { host } = dataCentre;
  const all = cluster.count * cluster.vms;
  const room = Math.min(Math.floor(host.memory / cluster.vm.memory), Math.floor(host.cores / cluster.vm.cores));
  // VMs that are kept apart share a host only with those of other clusters.
  const onHost = Math.min(cluster.antiAffinity === "none" ? all : cluster.count, room);
  const inRack = Math.min(cluster.antiAffinity === "rack" ? cluster.count : all, onHost * dataCentre.hostsPerRack);
  if (on === "local") {
    return [
      { name: "its disk", capacity: host.disk.write, path: ["dataCentre", "host", "disk", "write"], vms: onHost },
    ];
  }
  return [
    { name: "its network card", capacity: host.nic, path: ["dataCentre", "host", "nic"], vms: onHost },
    { name: "the uplink of its rack", capacity: dataCentre.uplink, path: ["dataCentre", "uplink"], vms: inRack },
    { name: "the store", capacity: dataCentre.store.bandwidth, path: ["dataCentre", "store", "bandwidth"], vms: all },
  ];
};

/** Guests write before anything else is moved, so something must be left. */
const checkLink = ({ name, capacity, path, vms }: SharedLink, { writeRate }: Disk, report: Report): void => {
  if (vms * writeRate < capacity) return;
  const guests = vms === 1 ? "one guest writes" : `${vms} guests together may write`;
  report(
    ["cluster", "vm", "disk", "writeRate"],
    `${guests} ${formatQuantity(rate, vms * writeRate)}, ${name} takes ${formatQuantity(rate, capacity)}: nothing is left for snapshots`,
    [path, ["cluster", "vms"], ["cluster", "count"], ["cluster", "antiAffinity"]],
  );
};
