import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { components, type Outage } from "../../models/failures/failure-spec.ts";
import type { ComponentFails } from "../../models/life-cycle-events.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import type { Fabric } from "../hosts/namespace-switch.ts";
import type { LatentErrors } from "./latent-errors.ts";
import type { RealCluster, RealVm } from "./real-cluster.ts";
import type { RealHost } from "./real-host.ts";
import { RealMachines } from "./real-machines.ts";
import type { RealStore } from "./real-store.ts";
import type { RunEvents } from "./run-events.ts";
import { Silence } from "./silence.ts";
import { slowRates } from "./slow-rates.ts";
import type { TrafficMeter } from "./traffic-meter.ts";

/** Between two looks at whether hosts are missed, milliseconds. */
const look = 50;

interface FailureParts {
  /** Its failures are listed. */
  readonly scenario: ClusterScenario;
  readonly events: RunEvents;
  readonly hosts: readonly RealHost[];
  readonly cluster: RealCluster;
  readonly store: RealStore;
  readonly fabric: Fabric;
  /** Undefined where nothing goes wrong unnoticed, and nothing is scrubbed. */
  readonly latent: LatentErrors | undefined;
  /** Undefined where nobody asks for traffic. */
  readonly meter: TrafficMeter | undefined;
  /** Told to the policy of the cluster. */
  readonly interrupt: (vms: readonly RealVm[]) => void;
}

/** One outage of one component: what it takes, and how it begins and ends. */
interface Failing {
  readonly component: ComponentFails["component"];
  readonly name: string;
  /** It is out already. */
  readonly ignored: boolean;
  readonly permanent: boolean;
  /** VMs that are lost at once. */
  readonly vms: readonly RealVm[];
  readonly fail: () => Promise<void>;
  /** Undefined if it does not come back, but is replaced by what the rollback makes. */
  readonly repair?: () => Promise<void>;
  /** Hosts whose copies cannot be read, for a while or never again. */
  readonly without: readonly RealHost[];
}

/** Lets machines, disks and links fail when the scenario says, and come back. */
export class RealFailures {
  readonly #parts: FailureParts;
  readonly #machines: RealMachines;
  readonly #silence: Silence;
  readonly #abort = new AbortController();
  readonly #tasks: Promise<void>[] = [];
  /** What could not be done: the run is over then. */
  readonly #onError: (error: unknown) => void;

