import type { VmState } from "../books/downtime.ts";
import type { Host } from "../data-centre/data-centre.ts";
import type { Transfer } from "../data-centre/transfer.ts";
import { GuestClock } from "../guest/guest-clock.ts";
import type { LazyPages } from "../guest/lazy-pages.ts";
import type { MemoryTable } from "../guest/memory.ts";
import type { SnapshotPlan } from "../scenario.ts";
import type { VmDisk } from "../store/vm-disk.ts";
import type { Vm } from "../testbed.ts";
import type { Load } from "./load.ts";

/** What a guest has done in some time: seconds of work and of wall time, and write faults. */
interface Stint {
  readonly work: number;
  readonly wall: number;
  /** Part of the wall time for which throttling stood. */
  readonly throttled: number;
  readonly faults: number;
}

export interface VmStart {
  readonly tracking: boolean;
  readonly sweeps: boolean;
  /** Part of its full speed. */
  readonly speed: number;
  /** Its pages come behind it from now on. */
  readonly lazy?: LazyPages | undefined;
}

const nothing: Stint = { work: 0, wall: 0, throttled: 0, faults: 0 };

/** One VM of a simulated cluster: where it is, what it is doing, and how far its guest has come since the last cut. */
export class SimulatedVm implements Vm {
  readonly name: string;
  readonly index: number;
  state: VmState = "up";
  host: Host | undefined;
  /** Since when it runs on a host that cannot be reached, on the simulation's clock. */
  cutOffAt: number | undefined;
  /** The host whose disk holds all pages of the restore points, because they were captured or restored there; so, too, a local disk. */
  stagedOn: Host | undefined;
  /** Undefined when the guest writes to none. */
  readonly disk: VmDisk | undefined;
  /** What a restore has brought to its host so far. */
  load: Load | undefined;
  /** Fraction of each class that the capture under way saves. */
  readonly inSet: Float64Array;
  /** Rounds of a pre-copy since the resume. */
  rounds = 0;
  /** Pages of each class that were dirtied in the last round of a pre-copy, when the guest has been stopped. */
  readonly dirtyInLastRound: Float64Array;
  readonly #guest: GuestClock;
  /** Records hold what was written since the cut before, so writes are tracked. */
  readonly #tracks: boolean;
  #sweep: Transfer | undefined;
  #sweeping = false;
  /** When it was resumed, or the round began that goes on. */
  #resumedAt: number | undefined;
  /** What was done since the resume before that round. */
  #before: Stint = nothing;
  /** Part of its full speed at which it runs. */
  #speed = 1;
  /** What the pages cost that come behind it, and since when they do. */
  #lazy: LazyPages | undefined;
  #lazyFrom = 0;
  /** Seconds for which no missing page had stalled it when it was resumed last, or that round began. */
  #ranBefore = 0;
  #workedAt = Number.NaN;
  #work = 0;

  constructor(name: string, index: number, memory: MemoryTable, plan: SnapshotPlan, disk?: VmDisk) {
    this.disk = disk;
    this.name = name;
    this.index = index;
    this.inSet = new Float64Array(memory.classes.length);
    this.dirtyInLastRound = new Float64Array(memory.classes.length);
    this.#tracks = plan.record !== "full";
    this.#guest = new GuestClock(memory.classes, plan, memory.dirtyModel);
  }

  /** Runs, or is restored, where nobody can reach it, and nobody knows that yet. */
  get cutOff(): boolean {
    return this.cutOffAt !== undefined;
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
  resume(now: number, options: VmStart): void {
    this.disk?.begin(this.host!, options.speed);
    this.#resumedAt = now;
    this.#workedAt = Number.NaN;
    this.rounds = 0;
    this.#before = nothing;
    this.#sweep = undefined;
    this.#sweeping = options.sweeps;
    this.#resumeLazy(now, options.lazy);
    const { sweeps, speed } = options;
    const tracking = options.tracking && this.#tracks;
    this.#speed = speed;
    this.#guest.begin(sweeps ? { tracking, speed, inSet: this.inSet } : { tracking, speed });
  }

  /** What came behind it still does, unless all of it has come or it was lost. */
  #resumeLazy(now: number, lazy: LazyPages | undefined): void {
    this.#ranBefore = 0;
    if (lazy !== undefined) {
      this.#lazy = lazy;
      this.#lazyFrom = now;
    } else if (this.load?.behind === undefined) this.#lazy = undefined;
    else {
      const { there, pace } = this.load.behindGuest();
      this.#lazy?.changePace(now - this.#lazyFrom, there, pace);
      this.#ranBefore = this.#lazy?.ran(now - this.#lazyFrom) ?? 0;
    }
  }

