import {
  FluidNetwork,
  type ProcessHandle,
  type SimEvent,
  Simulation,
  type Stream,
  type Streams,
  UnhandledFailure,
} from "../../sim/index.ts";
import { Ledger } from "../books/ledger.ts";
import { RestorePointAge } from "../books/restore-point-age.ts";
import { stages } from "../books/stage-use.ts";
import { DataCentre } from "../data-centre/data-centre.ts";
import { Transfers } from "../data-centre/transfer.ts";
import { SimulatedFailures } from "../failures/simulated-failures.ts";
import { StoreOutage } from "../failures/store-outage.ts";
import { type MemoryTable, memoryTable } from "../guest/memory.ts";
import type { LifeCycleEvent, RunBegins, Tell } from "../life-cycle-events.ts";
import { placeCopies } from "../placement/copy-placement.ts";
import type { ClusterPolicy } from "../policies/cluster-policy.ts";
import { PolicyFailed } from "../policies/policy-failed.ts";
import { protect } from "../policies/protect.ts";
import type { ClusterScenario } from "../scenario.ts";
import { SimulatedTestbed } from "../simulated-testbed.ts";
import { DiskSpace } from "../store/disk-space.ts";
import { Disks } from "../store/disks.ts";
import { SnapshotStore } from "../store/snapshot-store.ts";
import type { FailureReport } from "../testbed.ts";
import { similarityLeft } from "../transfer/image-contents.ts";
import { Admission } from "./admission.ts";
import { closeRollback } from "./close-rollback.ts";
import { drive } from "./drive.ts";
import { FastForward } from "./fast-forward.ts";
import { ModelClock } from "./model-clock.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { SimulatedPlacement } from "./simulated-placement.ts";
import type { SimulatedSnapshot } from "./simulated-snapshot.ts";
import { SimulatedVm } from "./simulated-vm.ts";

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
  readonly placement: SimulatedPlacement;
  readonly admission: Admission;
  /** Undefined when the VMs write to no disks. */
  readonly disks: Disks | undefined;
  readonly storeOutage: StoreOutage;
  readonly store: SnapshotStore;
  readonly clusters: readonly SimulatedCluster[];
  readonly ages: readonly RestorePointAge[];
  readonly fastForward: FastForward | undefined;
  /** A uniform draw on [0, 1), for restores that may have read something wrong. */
  readonly chance: () => number;
  readonly #failures: SimulatedFailures;
  readonly #policy: ClusterPolicy;
  readonly #processes = new Map<SimulatedCluster, ProcessHandle>();
  #changed: SimEvent<void> | undefined;

  constructor(scenario: ClusterScenario, streams: Streams, { policy = protect, onEvent }: DomainOptions = {}) {
    this.scenario = scenario;
    this.#policy = policy;
    this.tell = onEvent && ((what) => onEvent({ at: this.clock.now, ...what }));
    this.transfers = new Transfers(this.net, this.ledger, this.tell);
    this.memory = memoryTable(scenario.cluster, scenario.storage);
    this.centre = new DataCentre(this.net, scenario.dataCentre, scenario.storage.repairRate);
    this.placement = new SimulatedPlacement(scenario, streams.get("placement of VMs"));
    this.admission = new Admission(this, scenario.rollback.admission);
    this.storeOutage = new StoreOutage(this.centre, this.sim);
    const placements = streams.get("placement of copies");
    const { placement } = scenario.storage;
    const roomy = new DiskSpace(this.centre).placeable(scenario.storage.chunk);
    const place = placeCopies(placement, roomy, (n) => placements.integer(0, n - 1));
    const { disk } = scenario.cluster.vm;
    this.disks = disk === undefined ? undefined : new Disks(disk, scenario, this.centre, place);
    this.store = new SnapshotStore({
      centre: this.centre,
      transfers: this.transfers,
      ledger: this.ledger,
      sim: this.sim,
      clock: this.clock,
      memory: this.memory,
      disks: this.disks,
      scenario,
      place,
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
    this.fastForward =
      scenario.fidelity === "full" || scenario.policy !== "protect"
        ? undefined
        : new FastForward(this, streams.get("cycles jumped over"));
    const wrong = streams.get("wrong reads");
    this.chance = () => wrong.next();
    this.#failures = new SimulatedFailures(this, streams);
  }

  /** Whether the guests can write to their disks, and new layers be made. */
  get disksReachable(): boolean {
    return this.disks?.spec.on !== "store" || !this.storeOutage.on;
  }

  /** Part of what the VMs of a cluster shared when it was started that each of them still has. */
  similarityOf({ startedAt }: SimulatedCluster): number {
    return similarityLeft(this.clock.now - startedAt, this.scenario.cluster.similarityHalfLife);
  }

  /** A VM was restored from something wrong: so was its snapshot, as far as anybody will know. */
  restoredWrong(cluster: SimulatedCluster, vm: SimulatedVm, point: SimulatedSnapshot): void {
    this.#failures.restoredWrong(cluster, vm, point.cutAt);
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
      // Up again since its failure, while pages still come behind its guests.
      if (cluster.restore?.failedAt !== undefined) closeRollback(this.ledger, cluster, {});
      this.ledger.add("work", cluster.progress + cluster.progressSkipped);
      for (const vm of cluster.vms) cluster.stop(vm);
      for (const stage of stages) cluster.use[stage].settle();
      cluster.downtime.end();
      cluster.settleRoom();
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
    const { cluster } = scenario;
    const name = cluster.count === 1 ? "cluster" : `cluster ${i}`;
    const vms = Array.from(
      { length: cluster.vms },
      (_, j) => new SimulatedVm(`${name} vm ${j}`, j, memory, scenario.snapshot, this.disks?.add()),
    );
    const chosen = this.placement.place(centre.hosts, vms);
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

  /** Tells the policy of a cluster which of its VMs were found to have failed. One that has ended leaves it to itself. */
  interrupt(report: FailureReport): void {
    const process = this.#processes.get(report.cluster as SimulatedCluster)!;
    if (process.isAlive) process.interrupt(report);
  }
}
