import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import type { CopyHost } from "../placement/copy-placement.ts";
import type { SimulatedCluster } from "../simulation/simulated-cluster.ts";
import type { SimulatedSnapshot } from "../simulation/simulated-snapshot.ts";
import type { Chain } from "./chain.ts";
import { weigh } from "./host-shares.ts";

/**
 * What lies on each disk, where disks have a capacity: copies, also those that are being written or whose host is away,
 * pages where they were captured, and local disks of VMs with their layers. Before a cut there has to be room for it; what
 * moves between cuts – repairs of copies with all that builds on them, disks of VMs that are restored – may go beyond it.
 */
export class DiskSpace {
  readonly #centre: DataCentre;
  readonly #capacity: number;
  /** Room for snapshots that are about to be cut. */
  readonly #reserved = new Map<SimulatedCluster, ReadonlyMap<Host, number>>();
  /** The most that any disk has held. */
  peak = 0;

  constructor(centre: DataCentre) {
    this.#centre = centre;
    this.#capacity = centre.spec.host.disk.capacity;
  }

  /** Some disk can be full. */
  get isLimited(): boolean {
    return this.#capacity < Number.POSITIVE_INFINITY;
  }

  /**
   * The hosts as placement of copies sees them: one without room for another chunk is none.
   *
   * @param chunk bytes
   */
  placeable(chunk: number): readonly CopyHost[] {
    const { hosts } = this.#centre;
    if (!this.isLimited) return hosts;
    const fits = (host: Host): boolean => host.up && host.used + chunk <= this.#capacity;
    return hosts.map((host) => ({
      index: host.index,
      rack: host.rack,
      get up() {
        return fits(host);
      },
    }));
  }

  recount(chains: Iterable<readonly [SimulatedCluster, Chain]>): void {
    if (!this.isLimited) return;
    for (const host of this.#centre.hosts) host.used = 0;
    for (const [cluster, chain] of chains) {
      for (const { host, disk } of cluster.vms) {
        if (host !== undefined && disk?.spec.on === "local") host.used += disk.spec.bytes;
      }
      const versions = [...chain.versions, ...chain.inFlight];
      for (const version of versions) this.#count(version, chain);
      for (const { copies, bytes } of new Set(versions.flatMap(({ shared }) => shared))) {
        for (const [host, shares] of copies.room(true)) host.used += weigh(shares, bytes);
      }
    }
    for (const reserved of this.#reserved.values()) for (const [host, bytes] of reserved) host.used += bytes;
    for (const { used } of this.#centre.hosts) this.peak = Math.max(this.peak, used);
  }

  #count(version: SimulatedSnapshot, chain: Chain): void {
    for (const part of version.parts) {
      const { copies, bytes, layer, vm } = part;
      for (const [host, shares] of copies.room(version.whole)) host.used += weigh(shares, bytes);
      // What is being captured is on its way there.
      const staged = version.state === "cut" ? part.source : vm.stagedOn;
      if (staged !== undefined) staged.used += chain.stagedPart(part, version.whole);
      if (layer?.stored === undefined) continue;
      for (const [host, shares] of layer.stored.copies.room(layer.whole)) host.used += shares[0]! * layer.bytes;
      if (vm.host !== undefined && !layer.whole) vm.host.used += layer.bytes;
    }
  }

  /** Sets room aside for the next snapshot of a cluster, until it is cut; false if there is not enough. */
  reserve(cluster: SimulatedCluster, next: ReadonlyMap<Host, number>): boolean {
    this.release(cluster);
    if (![...next].every(([host, bytes]) => host.used + bytes <= this.#capacity)) return false;
    this.#reserved.set(cluster, next);
    for (const [host, bytes] of next) host.used += bytes;
    return true;
  }

  /** The snapshot is cut, or will not be. */
  release(cluster: SimulatedCluster): void {
    for (const [host, bytes] of this.#reserved.get(cluster) ?? []) host.used -= bytes;
    this.#reserved.delete(cluster);
  }

  /** Keeps so many bytes more on a host, if there is room. */
  keep(host: Host, bytes: number): boolean {
    if (host.used + bytes > this.#capacity) return false;
    host.used += bytes;
    return true;
  }
}
