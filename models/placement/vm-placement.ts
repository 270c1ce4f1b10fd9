import type { ClusterSpec, RollbackPlacement } from "../scenario.ts";

/** What placement knows of a host. */
export interface VmHost {
  readonly index: number;
  readonly rack: number;
  readonly up: boolean;
  readonly freeMemory: number;
  readonly freeCores: number;
}

/**
 * Places VMs of one cluster one after the other; capacity and anti-affinity always hold.
 *
 * @param placed hosts of the cluster's VMs that stay where they are
 * @param count VMs to place
 * @returns the host of each, or undefined when not all of them find room
 */
export const placeVms = (
  placement: RollbackPlacement,
  hosts: readonly VmHost[],
  cluster: Pick<ClusterSpec, "vm" | "antiAffinity">,
  placed: readonly number[],
  count: number,
): number[] | undefined => {
  const better = betterHost[placement];
  const rooms: Room[] = hosts.map((host) => ({
    host,
    memory: host.freeMemory,
    cores: host.freeCores,
    vms: placed.filter((index) => index === host.index).length,
  }));
  const racks = new Set(placed.map((index) => hosts[index]!.rack));
  const chosen: number[] = [];
  for (let vm = 0; vm < count; vm++) {
    let best: Room | undefined;
    for (const room of rooms) {
      if (!room.host.up || room.memory < cluster.vm.memory || room.cores < cluster.vm.cores) continue;
      if (cluster.antiAffinity === "host" && room.vms > 0) continue;
      if (cluster.antiAffinity === "rack" && racks.has(room.host.rack)) continue;
      if (best === undefined || better(room, best)) best = room;
    }
    if (best === undefined) return undefined;
    best.memory -= cluster.vm.memory;
    best.cores -= cluster.vm.cores;
    best.vms += 1;
    racks.add(best.host.rack);
    chosen.push(best.host.index);
  }
  return chosen;
};

interface Room {
  readonly host: VmHost;
  memory: number;
  cores: number;
  /** VMs of the cluster on this host. */
  vms: number;
}

/** Whether the first of two hosts that both have room is the better one; the hosts come in the order of their index. */
const betterHost: { readonly [placement in RollbackPlacement]: (one: Room, other: Room) => boolean } = {
  "first-fit": () => false,
  spread: (one, other) => one.vms < other.vms || (one.vms === other.vms && one.memory > other.memory),
};
