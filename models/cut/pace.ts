import { copierRate } from "../capture/copier.ts";
import type { DataCentreSpec, SnapshotPlan } from "../scenario.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";

/**
 * Keeps the copiers of a cluster together, so that all VMs end their rounds, and with them their pre-copies, at once
 * (SyncSnap, HPCC 2014): who begins a round has to be through with it when the slowest will be, at the speed
 * remaining / (end - now). Who is through with a round first decides for all whether another one follows.
 */
export class Pace {
  /** What the VM that shares its disk with most others gets, in bytes per second. */
  readonly #slowest: number;
  readonly #ends: number[] = [];
  readonly #last: boolean[] = [];

  constructor(vms: readonly SimulatedVm[], plan: SnapshotPlan, { host }: DataCentreSpec) {
    const most = Math.max(...vms.map((vm) => vms.filter((other) => other.host === vm.host).length));
    this.#slowest = Math.min(copierRate(plan), host.disk.write / most);
  }

  /** How fast to send the `bytes` of a round that begins now, in bytes per second; the first to begin it sets its end. */
  rate(round: number, bytes: number, now: number): number {
    this.#ends[round] ??= now + bytes / this.#slowest;
    const left = this.#ends[round]! - now;
    return left > 0 ? bytes / left : Number.POSITIVE_INFINITY;
  }

  /** Whether the guests are paused after this round; `enough` is what the VM that asks would do alone. */
  isLast(round: number, enough: boolean): boolean {
    this.#last[round] ??= enough;
    return this.#last[round]!;
  }
}
