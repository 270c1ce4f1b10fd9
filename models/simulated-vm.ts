import type { Host } from "./data-centre.ts";
import type { VmState } from "./downtime.ts";
import { GuestClock } from "./guest-clock.ts";
import type { MemoryTable } from "./memory.ts";
import type { SnapshotPlan } from "./scenario.ts";
import type { Snapshot, Vm } from "./testbed.ts";
import type { Transfer } from "./transfer.ts";
import type { VmDisk } from "./vm-disk.ts";

interface Load {
  readonly point: Snapshot;
  readonly host: Host;
  transfer: Transfer | undefined;
  /** Bytes that have not arrived, when a transfer was broken off. */
  remaining?: number;
  done: boolean;
}

/** One VM of a simulated cluster: where it is, what it is doing, and how far its guest has come since the last cut. */
export class SimulatedVm implements Vm {
  readonly name: string;
  readonly index: number;
  state: VmState = "up";
  host: Host | undefined;
  /** The host whose disk holds all pages of the restore points, because they were captured or restored there; so, too, a local disk. */
  stagedOn: Host | undefined;
  /** Undefined when the guest writes to none. */
  readonly disk: VmDisk | undefined;
  /** What a restore has brought to its host so far. */
  load: Load | undefined;
  /** Fraction of each class that the capture under way saves. */
  readonly inSet: Float64Array;
  readonly #guest: GuestClock;
  #sweep: Transfer | undefined;
  #sweeping = false;
  #resumedAt: number | undefined;
  #workedAt = Number.NaN;
  #work = 0;

  constructor(name: string, index: number, memory: MemoryTable, plan: SnapshotPlan, disk?: VmDisk) {
    this.disk = disk;
    this.name = name;
    this.index = index;
    this.inSet = new Float64Array(memory.classes.length);
    this.#guest = new GuestClock(memory.classes, plan);
  }

  /** {@link stagedOn}, while its disk can be read. */
  get staged(): Host | undefined {
    return this.stagedOn?.up === true ? this.stagedOn : undefined;
  }

  /** Executes and has not failed, as far as the testbed knows. */
  get running(): boolean {
    return this.#resumedAt !== undefined;
  }

  /** The guest runs on from a cut, a restore or a start. */
  resume(now: number, options: { readonly tracking: boolean; readonly sweeps: boolean }): void {
    this.disk?.begin(this.host!);
    this.#resumedAt = now;
    this.#workedAt = Number.NaN;
    this.#sweep = undefined;
    this.#sweeping = options.sweeps;
    this.#guest.begin(
      options.sweeps ? { tracking: options.tracking, inSet: this.inSet } : { tracking: options.tracking },
    );
  }

  /** The copier that saves the pages of the cut behind the running guest. */
  sweepWith(transfer: Transfer): void {
    this.#sweep = transfer;
  }

  endSweep(now: number): void {
    if (this.#resumedAt !== undefined && this.#sweeping) this.#guest.endSweep(now - this.#resumedAt);
    this.#sweeping = false;
    this.#sweep = undefined;
  }

  /** Seconds of guest work since the resume; 0 when it does not run. */
  work(now: number): number {
    if (this.#resumedAt === undefined) return 0;
    // Asked several times at one instant, and worth a few exponentials for each class.
    if (this.#workedAt !== now) {
      this.#work = this.#guest.work(now - this.#resumedAt, this.#swept);
      this.#workedAt = now;
    }
    return this.#work;
  }

  /** The guest stops, for a cut or because it failed. */
  stop(now: number): { readonly work: number; readonly wall: number; readonly faults: number } {
    if (this.#resumedAt === undefined) return { work: 0, wall: 0, faults: 0 };
    const wall = now - this.#resumedAt;
    const work = this.work(now);
    const faults = this.#guest.faults(work, this.#swept);
    this.#resumedAt = undefined;
    this.disk?.end();
    return { work, wall, faults };
  }

  dirtyPages(work: number, out: Float64Array): void {
    this.#guest.dirtyPages(work, out);
  }

  get #swept(): number {
    return this.#sweeping ? (this.#sweep?.progress ?? 0) : 1;
  }
}
