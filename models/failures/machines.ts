import type { Host } from "../data-centre/data-centre.ts";
import type { SimulatedCluster } from "../simulation/simulated-cluster.ts";
import type { SimulatedDomain } from "../simulation/simulated-domain.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import { HeartbeatDetector } from "./heartbeat-detector.ts";

/** What has befallen one host; several things may at once. */
interface Trouble {
  /** Outages of the machine itself. */
  dead: number;
  /** Outages that cut it off. */
  isolated: number;
  /** Its disk is gone, and the new one not there yet. */
  diskless: boolean;
  /** Its silence has lasted for the timeout. */
  suspected: boolean;
}

/**
 * The hosts as they fail, fall silent, are suspected and come back, with the VMs on them.
 *
 * A host that is cut off runs on with its VMs, and what crosses its network stands still. If it is back before the timeout,
 * nothing else has happened. Otherwise it is fenced: it lets its VMs go (its lease has ended with the silence), the cluster
 * is rolled back, and copies on it are replaced, as if it had failed and would come back with its disk.
 */
export class Machines {
  readonly #domain: SimulatedDomain;
  readonly #detector: HeartbeatDetector;
  readonly #troubles: readonly Trouble[];
  /** VMs that were lost with a host, until that is known. */
  readonly #lostWith = new Map<SimulatedVm, Host>();

  constructor(domain: SimulatedDomain, phases: readonly number[]) {
    const { clock, scenario, centre } = domain;
    this.#domain = domain;
    this.#detector = new HeartbeatDetector(clock, scenario.detection, phases);
    this.#troubles = centre.hosts.map(() => ({ dead: 0, isolated: 0, diskless: false, suspected: false }));
  }

  isDead(host: Host): boolean {
    return this.#of(host).dead > 0;
  }

  isDiskless(host: Host): boolean {
    return this.#of(host).diskless;
  }

  /** The machine fails, with the memory of its VMs and, if this is for ever, all that lies on its disk. */
  fail(host: Host, permanent: boolean): void {
    const trouble = this.#of(host);
    trouble.dead += 1;
    this.#takeVms(host);
    host.silent = !trouble.suspected;
    this.#follow(host, permanent);
    this.#silent(host);
  }

  /** The machine is there again, empty; with its disk, or a new one. */
  repair(host: Host): void {
    const trouble = this.#of(host);
    trouble.dead -= 1;
    if (trouble.dead > 0) return;
    if (trouble.isolated === 0) this.#answer(host);
    else this.#follow(host, false);
  }

  /** The network of the host is out; the machine runs on. */
  cutOff(host: Host): void {
    const trouble = this.#of(host);
    trouble.isolated += 1;
    host.reachable = false;
    if (trouble.isolated > 1 || trouble.dead > 0) return;
    for (const cluster of this.#domain.clusters) {
      for (const vm of cluster.vms) {
        if (vm.host !== host) continue;
        cluster.cutOff(vm);
        cluster.cut?.cutOff(vm);
      }
    }
    this.#silent(host);
  }

  reconnect(host: Host): void {
    const trouble = this.#of(host);
    trouble.isolated -= 1;
    if (trouble.isolated > 0) return;
    host.reachable = true;
    if (trouble.dead > 0) return;
    for (const cluster of this.#domain.clusters) {
      for (const vm of cluster.vms) {
        if (vm.host !== host) continue;
        cluster.reconnect(vm);
        cluster.cut?.reconnect(vm);
      }
    }
    this.#answer(host);
  }

  /**
   * The disk is gone with all that lies on it. The VMs run on, but nothing of them can be saved there; those that have their
   * own disks on it are lost.
   */
  loseDisk(host: Host): void {
    this.#of(host).diskless = true;
    const lost = this.#domain.disks?.spec.on === "local" ? this.#takeVms(host) : [];
    this.#follow(host, true);
    this.#domain.store.chains.sourceLost(host);
    for (const vm of lost) this.#detector.silent(vm, host, () => this.#tell(new Set([vm])));
  }

