import type { ClusterScenario } from "../../models/scenario.ts";
import type { Fabric } from "../hosts/namespace-switch.ts";
import type { RealCluster, RealVm } from "./real-cluster.ts";
import type { RealHost } from "./real-host.ts";
import type { RealStore } from "./real-store.ts";

interface MachineParts {
  readonly scenario: Pick<ClusterScenario, "dataCentre">;
  readonly hosts: readonly RealHost[];
  readonly cluster: RealCluster;
  readonly store: RealStore;
  readonly fabric: Fabric;
  /** A host is heard again. */
  readonly onHeard: (host: RealHost) => void;
}

/** What befalls hosts, guests, disks and racks, and how they come back: the real counterpart of the model's machines and racks. */
export class RealMachines {
  readonly #parts: MachineParts;
  readonly #racksOut = new Set<number>();
  readonly #uplinksOut = new Set<number>();

  constructor(parts: MachineParts) {
    this.#parts = parts;
  }

  hostsOf(rack: number): RealHost[] {
    return this.#parts.hosts.filter((host) => host.rack === rack);
  }

  /** VMs with a guest that would be lost with these hosts. */
  vmsOn(hosts: readonly RealHost[]): RealVm[] {
    const { cluster } = this.#parts;
    return cluster.vms.filter(
      (vm) => vm.guest !== undefined && !cluster.undetected.has(vm) && vm.host !== undefined && hosts.includes(vm.host),
    );
  }

  /** A guest alone dies. */
  async failVm(vm: RealVm): Promise<void> {
    this.#parts.cluster.lose(vm);
    await vm.guest!.kill();
  }

  /** Machines die together: all guests, the cables, and for ever what lies on their disks. */
  async fail(hosts: readonly RealHost[], permanent: boolean): Promise<void> {
    const { cluster, store } = this.#parts;
    const victims = this.vmsOn(hosts);
    for (const host of hosts) host.die();
    for (const vm of victims) cluster.lose(vm);
    for (const vm of victims) await vm.guest!.kill();
    for (const host of hosts) await host.unplug();
    if (permanent) for (const host of hosts) await store.lost(host, cluster);
    else store.recount();
  }

  /** A machine is there again, with its disk or an empty one. */
  async repair(host: RealHost): Promise<void> {
    await host.comeBack();
    if (host.reachable) this.#answer(host);
  }

  /** The disk is gone, and with it the guests that have their own disks on it; the machine runs on. */
  async loseDisk(host: RealHost): Promise<void> {
    const { cluster, store } = this.#parts;
    const victims = this.vmsOn([host]);
    host.loseDisk();
    for (const vm of victims) cluster.lose(vm);
    for (const vm of victims) await vm.guest!.kill();
    await store.lost(host, cluster);
  }

  isRackOut(rack: number): boolean {
    return this.#racksOut.has(rack);
  }

  isUplinkOut(rack: number): boolean {
    return this.#uplinksOut.has(rack);
  }

  /** Hosts of a rack cannot be reached, not even by each other; or, when its uplink is out, by each other alone. */
  async cutRack(rack: number, what: "rack" | "uplink"): Promise<void> {
    this.#outages(what).add(rack);
    await this.#plug(rack);
    for (const host of this.hostsOf(rack)) this.#cutOff(host);
  }

  async joinRack(rack: number, what: "rack" | "uplink"): Promise<void> {
    this.#outages(what).delete(rack);
    await this.#plug(rack);
    for (const host of this.hostsOf(rack)) this.#reconnect(host);
  }

  /** The run is over: cables and disks are as at its beginning, and nobody waits for a machine that is dead. */
  async end(): Promise<void> {
    const { racks } = this.#parts.scenario.dataCentre;
    for (let rack = 0; rack < racks; rack++) {
      if (this.isRackOut(rack)) await this.joinRack(rack, "rack");
      if (this.isUplinkOut(rack)) await this.joinRack(rack, "uplink");
    }
    for (const host of this.#parts.hosts) {
      if (host.hasSlowDisk) await host.slowDisk(undefined);
      if (!host.reachable) host.suspect();
    }
  }

  #outages(what: "rack" | "uplink"): Set<number> {
    return what === "rack" ? this.#racksOut : this.#uplinksOut;
  }

  #plug(rack: number): Promise<void> {
    const ports = this.hostsOf(rack).map(({ index }) => index);
    const into = this.isRackOut(rack) ? "nothing" : this.isUplinkOut(rack) ? "their own" : "all";
    return this.#parts.fabric.plug(ports, into);
  }

  #cutOff(host: RealHost): void {
    const { cluster } = this.#parts;
    const wasReachable = host.reachable;
    host.cutOff(true);
    if (!wasReachable) return;
    for (const vm of cluster.vms) if (vm.host === host && !cluster.undetected.has(vm)) cluster.cutOff(vm);
  }

  #reconnect(host: RealHost): void {
    host.cutOff(false);
    if (host.reachable) this.#answer(host);
  }

  #answer(host: RealHost): void {
    const { cluster, store, onHeard } = this.#parts;
    for (const vm of cluster.vms) if (vm.host === host) cluster.reconnect(vm);
    host.answer();
    store.recount();
    onHeard(host);
  }
}
