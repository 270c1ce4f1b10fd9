import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterScenario } from "../../models/scenario.ts";
import { TestbedError } from "../testbed-error.ts";
import type { RealCluster, RealVm } from "./real-cluster.ts";
import type { RealHost } from "./real-host.ts";
import type { RealStore } from "./real-store.ts";
import type { RunEvents } from "./run-events.ts";

interface ListeningParts {
  readonly scenario: Pick<ClusterScenario, "detection">;
  readonly events: RunEvents;
  readonly hosts: readonly RealHost[];
  readonly cluster: RealCluster;
  readonly store: Pick<RealStore, "recount">;
  /** Told to the policy of the cluster. */
  readonly interrupt: (vms: readonly RealVm[]) => void;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
}

/** Listens to the heartbeats of hosts and guests, and finds by their silence which have failed. */
export class Silence {
  readonly #parts: ListeningParts;
  readonly #heard = new Map<RealHost, number>();

  constructor(parts: ListeningParts) {
    this.#parts = parts;
  }

  /** Tasks that never end by themselves: each is over with an AbortError. */
  listenToAll(): Promise<void>[] {
    const { hosts, cluster } = this.#parts;
    return [
      ...hosts.map((host) => this.#listenTo(host)),
      ...cluster.vms.map((vm) => this.#listenToGuest(vm)),
      this.#watch(),
    ];
  }

  /** The guests of the cluster run: from now on their silence means something. */
  listen(): void {
    const { cluster, events } = this.#parts;
    for (const vm of cluster.vms) vm.heardAt = events.now;
  }

  /** A host is known to be back. What it cut off with it, and nobody missed, has been silent for no time. */
  heard(host: RealHost): void {
    const { cluster, events } = this.#parts;
    this.#heard.set(host, events.now);
    for (const vm of cluster.vms)
      if (vm.host === host && vm.heardAt !== undefined && !cluster.undetected.has(vm)) vm.heardAt = events.now;
  }

  async #listenTo(host: RealHost): Promise<void> {
    const { events, store } = this.#parts;
    this.#heard.set(host, events.now);
    await this.#again(async (deadline) => {
      await host.beat(deadline);
      // What it said before it was cut off says nothing of now.
      if (!host.reachable) return;
      this.#heard.set(host, events.now);
      if (host.up || host.diskless) return;
      // It was only slow: what ran on it has been given up, and it can be used again.
      host.answer();
      store.recount();
      events.tell({ kind: "return", component: "host", name: host.name });
    });
  }

  async #listenToGuest(vm: RealVm): Promise<void> {
    const { events } = this.#parts;
    await this.#again(async (deadline) => {
      const { guest } = vm;
      if (vm.heardAt === undefined || guest === undefined || vm.host?.reachable !== true) return;
      await guest.beat(deadline);
      // What a guest said that was ended meanwhile says nothing of the next.
      if (vm.guest === guest && vm.heardAt !== undefined && vm.host?.reachable === true) vm.heardAt = events.now;
    });
  }

  /** Asks for a heartbeat again and again; one that does not come is silence, and no error. */
  async #again(ask: (deadline: number) => Promise<void>): Promise<void> {
    const { scenario, signal } = this.#parts;
    const { heartbeat, timeout } = scenario.detection;
    for (;;) {
      await sleep(1000 * heartbeat, undefined, { signal });
      await ask(Math.ceil(1000 * timeout)).catch((error) => {
        if (!(error instanceof TestbedError)) throw error;
      });
    }
  }

  /**
   * Who has been silent for too long is taken for dead: a host with all its VMs, and a VM alone if its host has been heard
   * since.
   */
  async #watch(): Promise<void> {
    const { scenario, events, hosts, cluster, store, signal } = this.#parts;
    const { heartbeat, timeout } = scenario.detection;
    const silence = (since: number | undefined): number => (since === undefined ? 0 : events.now - since);
    for (;;) {
      await sleep(1000 * Math.min(0.1, heartbeat / 4), undefined, { signal });
      const dead = hosts.filter((host) => host.up && silence(this.#heard.get(host)) > timeout);
      const lost = cluster.vms.filter(({ host, heardAt }) => {
        // One whose disk is gone is heard as before.
        if (host === undefined || !(host.up || host.diskless)) return false;
        return dead.includes(host) || (silence(heardAt) > timeout && silence(this.#heard.get(host)) < 2 * heartbeat);
      });
      // Whoever is told of the failure plans without what is dead.
      for (const host of dead) host.up = false;
      if (lost.length > 0) this.#found(lost);
      for (const host of dead) host.suspect();
      if (dead.length > 0) store.recount();
    }
  }

  #found(vms: readonly RealVm[]): void {
    const { cluster, events, interrupt } = this.#parts;
    for (const vm of vms) {
      if (vm.cutOffAt !== undefined) cluster.lose(vm);
      if (!cluster.undetected.delete(vm) && vm.host?.reachable === true) {
        events.tell({
          kind: "failure",
          component: "vm",
          name: vm.name,
          permanent: false,
          ignored: false,
          suspected: true,
          vms: [vm.name],
        });
      }
      cluster.failedAt ??= events.now;
      vm.heardAt = undefined;
    }
    cluster.failures += 1;
    events.tell({ kind: "detection", cluster: cluster.name, vms: vms.map(({ name }) => name) });
    interrupt(vms);
  }
}