  /** An empty disk takes the place of the one that was lost. */
  replaceDisk(host: Host): void {
    this.#of(host).diskless = false;
    this.#follow(host, false);
  }

  /** A VM alone fails. */
  failVm(cluster: SimulatedCluster, vm: SimulatedVm): void {
    const host = vm.host!;
    this.#lose(cluster, vm);
    this.#detector.silent(vm, host, () => this.#tell(new Set([vm])));
  }

  /** A healthy VM is taken for dead: it is fenced, so that it never runs twice. */
  fence(cluster: SimulatedCluster, vm: SimulatedVm): void {
    this.#lose(cluster, vm);
    this.#tell(new Set([vm]));
  }

  #of(host: Host): Trouble {
    return this.#troubles[host.index]!;
  }

  #silent(host: Host): void {
    if (!this.#of(host).suspected) this.#detector.silent(host, host, () => this.#suspect(host));
  }

  /** Nothing was heard of the host for the timeout. */
  #suspect(host: Host): void {
    this.#domain.fastForward?.disturb();
    this.#of(host).suspected = true;
    host.silent = false;
    this.#takeVms(host);
    this.#follow(host, false);
    this.#tellOf(host);
    this.#domain.notify();
  }

  /** The host is heard again, and says itself which VMs it has no more. */
  #answer(host: Host): void {
    this.#of(host).suspected = false;
    host.silent = false;
    this.#detector.heard(host);
    this.#tellOf(host);
    this.#follow(host, false);
    this.#domain.notify();
  }

  /** Lets the store know what can be used of the host now. */
  #follow(host: Host, permanent: boolean): void {
    const { dead, diskless, suspected } = this.#of(host);
    const up = dead === 0 && !diskless && !suspected;
    const { store } = this.#domain;
    if (host.up && !up) {
      host.up = false;
      store.hostDown(host, permanent);
    } else if (!host.up && up) {
      host.up = true;
      store.hostUp(host);
    } else if (permanent) store.hostDown(host, true);
  }

  /** All VMs on the host are lost, and it has room for others. */
  #takeVms(host: Host): SimulatedVm[] {
    const { clusters, centre, scenario } = this.#domain;
    const taken: SimulatedVm[] = [];
    for (const cluster of clusters) {
      for (const vm of cluster.vms) {
        if (vm.host !== host) continue;
        this.#lose(cluster, vm);
        vm.host = undefined;
        centre.release(host, scenario.cluster.vm);
        this.#lostWith.set(vm, host);
        taken.push(vm);
      }
    }
    return taken;
  }

  #lose(cluster: SimulatedCluster, vm: SimulatedVm): void {
    const { transfers } = this.#domain;
    cluster.undetected.add(vm);
    cluster.lose(vm);
    cluster.cut?.lose(vm);
    if (vm.load?.transfer !== undefined) transfers.cancel(vm.load.transfer);
    vm.load = undefined;
  }

  #tellOf(host: Host): void {
    const lost = [...this.#lostWith].filter(([, where]) => where === host).map(([vm]) => vm);
    this.#tell(new Set(lost));
  }

  /** Tells the clusters which of their VMs have failed, as far as they do not know. */
  #tell(failed: ReadonlySet<SimulatedVm>): void {
    for (const cluster of this.#domain.clusters) {
      const vms = cluster.vms.filter((vm) => failed.has(vm) && cluster.undetected.has(vm));
      if (vms.length === 0) continue;
      for (const vm of vms) {
        cluster.undetected.delete(vm);
        this.#lostWith.delete(vm);
        this.#detector.heard(vm);
      }
      this.#domain.tell?.({ kind: "detection", cluster: cluster.name, vms: vms.map(({ name }) => name) });
      this.#domain.interrupt({ cluster, vms });
    }
  }
}
