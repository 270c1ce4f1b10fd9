import type { FluidNetwork, Link } from "../../sim/index.ts";
import type { DataCentreSpec, VmSpec } from "../scenario.ts";
import { LinkCapacity } from "./link-capacity.ts";
import { type Route, RouteBuilder } from "./route.ts";

/** A machine that holds VMs and copies of their snapshots. */
export interface Host {
  readonly index: number;
  readonly rack: number;
  readonly name: string;
  readonly diskRead: Link;
  readonly diskWrite: Link;
  readonly nicIn: Link;
  readonly nicOut: Link;
  /** What repairs may write on it together; undefined without a limit. */
  readonly repairs: Link | undefined;
  /** Bytes of its disk that are taken, where that has a capacity: counted anew when something changes. */
  used: number;
  /** Its disk can be used: it is there, the machine runs, and nobody takes it for dead. */
  up: boolean;
  /** Nothing between it and the core of the network is out. */
  reachable: boolean;
  /** The machine is dead and nobody knows yet. */
  silent: boolean;
  /** Memory and cores that no VM has taken. */
  freeMemory: number;
  freeCores: number;
}

interface Rack {
  readonly up: Link;
  readonly down: Link;
}

/** Racks, hosts and the shared store as links of one fluid network. Disks read and write apart; NICs are full duplex. */
export class DataCentre {
  readonly spec: DataCentreSpec;
  readonly hosts: readonly Host[];
  readonly racks: readonly Rack[];
  readonly store: Link;
  readonly #toDisk: Route[] = [];
  readonly #capacities = new Map<Link, LinkCapacity>();

  /** @param repairRate of all repairs together on one host, bytes per second */
  constructor(net: FluidNetwork, spec: DataCentreSpec, repairRate = Number.POSITIVE_INFINITY) {
    this.spec = spec;
    this.racks = Array.from({ length: spec.racks }, (_, rack) => ({
      up: net.link(spec.uplink, `rack ${rack} up`),
      down: net.link(spec.uplink, `rack ${rack} down`),
    }));
    this.store = net.link(spec.store.bandwidth, "store");
    this.hosts = Array.from({ length: spec.racks * spec.hostsPerRack }, (_, index) => {
      const name = `host ${index}`;
      return {
        index,
        rack: Math.floor(index / spec.hostsPerRack),
        name,
        diskRead: net.link(spec.host.disk.read, `${name} disk read`),
        diskWrite: net.link(spec.host.disk.write, `${name} disk write`),
        nicIn: net.link(spec.host.nic, `${name} nic in`),
        nicOut: net.link(spec.host.nic, `${name} nic out`),
        repairs: repairRate < Number.POSITIVE_INFINITY ? net.link(repairRate, `${name} repairs`) : undefined,
        used: 0,
        up: true,
        reachable: true,
        silent: false,
        freeMemory: spec.host.memory,
        freeCores: spec.host.cores,
      };
    });
  }

  /** From the memory of a guest to the disk of its host. */
  toDisk(host: Host): Route {
    let route = this.#toDisk[host.index];
    if (route === undefined) {
      route = new RouteBuilder(this).write(host).build();
      this.#toDisk[host.index] = route;
    }
    return route;
  }

  /** The only one that changes the capacity of a link. */
  capacityOf(link: Link): LinkCapacity {
    let capacity = this.#capacities.get(link);
    if (capacity === undefined) {
      capacity = new LinkCapacity(link);
      this.#capacities.set(link, capacity);
    }
    return capacity;
  }

  /** The hosts as placement of VMs sees them: on one that cannot be reached none can be started. */
  get placeable(): readonly Host[] {
    if (this.hosts.every(({ reachable }) => reachable)) return this.hosts;
    return this.hosts.map((host) => (host.reachable ? host : { ...host, up: false }));
  }

  /** Every link of the network. */
  get links(): readonly Link[] {
    const ofHosts = this.hosts.flatMap(({ diskRead, diskWrite, nicIn, nicOut, repairs }) => [
      diskRead,
      diskWrite,
      nicIn,
      nicOut,
      ...(repairs === undefined ? [] : [repairs]),
    ]);
    return [this.store, ...this.racks.flatMap(({ up, down }) => [up, down]), ...ofHosts];
  }

  /** @throws Error if the host has no room: no host is ever above its capacity. */
  reserve(host: Host, vm: VmSpec): void {
    host.freeMemory -= vm.memory;
    host.freeCores -= vm.cores;
    if (host.freeMemory < 0 || host.freeCores < 0) {
      throw new Error(
        `${host.name} is above its capacity: placed a VM of ${vm.memory} bytes and ${vm.cores} cores on it`,
      );
    }
  }

  release(host: Host, vm: VmSpec): void {
    host.freeMemory += vm.memory;
    host.freeCores += vm.cores;
  }
}
