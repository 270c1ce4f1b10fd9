import type { SimEvent } from "../sim/index.ts";
import { Downtime, type VmState } from "./downtime.ts";
import type { Ledger } from "./ledger.ts";
import type { ClusterScenario } from "./scenario.ts";
import type { SimulatedVm } from "./simulated-vm.ts";
import type { Cluster } from "./testbed.ts";

/** What is known of a rollback that goes on. Times are on the simulation's clock. */
interface Restore {
  /** Progress lost, in seconds of work. */
  lost: number;
  degraded?: boolean;
  cold?: boolean;
  resident?: number;
  firstInstruction?: number;
}

/** A simulated cluster: its VMs, how far its work has come, and what it is down for. */
export class SimulatedCluster implements Cluster {
  readonly name: string;
  readonly vms: readonly SimulatedVm[];
  readonly downtime: Downtime;
  readonly #ledger: Ledger;
  readonly #clock: { readonly now: number };
  /** A snapshot of this run or restore can be added to: writes are tracked and the next record need not be full. */
  tracking = false;
  /** VMs that have failed without anybody knowing yet. */
  readonly undetected = new Set<SimulatedVm>();
  /** Snapshots that were cut. */
  snapshots = 0;
  /** When it was started from its image, in model time. */
  startedAt = 0;
  /** The last cut, and the moment the guests ran on after it. */
  cutAt = 0;
  resumedAt = 0;
  /** Happens when the capture under way ends. */
  captured: SimEvent<void> | undefined;
  /** The rollback under way. */
  restore: Restore | undefined;
  /** When the failure happened that the coming or present rollback is counted from. */
  failedAt: number | undefined;
  /** Progress up to the last cut, failure or start, in seconds of work since the last jump; see {@link progressSkipped}. */
  #progress = 0;
  /** Progress of the cycles that were jumped over. */
  progressSkipped = 0;
  #working = true;

  constructor(
    name: string,
    vms: readonly SimulatedVm[],
    scenario: ClusterScenario,
    ledger: Ledger,
    clock: { readonly now: number },
  ) {
    this.name = name;
    this.vms = vms;
    this.#ledger = ledger;
    this.#clock = clock;
    this.downtime = new Downtime(ledger, clock, {
      vms: vms.length,
      quorum: scenario.cluster.quorum,
      pauseTolerance: scenario.pauseTolerance,
    });
  }

  /** All VMs run from the beginning, nothing recorded yet. */
  start(): void {
    for (const vm of this.vms) vm.resume(this.#clock.now, { tracking: false, sweeps: false });
  }

  /** Seconds of work done, on the clock that leaves out jumps. Work below the quorum does not count. */
  get progress(): number {
    if (!this.#working) return this.#progress;
    const now = this.#clock.now;
    return this.#progress + this.vms.reduce((sum, vm) => sum + vm.work(now), 0) / this.vms.length;
  }

  /** Moves a VM to another state; a cluster that falls below its quorum stops to make progress. */
  move(vm: SimulatedVm, state: VmState): void {
    if (vm.state === state) return;
    const progress = this.#working ? this.progress : this.#progress;
    this.downtime.move(vm.state, state);
    vm.state = state;
    if (this.#working && !this.downtime.up) {
      this.#progress = progress;
      this.#working = false;
    }
  }

  /** Every VM that runs is stopped for a cut. Returns each VM's seconds of work since it was resumed. */
  pause(): Float64Array {
    const { progress } = this;
    this.#working = false;
    this.#progress = progress;
    const work = Float64Array.from(this.vms, (vm) => this.stop(vm));
    for (const vm of this.vms) if (vm.state === "up") this.move(vm, "pause");
    return work;
  }

  /** Stops the guest and counts its stalls; its work stays part of the progress only while the cluster is up. */
  stop(vm: SimulatedVm): number {
    const { work, wall, faults } = vm.stop(this.#clock.now);
    this.#ledger.add("faults", faults);
    this.#ledger.add("runSeconds", wall);
    this.#ledger.add("stallSeconds", wall - work);
    return work;
  }

  /** VMs in `from` run on; with all of them up again the cluster makes progress. */
  resume(from: VmState, options: { readonly sweeps: boolean }): void {
    const now = this.#clock.now;
    for (const vm of this.vms) {
      if (vm.state !== from) continue;
      vm.resume(now, { tracking: this.tracking, sweeps: options.sweeps });
      this.move(vm, "up");
    }
    this.#working = this.downtime.up;
  }

  /** A VM is lost. With the others still enough for the quorum its own work so far stays in the mean. */
  lose(vm: SimulatedVm): void {
    const { progress } = this;
    const working = this.#working;
    const work = this.stop(vm);
    this.move(vm, "detect");
    this.failedAt ??= this.#clock.now;
    if (!working) return;
    if (this.downtime.up) this.#progress += work / this.vms.length;
    else this.#progress = progress;
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