  /** The copier that saves the pages of the cut behind the running guest. */
  sweepWith(transfer: Transfer): void {
    this.#sweep = transfer;
  }

  /** The copier goes on at another pace. */
  changePace(now: number): void {
    if (this.#resumedAt !== undefined && this.#sweeping) this.#guest.changePace(this.#ran(now), this.#swept);
  }

  /** The copier has come to the fraction `swept` of its set, and takes the protection off whatever is left. */
  endSweep(now: number, swept: number): void {
    if (this.#resumedAt !== undefined && this.#sweeping) this.#guest.endSweep(this.#ran(now), swept);
    this.#sweeping = false;
    this.#sweep = undefined;
  }

  /** Of the pages that come behind it, part `there` has come, and more come at this pace. */
  pagesCome(now: number, { there, pace }: ReturnType<Load["behindGuest"]>): void {
    if (this.#resumedAt === undefined) return;
    this.#lazy?.changePace(now - this.#lazyFrom, there, pace);
    this.#workedAt = Number.NaN;
  }

  /** Since when it is as fast as before, and how many pages it missed; now and 0 when none came behind it. */
  lateness(now: number): { readonly responsiveAt: number; readonly misses: number } {
    if (this.#lazy === undefined) return { responsiveAt: now, misses: 0 };
    const wall = now - this.#lazyFrom;
    return { responsiveAt: this.#lazyFrom + this.#lazy.responsiveAt(wall), misses: this.#lazy.misses(wall) };
  }

  /** Seconds since the resume in which no missing page stalled it. */
  #ran(now: number): number {
    if (this.#lazy === undefined) return now - this.#resumedAt!;
    return this.#lazy.ran(now - this.#lazyFrom) - this.#ranBefore;
  }

  /** Seconds of guest work since the resume; 0 when it does not run. */
  work(now: number): number {
    if (this.#resumedAt === undefined) return 0;
    // Asked several times at one instant, and worth a few exponentials for each class.
    if (this.#workedAt !== now) {
      this.#work = this.#before.work + this.#guest.work(this.#ran(now), this.#swept);
      this.#workedAt = now;
    }
    return this.#work;
  }

  /** A round of a pre-copy begins: from here on each first write to a page is a fault, once more for each page. */
  beginRound(now: number): void {
    if (this.#resumedAt === undefined) return;
    this.#before = this.#done(now);
    this.#resumedAt = now;
    this.#ranBefore = this.#lazy?.ran(now - this.#lazyFrom) ?? 0;
    this.#workedAt = Number.NaN;
    this.rounds += 1;
    this.#guest.begin({ tracking: true, speed: this.#speed });
  }

  /** Seconds of guest work since the last round began, or since the resume. */
  workInRound(now: number): number {
    return this.work(now) - this.#before.work;
  }

  /** Writes the distinct pages of each class that were written since the last round began into `out`. */
  dirtyInRound(now: number, out: Float64Array): void {
    this.dirtyPages(this.workInRound(now), out);
  }

  /** The guest stops, for a cut or because it failed. */
  stop(now: number): Stint {
    if (this.#resumedAt === undefined) return nothing;
    const done = this.#done(now);
    if (this.rounds > 0) this.dirtyInRound(now, this.dirtyInLastRound);
    this.#resumedAt = undefined;
    this.#lazy?.pause(now - this.#lazyFrom);
    this.disk?.end();
    return done;
  }

  dirtyPages(work: number, out: Float64Array): void {
    this.#guest.dirtyPages(work, out);
  }

  /** What was done since the resume. */
  #done(now: number): Stint {
    const { wall, faults, throttled } = this.#before;
    const work = this.work(now);
    const own = work - this.#before.work;
    return {
      work,
      wall: wall + now - this.#resumedAt!,
      throttled: throttled + this.#guest.throttled(own),
      faults: faults + this.#guest.faults(own, this.#swept),
    };
  }

  get #swept(): number {
    return this.#sweeping ? (this.#sweep?.progress ?? 0) : 1;
  }
}
