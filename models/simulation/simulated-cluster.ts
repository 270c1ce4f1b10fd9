import type { ProcessHandle, SimEvent, Stream } from "../../sim/index.ts";
import { Downtime, type VmState } from "../books/downtime.ts";
import type { Ledger } from "../books/ledger.ts";
import { type Stage, StageUse } from "../books/stage-use.ts";
import type { ClusterCut } from "../cut/cluster-cut.ts";
import { Desynchrony } from "../cut/desynchrony.ts";
import type { Corruption } from "../failures/corruption.ts";
import type { Epoch, RoundCosts } from "../guest/throttle.ts";
import type { Tell } from "../life-cycle-events.ts";
import type { ClusterScenario } from "../scenario.ts";
import type { VmOutcome } from "../store/vm-outcome.ts";
import type { Cluster } from "../testbed.ts";
import type { SimulatedVm, VmStart } from "./simulated-vm.ts";

/** What is known of a rollback that goes on. Times are on the simulation's clock. */
interface Restore {
  /** Progress lost, in seconds of work. */
  lost: number;
  cold?: boolean;
  /** By VM, once all pages have arrived. */
  outcomes?: readonly VmOutcome[];
  resident?: number;
  firstInstruction?: number;
  /** When the failure happened that it is counted from, once the cluster is up again. */
  failedAt?: number;
}

/** A simulated cluster: its VMs, how far its work has come, and what it is down for. */
export class SimulatedCluster implements Cluster {
  readonly name: string;
  readonly vms: readonly SimulatedVm[];
  readonly downtime: Downtime;
  readonly tell: Tell | undefined;
  readonly #ledger: Ledger;
  readonly #clock: { readonly now: number };
  /** A snapshot of this run or restore can be added to: the next need not hold all pages. */
  tracking = false;
  /** VMs that have failed without anybody knowing yet. */
  readonly undetected = new Set<SimulatedVm>();
  /** Snapshots that were cut. */
  snapshots = 0;
  /** Of them, those after the last that holds all pages. */
  sinceWhole = 0;
  /** When it was started from its image, in model time. */
  startedAt = 0;
  /** The last cut, and the moment the guests ran on after it. */
  cutAt = 0;
  resumedAt = 0;
  /** The last cut whose pages were all saved. */
  capturedCut: number | undefined;
  /** The cut up to which its intervals have been counted, since it was last started. */
  countedCut: number | undefined;
  /** Part of their speed at which the guests run on from the next cut, when they are throttled. */
  speed = 1;
  /** How long the longest pause of the last cut was. */
  pauseLength = 0;
  /** What its last pre-copy needed. */
  rounds: RoundCosts | undefined;
  readonly use: { readonly [stage in Stage]: StageUse };
  /** What the guests have done since {@link takeEpoch}. */
  #epoch = { work: 0, wall: 0, throttled: 0 };
  /** Happens when the capture under way ends. */
  captured: SimEvent<void> | undefined;
  /** What crosses its cuts by chance, and what keeps its VMs apart. */
  readonly chance: Stream;
  readonly desynchrony: Desynchrony;
  /** The cut under way, until its pages are saved. */
  cut: ClusterCut | undefined;
  /** Since when its next snapshot waits for room on a disk. */
  fullSince: number | undefined;
  /** Its guests go on with wrong data, and nobody knows. */
  corruption: Corruption | undefined;
  /** The rollback under way. */
  restore: Restore | undefined;
  /** Brings the pages that come behind its guests. */
  behind: ProcessHandle | undefined;
  /** When the failure happened that the coming or present rollback is counted from. */
  failedAt: number | undefined;
  /** Progress when it was settled last, in seconds of work since the last jump; see {@link progressSkipped}. */
  #progress = 0;
  /** Progress of the cycles that were jumped over. */
  progressSkipped = 0;
  #working = true;
  /** Work of each VM since it was resumed that is part of {@link #progress} already, or never will be. */
  readonly #settled: Float64Array;

  constructor(
    name: string,
    vms: readonly SimulatedVm[],
    scenario: ClusterScenario,
    ledger: Ledger,
    clock: { readonly now: number },
    chance: Stream,
    tell?: Tell,
  ) {
    this.name = name;
    this.vms = vms;
    this.#ledger = ledger;
    this.#clock = clock;
    this.chance = chance;
    this.desynchrony = new Desynchrony(scenario.snapshot, chance);
    this.tell = tell;
    const use = (stage: Stage): StageUse => new StageUse(stage, ledger, clock);
    this.use = { capture: use("capture"), replicate: use("replicate"), merge: use("merge") };
    this.#settled = new Float64Array(vms.length);
    this.downtime = new Downtime(ledger, clock, {
      vms: vms.length,
      quorum: scenario.cluster.quorum,
      pauseTolerance: scenario.pauseTolerance,
    });
  }