  constructor(parts: FailureParts, onError: (error: unknown) => void) {
    this.#parts = parts;
    this.#onError = onError;
    // As many wait for it as there are outages.
    setMaxListeners(0, this.#abort.signal);
    this.#silence = new Silence({ ...parts, signal: this.#abort.signal });
    this.#machines = new RealMachines({ ...parts, onHeard: (host) => this.#silence.heard(host) });
  }

  /** Begins to listen, and to wait for the times of the outages. */
  start(): void {
    const { failures } = this.#parts.scenario;
    for (const component of components) {
      const source = failures[component];
      if (source.kind === "times") for (const outage of source.outages) this.#begin(this.#happen(component, outage));
    }
    const { latent, meter } = this.#parts;
    if (meter !== undefined) {
      meter.listen();
      this.#begin(meter.run(this.#abort.signal));
    }
    for (const task of latent?.begin(this.#abort.signal, this.#onError) ?? []) this.#begin(task);
    for (const task of this.#silence.listenToAll()) this.#begin(task);
    this.listen();
  }

  /** The guests of the cluster run: from now on their silence means something. */
  listen(): void {
    this.#silence.listen();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#tasks);
    await this.#parts.latent?.mended();
    await this.#machines.end();
  }

  #begin(task: Promise<void>): void {
    this.#tasks.push(
      task.catch((error: Error) => {
        if (error.name !== "AbortError") this.#onError(error);
      }),
    );
  }

  async #until(at: number): Promise<void> {
    await sleep(Math.max(0, 1000 * (at - this.#parts.events.now)), undefined, { signal: this.#abort.signal });
  }

  async #happen(component: Failing["component"], outage: Outage): Promise<void> {
    const { events } = this.#parts;
    await this.#until(outage.start);
    const { name, ignored, permanent, vms, fail, repair, without } = this.#failing(component, outage);
    const lost = ignored ? [] : vms.map((vm) => vm.name);
    events.tell({ kind: "failure", component, name, permanent, ignored, vms: lost });
    if (ignored) return;
    await fail();
    if (without.length > 0) this.#begin(this.#makeCopiesAgain(without));
    if (repair === undefined || !Number.isFinite(outage.end)) return;
    await this.#until(outage.end);
    await repair();
    events.tell({ kind: "return", component, name });
  }

  /** Copies on these hosts are made again elsewhere after the scenario's delay. */
  async #makeCopiesAgain(hosts: readonly RealHost[]): Promise<void> {
    const { events, scenario, store, cluster } = this.#parts;
    // Hosts that are cut off have their copies until somebody misses them.
    while (hosts.some(({ up, lives, reachable }) => up && lives && !reachable))
      await sleep(look, undefined, { signal: this.#abort.signal });
    await this.#until(events.now + scenario.storage.repairDelay);
    await store.repair(cluster);
  }

  #failing(component: Failing["component"], outage: Outage): Failing {
    const { hosts, cluster } = this.#parts;
    switch (component) {
      case "vm":
        return this.#vm(cluster.vms[outage.component]!);
      case "host":
        return this.#host(hosts[outage.component]!, outage.permanent);
      case "disk":
        return this.#disk(hosts[outage.component]!);
      case "rack":
        return this.#rack(outage.component, outage.permanent);
      case "uplink":
        return this.#uplink(outage.component);
      case "slowDisk":
        return this.#slowDisk(hosts[outage.component]!);
      case "store":
        throw new RangeError("failures.store: the testbed has no shared store");
    }
  }

  #vm(vm: RealVm): Failing {
    const ignored = vm.guest === undefined || this.#parts.cluster.undetected.has(vm);
    const fail = (): Promise<void> => this.#machines.failVm(vm);
    return { component: "vm", name: vm.name, ignored, permanent: false, vms: [vm], fail, without: [] };
  }

  #host(host: RealHost, permanent: boolean): Failing {
    return {
      component: "host",
      name: host.name,
      ignored: !host.lives,
      permanent,
      vms: this.#machines.vmsOn([host]),
      fail: () => this.#machines.fail([host], permanent),
      repair: () => this.#machines.repair(host),
      without: [host],
    };
  }

  #disk(host: RealHost): Failing {
    return {
      component: "disk",
      name: `${host.name} disk`,
      ignored: host.diskless,
      permanent: true,
      vms: this.#machines.vmsOn([host]),
      fail: () => this.#machines.loseDisk(host),
      repair: async () => host.replaceDisk(),
      without: [host],
    };
  }

  #slowDisk(host: RealHost): Failing {
    return {
      component: "slowDisk",
      name: `${host.name} disk`,
      ignored: host.hasSlowDisk,
      permanent: false,
      vms: [],
      fail: () => host.slowDisk(slowRates(this.#parts.scenario)),
      repair: () => host.slowDisk(undefined),
      without: [],
    };
  }

  #rack(rack: number, permanent: boolean): Failing {
    const hosts = this.#machines.hostsOf(rack);
    return {
      component: "rack",
      name: `rack ${rack}`,
      ignored: this.#machines.isRackOut(rack),
      permanent,
      vms: permanent ? this.#machines.vmsOn(hosts) : [],
      fail: () => (permanent ? this.#machines.fail(hosts, true) : this.#machines.cutRack(rack, "rack")),
      repair: async () => {
        if (permanent) for (const host of hosts) await this.#machines.repair(host);
        else await this.#machines.joinRack(rack, "rack");
      },
      without: hosts,
    };
  }

  #uplink(rack: number): Failing {
    return {
      component: "uplink",
      name: `rack ${rack} uplink`,
      ignored: this.#machines.isUplinkOut(rack),
      permanent: false,
      vms: [],
      fail: () => this.#machines.cutRack(rack, "uplink"),
      repair: () => this.#machines.joinRack(rack, "uplink"),
      without: this.#machines.hostsOf(rack),
    };
  }
}
