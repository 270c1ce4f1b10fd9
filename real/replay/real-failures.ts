import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterScenario, Outage } from "../../models/scenario.ts";
import { TestbedError } from "../testbed-error.ts";
import type { RealCluster, RealVm } from "./real-cluster.ts";
import type { RealHost } from "./real-host.ts";
import type { RealStore } from "./real-store.ts";
import type { RunEvents } from "./run-events.ts";

interface FailureParts {
  readonly scenario: ClusterScenario;
  readonly events: RunEvents;
  readonly hosts: readonly RealHost[];
  readonly cluster: RealCluster;
  readonly store: RealStore;
  /** Told to the policy of the cluster. */
  readonly interrupt: (vms: readonly RealVm[]) => void;
}

/** Makes machines fail when the scenario says, and finds by their silence which have. */
export class RealFailures {
  readonly #parts: FailureParts;
  readonly #abort = new AbortController();
  readonly #heard = new Map<RealHost, number>();
  readonly #tasks: Promise<void>[] = [];
  /** What could not be done: the run is over then. */
  #onError: (error: unknown) => void;

  constructor(parts: FailureParts, onError: (error: unknown) => void) {
    this.#parts = parts;
    this.#onError = onError;
  }

  /** Begins to listen, and to wait for the times of the outages. */
  start(): void {
    const { scenario, hosts } = this.#parts;
    const { vm, host } = scenario.failures;
    const begin = (task: Promise<void>): void =>
      void this.#tasks.push(
        task.catch((error: Error) => {
          if (error.name !== "AbortError") this.#onError(error);
        }),
      );
    if (vm.kind === "times") for (const one of vm.outages) begin(this.#failVm(one));
    if (host.kind === "times") for (const one of host.outages) begin(this.#failHost(one));
    for (const one of hosts) begin(this.#listenTo(one));
    for (const one of this.#parts.cluster.vms) begin(this.#listenToGuest(one));
    begin(this.#watch());
    this.listen();
  }

  /** The guests of the cluster run: from now on their silence means something. */
  listen(): void {
    const { cluster, events } = this.#parts;
    for (const vm of cluster.vms) vm.heardAt = events.now;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#tasks);
  }

  async #until(at: number): Promise<void> {
    await sleep(Math.max(0, 1000 * (at - this.#parts.events.now)), undefined, { signal: this.#abort.signal });
  }

  async #failVm({ component, start }: Outage): Promise<void> {
    const { cluster, events } = this.#parts;
    await this.#until(start);
    const vm = cluster.vms[component]!;
    const ignored = vm.guest === undefined || cluster.undetected.has(vm);
    const vms = ignored ? [] : [vm.name];
    if (!ignored) this.#loses([vm]);
    events.tell({ kind: "failure", component: "vm", name: vm.name, permanent: false, ignored, vms });
    if (!ignored) await vm.guest!.kill();
  }

  async #failHost({ component, start, end, permanent }: Outage): Promise<void> {
    const { cluster, events, hosts, store } = this.#parts;
    await this.#until(start);
    const host = hosts[component]!;
    const ignored = !host.lives;
    const victims = ignored
      ? []
      : cluster.vms.filter((vm) => vm.host === host && vm.guest !== undefined && !cluster.undetected.has(vm));
    if (!ignored) host.lives = false;
    this.#loses(victims);
    events.tell({
      kind: "failure",
      component: "host",
      name: host.name,
      permanent,
      ignored,
      vms: victims.map(({ name }) => name),
    });
    if (ignored) return;
    for (const vm of victims) await vm.guest!.kill();
    await host.fail();
    if (permanent) {
      await store.lost(host, cluster);
      await this.#until(events.now + this.#parts.scenario.storage.repairDelay);
      await store.repair(cluster);
      return;
    }
    await this.#until(end);
    await host.comeBack();
    this.#heard.set(host, events.now);
    events.tell({ kind: "return", component: "host", name: host.name });
  }

  #loses(vms: readonly RealVm[]): void {
    const { cluster, events } = this.#parts;
    if (vms.length > 0) cluster.failedAt ??= events.now;
    for (const vm of vms) {
      cluster.undetected.add(vm);
      cluster.move(vm, "detect");
    }
  }

  async #listenTo(host: RealHost): Promise<void> {
    const { events } = this.#parts;
    this.#heard.set(host, events.now);
    await this.#again(async (deadline) => {
      await host.beat(deadline);
      this.#heard.set(host, events.now);
      if (host.up) return;
      // It was only slow: what ran on it has been given up, and it can be used again.
      host.up = true;
      events.tell({ kind: "return", component: "host", name: host.name });
    });
  }

  async #listenToGuest(vm: RealVm): Promise<void> {
    const { events } = this.#parts;
    await this.#again(async (deadline) => {
      const { guest } = vm;
      if (vm.heardAt === undefined || guest === undefined || vm.host?.lives !== true) return;
      await guest.beat(deadline);
      // What a guest said that was ended meanwhile says nothing of the next.
      if (vm.guest === guest && vm.heardAt !== undefined) vm.heardAt = events.now;
    });
  }

  /** Asks for a heartbeat again and again; one that does not come is silence, and no error. */
  async #again(ask: (deadline: number) => Promise<void>): Promise<void> {
    const { heartbeat, timeout } = this.#parts.scenario.detection;
    for (;;) {
      await sleep(1000 * heartbeat, undefined, { signal: this.#abort.signal });
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
    const { scenario, events, hosts, cluster } = this.#parts;
    const { heartbeat, timeout } = scenario.detection;
    for (;;) {
      await sleep(1000 * Math.min(0.1, heartbeat / 4), undefined, { signal: this.#abort.signal });
      const silence = (since: number | undefined): number => (since === undefined ? 0 : events.now - since);
      const dead = hosts.filter((host) => host.up && silence(this.#heard.get(host)) > timeout);
      const lost = cluster.vms.filter(({ host, heardAt }) => {
        if (host === undefined || !host.up) return false;
        return dead.includes(host) || (silence(heardAt) > timeout && silence(this.#heard.get(host)) < 2 * heartbeat);
      });
      // Whoever is told of the failure plans without what is dead.
      for (const host of dead) host.up = false;
      if (lost.length > 0) this.#found(lost);
      for (const host of dead) host.suspect();
    }
  }

  #found(vms: readonly RealVm[]): void {
    const { cluster, events, interrupt } = this.#parts;
    for (const vm of vms) {
      if (!cluster.undetected.delete(vm) && vm.host?.lives === true) {
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