  /** All VMs run from the beginning, nothing recorded yet. */
  start(): void {
    for (const vm of this.vms) vm.resume(this.#clock.now, { tracking: false, sweeps: false, speed: 1 });
  }

  /** The simulation's time, which jumps leave alone. */
  get now(): number {
    return this.#clock.now;
  }

  /** Seconds of work done, on the clock that leaves out jumps. Work below the quorum does not count. */
  get progress(): number {
    if (!this.#working) return this.#progress;
    const now = this.#clock.now;
    let sum = 0;
    for (let i = 0; i < this.vms.length; i++) {
      const vm = this.vms[i]!;
      if (!vm.cutOff) sum += vm.work(now) - this.#settled[i]!;
    }
    return this.#progress + sum / this.vms.length;
  }

  /** Moves a VM to another state; a cluster that falls below its quorum stops to make progress. */
  move(vm: SimulatedVm, state: VmState): void {
    if (vm.state === state) return;
    // Whatever a VM does that is cut off: until it is suspected or back, its failure is to be detected.
    if (!vm.cutOff) this.#show(vm, vm.state, state);
    vm.state = state;
  }

  #show(vm: SimulatedVm, from: VmState, to: VmState): void {
    if (this.#working) {
      const { progress } = this;
      this.downtime.move(from, to);
      if (!this.downtime.up) this.hold(progress);
    } else this.downtime.move(from, to);
    this.tell?.({ kind: "vm", cluster: this.name, vm: vm.name, ...at(vm), from, to });
  }

  /** A VM runs on, but cannot be reached: it is not up, and its work does not count until it is back. */
  cutOff(vm: SimulatedVm): void {
    this.#settle();
    if (vm.state !== "detect") this.#show(vm, vm.state, "detect");
    vm.cutOffAt = this.#clock.now;
  }

  /** A VM that was cut off is back before anybody suspected it. */
  reconnect(vm: SimulatedVm): void {
    if (!vm.cutOff) return;
    this.#settle();
    vm.cutOffAt = undefined;
    if (vm.state !== "detect") this.#show(vm, "detect", vm.state);
    this.#settled[vm.index] = vm.work(this.#clock.now);
    this.#workOn();
  }

  /** No VM runs on a host that has lost its disk. */
  get hasDisks(): boolean {
    return this.vms.every(({ host }) => host === undefined || host.up);
  }

  /** A VM that runs is stopped for its cut. Returns its seconds of work since it was resumed. */
  pause(vm: SimulatedVm): number {
    this.#settle();
    const work = this.stop(vm);
    if (vm.state === "up") this.move(vm, "pause");
    return work;
  }

  /** Stops the guest and counts its stalls; what it has worked since the progress was settled is not part of it. */
  stop(vm: SimulatedVm): number {
    const { work, wall, throttled, faults } = vm.stop(this.#clock.now);
    this.#epoch.work += work;
    this.#epoch.wall += wall;
    this.#epoch.throttled += throttled;
    this.#settled[vm.index] = 0;
    this.#ledger.add("faults", faults);
    this.#ledger.add("runSeconds", wall);
    this.#ledger.add("stallSeconds", wall - work);
    this.#ledger.add("throttledSeconds", throttled);
    return work;
  }

  /** It waits no longer for room on a disk. */
  settleRoom(): void {
    if (this.fullSince !== undefined) this.#ledger.add("diskFullSeconds", this.#clock.now - this.fullSince);
    this.fullSince = undefined;
  }

  /** What the guests have done, up to where they were stopped last, since this was asked for before. */
  takeEpoch(): Epoch {
    const epoch = this.#epoch;
    this.#epoch = { work: 0, wall: 0, throttled: 0 };
    return epoch;
  }

  /** A VM in `from` runs on; with enough of them up again the cluster makes progress. */
  resume(vm: SimulatedVm, from: VmState, options: Pick<VmStart, "sweeps" | "lazy">): void {
    if (vm.state !== from) return;
    vm.resume(this.#clock.now, { ...options, tracking: this.tracking, speed: this.speed });
    this.#settled[vm.index] = 0;
    this.move(vm, "up");
    this.#workOn();
  }

  #workOn(): void {
    if (this.#working || !this.downtime.up) return;
    this.#working = true;
    // What the others have worked while the cluster was below its quorum does not count.
    for (const one of this.vms) this.#settled[one.index] = one.work(this.#clock.now);
  }

  /** A VM is lost. With the others still enough for the quorum its own work so far stays in the mean. */
  lose(vm: SimulatedVm): void {
    this.#settle();
    this.stop(vm);
    this.move(vm, "detect");
    this.failedAt = Math.min(this.failedAt ?? this.#clock.now, vm.cutOffAt ?? this.#clock.now);
    vm.cutOffAt = undefined;
  }

  #settle(): void {
    if (!this.#working) return;
    this.#progress = this.progress;
    for (const vm of this.vms) this.#settled[vm.index] = vm.work(this.#clock.now);
  }

  /** The cluster has stopped at this progress. */
  hold(progress: number): void {
    this.#working = false;
    this.#progress = progress;
  }

  /** The cluster goes back to a cut (or, without one, to its image), and the work since then is lost. */
  setBack(progress: number | undefined): number {
    const before = this.progress;
    this.#working = false;
    const lost = progress === undefined ? before + this.progressSkipped : before - progress;
    if (progress === undefined) this.progressSkipped = 0;
    this.#progress = progress ?? 0;
    this.#ledger.add("lostWork", lost);
    return lost;
  }
}

const at = ({ host }: SimulatedVm): { readonly host?: string } => (host === undefined ? {} : { host: host.name });
