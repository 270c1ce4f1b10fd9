import {
  FluidNetwork,
  type ProcessHandle,
  type SimEvent,
  Simulation,
  type Stream,
  type Streams,
  UnhandledFailure,
} from "../sim/index.ts";
import { DataCentre, type Host } from "./data-centre.ts";
import { detectionDelay } from "./detection.ts";
import { Disks } from "./disks.ts";
import { drive } from "./drive.ts";
import { FastForward } from "./fast-forward.ts";
import { Ledger } from "./ledger.ts";
import type { LifeCycleEvent, RunBegins, Tell } from "./life-cycle-events.ts";
import { type MemoryTable, memoryTable } from "./memory.ts";
import { ModelClock } from "./model-clock.ts";
import { outagesOf } from "./outages.ts";
import { placeVms } from "./placement/vm-placement.ts";
import type { ClusterPolicy } from "./policies/cluster-policy.ts";
import { protect } from "./policies/protect.ts";
import { PolicyFailed } from "./policy-failed.ts";
import { RestorePointAge } from "./restore-point-age.ts";
import type { ClusterScenario, Outage } from "./scenario.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { SimulatedTestbed } from "./simulated-testbed.ts";
import { SimulatedVm } from "./simulated-vm.ts";
import { SnapshotStore } from "./snapshot-store.ts";
import type { FailureReport } from "./testbed.ts";
import { Transfers } from "./transfer.ts";

/** Things that happen between two breaths of {@link SimulatedDomain.advance}. */
const stride = 1000;

export interface DomainOptions {
  /** Of every cluster: {@link protect} unless told otherwise. */
  readonly policy?: ClusterPolicy;
  /** Is told of everything that happens, in its order. */
  readonly onEvent?: (event: LifeCycleEvent) => void;
}

/** A contention domain: one data centre with its clusters and failures, which shares nothing with any other. */
export class SimulatedDomain {
  readonly scenario: ClusterScenario;
  readonly sim = new Simulation();
  readonly clock = new ModelClock(this.sim);
  readonly net = new FluidNetwork(this.sim);
  readonly ledger = new Ledger();
  readonly transfers: Transfers;
  readonly tell: Tell | undefined;
  readonly memory: MemoryTable;
  readonly centre: DataCentre;
  /** Undefined when the VMs write to no disks. */
  readonly disks: Disks | undefined;
  readonly store: SnapshotStore;
  readonly clusters: readonly SimulatedCluster[];
  readonly ages: readonly RestorePointAge[];
  readonly fastForward: FastForward | undefined;
  readonly #policy: ClusterPolicy;
  readonly #processes = new Map<SimulatedCluster, ProcessHandle>();
  readonly #phases: readonly number[];
  /** Failures that nobody knows of yet, by host, with what finds them. */
  readonly #pending = new Map<Host, () => void>();
  #changed: SimEvent<void> | undefined;

  constructor(scenario: ClusterScenario, streams: Streams, { policy = protect, onEvent }: DomainOptions = {}) {
    this.scenario = scenario;
    this.#policy = policy;
    this.tell = onEvent && ((what) => onEvent({ at: this.clock.now, ...what }));
    this.transfers = new Transfers(this.net, this.ledger, this.tell);
    this.memory = memoryTable(scenario.cluster, scenario.storage);
    this.centre = new DataCentre(this.net, scenario.dataCentre);
    const placements = streams.get("placement of copies");
    const pick = (n: number): number => placements.integer(0, n - 1);
    const { disk } = scenario.cluster.vm;
    this.disks = disk === undefined ? undefined : new Disks(disk, scenario, this.centre, pick);
    this.store = new SnapshotStore({
      centre: this.centre,
      transfers: this.transfers,
      ledger: this.ledger,
      sim: this.sim,
      clock: this.clock,
      memory: this.memory,
      disks: this.disks,
      scenario,
      pick,
      onDisturbance: () => this.fastForward?.disturb(),
      onChange: () => this.notify(),
      tell: this.tell,
    });
    const cuts = streams.split("cuts");
    this.clusters = Array.from({ length: scenario.cluster.count }, (_, i) =>
      this.#newCluster(i, cuts.get(`cluster ${i}`)),
    );
    const { sim, clock, ledger } = this;
    this.ages = this.clusters.map(
      (cluster) => new RestorePointAge({ cluster, chain: this.store.chain(cluster), ledger, sim, clock }),
    );
    const beats = streams.get("phases of heartbeats");
    this.#phases = this.centre.hosts.map(() => beats.uniform(0, scenario.detection.heartbeat));
    this.fastForward =
      scenario.fidelity === "full" || scenario.policy !== "protect"
        ? undefined
        : new FastForward(this, streams.get("cycles jumped over"));
    this.#scheduleOutages(streams);
  }

  /** Happens at the next change that a waiting policy may be interested in. */
  get changed(): SimEvent<void> {
    this.#changed ??= this.sim.event("a change of the store or the hosts");
    return this.#changed;
  }

  notify(): void {
    for (const age of this.ages) age.follow();
    const changed = this.#changed;
    this.#changed = undefined;
    changed?.succeed(undefined);
  }

  /** Time until the horizon, less what rounding may make of it. Seconds. */
  get remaining(): number {
    const { horizon } = this.scenario;
    return horizon - this.clock.now - 1e-11 * horizon;
  }

  /** Runs to the horizon and counts what is still going on there. */
  run(): void {
    const end = this.#begin(this.scenario.horizon);
    this.#go(() => this.sim.run(end));
    this.#end();
  }

  /** The same a little at a time, so that who listens keeps pace; ends at `until` as it would at the horizon. */
  *advance(until: number): Generator<void, void, void> {
    const end = this.#begin(until);
    while (!end.processed) {
      this.#go(() => {
        for (let i = 0; i < stride && !end.processed; i++) this.sim.step();
      });
      yield;
    }
    this.#end();
  }

  /** What a policy did wrong is told without the process that it happened in. */
  #go(on: () => void): void {
    try {
      on();
    } catch (error) {
      throw error instanceof UnhandledFailure && error.cause instanceof PolicyFailed ? error.cause : error;
    }
  }

  #begin(until: number): SimEvent<void> {
    const end = this.sim.event("the end of the run");
    this.clock.at(until, () => end.succeed(undefined));
    this.tell?.(this.#cast);
    const bed = new SimulatedTestbed(this);
    for (const cluster of this.clusters) {
      cluster.start();
      this.#processes.set(cluster, this.sim.process(drive(this.#policy(bed, cluster, this.scenario)), cluster.name));
    }
    return end;
  }

  #end(): void {
    for (const cluster of this.clusters) {
      this.ledger.add("work", cluster.progress + cluster.progressSkipped);
      for (const vm of cluster.vms) cluster.stop(vm);
      cluster.downtime.end();
    }
    for (const age of this.ages) age.settle();
    this.store.settle();
    this.transfers.settle();
    this.tell?.({ kind: "end" });
  }

  /** Who takes part, before anything has happened. */
  get #cast(): RunBegins {
    const { scenario, centre } = this;
    const { name, horizon, pauseTolerance, cluster } = scenario;
    return {
      kind: "begin",
      scenario: name,
      horizon,
      quorum: cluster.quorum,
      pauseTolerance,
      hosts: centre.hosts.map((host) => ({ name: host.name, rack: host.rack })),
      clusters: this.clusters.map((one) => ({
        name: one.name,
        vms: one.vms.map((vm) => ({ vm: vm.name, host: vm.host!.name })),
      })),
    };
  }

  #newCluster(i: number, chance: Stream): SimulatedCluster {
    const { scenario, memory, centre } = this;
    const { cluster, rollback } = scenario;
    const name = cluster.count === 1 ? "cluster" : `cluster ${i}`;
    const vms = Array.from(
      { length: cluster.vms },
      (_, j) => new SimulatedVm(`${name} vm ${j}`, j, memory, scenario.snapshot, this.disks?.add()),
    );
    const chosen = placeVms(rollback.placement, centre.hosts, cluster, [], cluster.vms);
    if (chosen === undefined) {
      throw new RangeError(
        `${name}: ${cluster.vms} VMs do not fit on ${centre.hosts.length} hosts with their capacities and anti-affinity`,
      );
    }
    for (const [j, vm] of vms.entries()) {
      vm.host = centre.hosts[chosen[j]!]!;
      centre.reserve(vm.host, cluster.vm);
    }
    return new SimulatedCluster(name, vms, scenario, this.ledger, this.sim, chance, this.tell);
  }

  #scheduleOutages(streams: Streams): void {
    const { failures, horizon } = this.scenario;
    const hosts = streams.split("hosts");
    for (const [i, outages] of outagesOf(failures.host, this.centre.hosts.length, horizon, (n) =>
      hosts.get(n),
    ).entries()) {
      const host = this.centre.hosts[i]!;
      this.#scheduleNext(outages, 0, (outage) => this.#hostOutage(host, outage));
    }
    const vms = this.clusters.flatMap((cluster) => cluster.vms.map((vm) => ({ cluster, vm })));
    const own = streams.split("VMs");
    for (const [i, outages] of outagesOf(failures.vm, vms.length, horizon, (n) => own.get(n)).entries()) {
      const { cluster, vm } = vms[i]!;
      this.#scheduleNext(outages, 0, () => this.#vmFails(cluster, vm));
    }
  }

  #scheduleNext(outages: readonly Outage[], next: number, happen: (outage: Outage) => void): void {
    const outage = outages[next];
    if (outage === undefined) return;
    this.clock.at(outage.start, () => {
      happen(outage);
      this.#scheduleNext(outages, next + 1, happen);
    });
  }

  #hostOutage(host: Host, { end, permanent }: Outage): void {
    this.fastForward?.disturb();
    // A second failure of a host that is down already is none; its record may overlap.
    if (!host.up) {
      this.ledger.add("ignoredOutages", 1);
      this.tell?.({ kind: "failure", component: "host", name: host.name, permanent, ignored: true, vms: [] });
      return;
    }
    const vms = this.clusters.flatMap((one) => one.vms.filter((vm) => vm.host === host).map(({ name }) => name));
    this.tell?.({ kind: "failure", component: "host", name: host.name, permanent, ignored: false, vms });
    this.ledger.add("hostFailures", 1);
    host.up = false;
    const reports: FailureReport[] = [];
    for (const cluster of this.clusters) {
      const lost = cluster.vms.filter((vm) => vm.host === host);
      if (lost.length === 0) continue;
      for (const vm of lost) {
        this.#lose(cluster, vm);
        vm.host = undefined;
        this.centre.release(host, this.scenario.cluster.vm);
      }
      reports.push({ cluster, vms: lost });
    }
    this.store.hostDown(host, permanent);
    this.#detect(host, reports);
    if (Number.isFinite(end)) {
      this.clock.at(Math.max(end, this.clock.now), () => {
        this.fastForward?.disturb();
        host.up = true;
        this.tell?.({ kind: "return", component: "host", name: host.name });
        // A host that is back says itself that its VMs are gone.
        this.#pending.get(host)?.();
        this.store.hostUp(host);
      });
    }
  }

  #vmFails(cluster: SimulatedCluster, vm: SimulatedVm): void {
    this.fastForward?.disturb();
    if (vm.host === undefined || vm.state === "detect" || vm.state === "plan" || vm.state === "noSpare") {
      this.ledger.add("ignoredOutages", 1);
      this.tell?.({ kind: "failure", component: "vm", name: vm.name, permanent: false, ignored: true, vms: [] });
      return;
    }
    this.ledger.add("vmFailures", 1);
    this.tell?.({ kind: "failure", component: "vm", name: vm.name, permanent: false, ignored: false, vms: [vm.name] });
    this.#lose(cluster, vm);
    this.#detect(vm.host, [{ cluster, vms: [vm] }]);
  }

  #lose(cluster: SimulatedCluster, vm: SimulatedVm): void {
    cluster.undetected.add(vm);
    cluster.lose(vm);
    cluster.cut?.lose(vm);
    if (vm.load?.transfer !== undefined) this.transfers.cancel(vm.load.transfer);
    vm.load = undefined;
  }

  /** Finds the failures by their missing heartbeats, and tells the clusters. */
  #detect(host: Host, reports: readonly FailureReport[]): void {
    const earlier = this.#pending.get(host);
    const delay = detectionDelay(this.scenario.detection, this.clock.now, this.#phases[host.index]!);
    let open = true;
    const find = (): void => {
      if (!open) return;
      open = false;
      earlier?.();
      if (this.#pending.get(host) === find) this.#pending.delete(host);
      for (const report of reports) {
        const cluster = report.cluster as SimulatedCluster;
        for (const vm of report.vms) cluster.undetected.delete(vm as SimulatedVm);
        this.tell?.({ kind: "detection", cluster: cluster.name, vms: report.vms.map(({ name }) => name) });
        const process = this.#processes.get(cluster)!;
        // A policy that has ended leaves its cluster to itself.
        if (process.isAlive) process.interrupt(report);
      }
    };
    this.#pending.set(host, find);
    this.sim.timer(find).arm(delay);
  }
}
