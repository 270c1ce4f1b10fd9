import type { CaptureCosts, SnapshotPlan } from "../scenario.ts";
import {
  copyFaultRatePerPage,
  copyFaultsPerPage,
  type Turn,
  turnFaultRatePerPage,
  turnFaultsPerPage,
  wholeSweep,
} from "./copy-faults.ts";
import { hottestFirst, turnsInOrder } from "./copy-order.ts";
import { type DirtyModel, firstWritePart, unwrittenPart, writtenPart } from "./dirty-curve.ts";
import type { StoredClass } from "./memory.ts";
import { SharedCopier } from "./shared-copier.ts";

/** What one write fault stalls the guest for, in seconds (model.md, section 4). */
interface FaultCosts {
  /** For each page of the set that is written before the copier has reached it. */
  readonly copy: number;
  /** For each page that is written for the first time since the cut. */
  readonly track: number;
}

const faultCosts = (plan: SnapshotPlan, costs: CaptureCosts): FaultCosts => {
  switch (plan.capture) {
    case "stop-and-copy":
      return { copy: 0, track: plan.record === "full" ? 0 : costs.track };
    case "pre-copy":
      // Rounds are tracked whatever the record.
      return { copy: 0, track: costs.track };
    case "post-copy": {
      const track = plan.record === "full" ? 0 : costs.track;
      // The lazy record's one fault both copies and marks, so a fault that copies does not track again.
      return { copy: plan.record === "lazy-incremental" ? costs.fault - track : costs.fault, track };
    }
  }
};

export interface GuestStart {
  /** The first write to each page costs a fault. */
  readonly tracking: boolean;
  /** Fraction of each class that a copier saves behind the guest. */
  readonly inSet?: Float64Array;
  /** Part of its full speed at which a guest runs that is throttled. */
  readonly speed?: number;
}

/**
 * How far a guest gets between two cuts. Wall time since it was resumed is guest work plus the stalls of its faults;
 * fault counts are functions of guest work, because a stalled guest does not write.
 */
export class GuestClock {
  readonly #classes: readonly StoredClass[];
  readonly #model: DirtyModel;
  readonly #costs: FaultCosts;
  /** One fault both copies and marks, or two mechanisms fault apart. */
  readonly #merged: boolean;
  /** Fraction of each class that is in the set being saved. */
  readonly #inSet: Float64Array;
  /** When each class is swept; undefined in the common case, all classes mixed over the sweep and writes at random. */
  readonly #turns: Turn[] | undefined;
  /** Classes in the order of the sweep, when they follow each other. */
  readonly #order: readonly number[] | undefined;
  /** Saves the pages that fault as well, if nothing else does. */
  readonly #shared: SharedCopier | undefined;
  #tracking = false;
  #sweeping = false;
  /** Wall seconds for a second of work without faults. */
  #slowness = 1;
  /** Stall of the copying faults of a finished sweep. */
  #sweptStall = 0;
  #sweptFaults = 0;
  /** Where guest and copier were when the copier's pace changed last, and the faults up to then. */
  #pacedWork = 0;
  #pacedSwept = 0;
  #pacedFaults = 0;

  constructor(classes: readonly StoredClass[], plan: SnapshotPlan, model: DirtyModel = "uniform") {
    this.#classes = classes;
    this.#model = model;
    this.#costs = faultCosts(plan, plan.costs);
    this.#merged = plan.record === "lazy-incremental";
    this.#inSet = new Float64Array(classes.length);
    this.#order = plan.order === "hot-first" ? hottestFirst(classes) : undefined;
    if (this.#order !== undefined || model !== "uniform") this.#turns = classes.map(() => wholeSweep);
    if (plan.faultPath === "shared") this.#shared = new SharedCopier(classes, plan.order, model);
  }

  /** The guest is resumed. */
  begin({ tracking, inSet, speed = 1 }: GuestStart): void {
    this.#tracking = tracking;
    this.#sweeping = inSet !== undefined;
    this.#slowness = 1 / speed;
    this.#sweptStall = 0;
    this.#sweptFaults = 0;
    this.#pacedWork = 0;
    this.#pacedSwept = 0;
    this.#pacedFaults = 0;
    if (inSet === undefined) return;
    this.#inSet.set(inSet);
    const { copy, track } = this.#costs;
    this.#shared?.begin(inSet, { slowness: this.#slowness, copy, track: tracking ? track : 0 });
    if (this.#order !== undefined) turnsInOrder(this.#order, this.#classes, inSet, this.#turns!);
  }

  /** The copier, which has swept the fraction `swept` evenly since it was told of last, goes on at another pace. */
  changePace(wall: number, swept: number): void {
    if (!this.#sweeping || !(wall > 0)) return;
    const work = this.work(wall, swept);
    if (this.#shared !== undefined) return;
    this.#pacedFaults = this.#copyFaults(work, swept);
    this.#pacedWork = work;
    this.#pacedSwept = swept;
  }

  /** The copier has ended, `wall` seconds after the guest was resumed and, unless it was cut short, with all of its set. */
  endSweep(wall: number, swept = 1): void {
    if (!this.#sweeping) return;
    const work = this.work(wall, swept);
    this.#sweptFaults = this.#copyFaults(work, swept);
    // Whatever the work did not take and tracking did not stall; with a shared copier that may be more than its faults cost.
    this.#sweptStall =
      this.#shared === undefined
        ? this.#costs.copy * this.#sweptFaults
        : wall - this.#slowness * work - this.#trackStall(work);
    this.#sweeping = false;
  }

  /** Guest work done `wall` seconds after the resume, when a running copier has swept the fraction `swept`. */
  work(wall: number, swept: number): number {
    if (!(wall > 0)) return 0;
    if (this.#sweeping && this.#shared !== undefined) return this.#shared.advance(wall, swept);
    const most = wall / this.#slowness;
    const mostStall = this.#stall(most, swept);
    if (mostStall === 0) return most;
    // Newton from below: the stall is concave in the work, so each step stays below the root and the steps converge. It
    // grows with the work, so what the most work would stall leaves a first guess that is no more than the root.
    let work = Math.max(this.#sweeping ? this.#pacedWork : 0, most - mostStall / this.#slowness);
    for (let step = 0; step < 64; step++) {
      const excess = wall - this.#slowness * work - this.#stall(work, swept);
      const next = work + excess / (this.#slowness + this.#stallRate(work, swept));
      if (!(next > work) || excess <= 1e-15 * wall) break;
      work = Math.min(next, most);
    }
    return work;
  }

  /** Write faults since the resume. */
  faults(work: number, swept: number): number {
    const copied = this.#sweeping ? this.#copyFaults(work, swept) : this.#sweptFaults;
    const tracked = this.#tracking ? this.#tracked(work) : 0;
    return this.#merged && this.#tracking ? tracked : tracked + copied;
  }

  /** Part of `work` seconds of guest work by which throttling lengthens them. Seconds of wall time. */
  throttled(work: number): number {
    return (this.#slowness - 1) * work;
  }

  /** Writes the expected dirty pages of each class after `work` seconds of guest work into `out`. */
  dirtyPages(work: number, out: Float64Array): void {
    for (let i = 0; i < this.#classes.length; i++) {
      const one = this.#classes[i]!;
      out[i] = one.pages * writtenPart(this.#model, one.writesPerPage * work);
    }
  }

  #stall(work: number, swept: number): number {
    const copying = this.#sweeping ? this.#costs.copy * this.#copyFaults(work, swept) : this.#sweptStall;
    return copying + this.#trackStall(work);
  }

  #trackStall(work: number): number {
    return this.#tracking && this.#costs.track > 0 ? this.#costs.track * this.#tracked(work) : 0;
  }

  #stallRate(work: number, swept: number): number {
    let rate = 0;
    for (let i = 0; i < this.#classes.length; i++) {
      const one = this.#classes[i]!;
      if (this.#tracking) {
        const first = firstWritePart(this.#model, one.writesPerPage * work);
        rate += this.#costs.track * one.pages * one.writesPerPage * first;
      }
      const pages = this.#inSet[i]! * one.pages;
      if (this.#sweeping && pages > 0 && this.#pacedSwept < 1)
        rate += this.#costs.copy * pages * this.#copyFaultRate(i, work, swept);
    }
    return rate;
  }

  #copyFaults(work: number, swept: number): number {
    if (this.#shared !== undefined) return this.#shared.faults;
    let faults = this.#pacedFaults;
    if (work === this.#pacedWork || this.#pacedSwept === 1) return faults;
    for (let i = 0; i < this.#classes.length; i++) {
      const pages = this.#inSet[i]! * this.#classes[i]!.pages;
      if (pages > 0) faults += pages * this.#copyFaultsSince(i, work, swept);
    }
    return faults;
  }

  /**
   * Expected copying faults since the copier's pace changed last, for each page of a class that is in the set. Of those
   * that were neither swept nor written by then the rest of the sweep is a sweep of its own.
   */
  #copyFaultsSince(i: number, work: number, swept: number): number {
    const { writesPerPage } = this.#classes[i]!;
    const from = this.#pacedWork;
    if (this.#turns === undefined) {
      if (from === 0 && this.#pacedSwept === 0) return copyFaultsPerPage(writesPerPage, work, swept);
      const left = 1 - this.#pacedSwept;
      const untouched = left * Math.exp(-writesPerPage * from);
      return untouched * copyFaultsPerPage(writesPerPage, work - from, (swept - this.#pacedSwept) / left);
    }
    const rest = this.#restOf(i, swept);
    return rest.untouched === 0
      ? 0
      : rest.untouched * turnFaultsPerPage(this.#model, rest.rate, { work: work - from, swept: rest.swept }, rest.turn);
  }

  /** Derivative of {@link #copyFaultsSince} by the work. */
  #copyFaultRate(i: number, work: number, swept: number): number {
    const { writesPerPage } = this.#classes[i]!;
    const since = work - this.#pacedWork;
    if (this.#turns === undefined) {
      const left = 1 - this.#pacedSwept;
      const untouched = left * Math.exp(-writesPerPage * this.#pacedWork);
      return untouched * copyFaultRatePerPage(writesPerPage, since, (swept - this.#pacedSwept) / left);
    }
    const rest = this.#restOf(i, swept);
    return rest.untouched === 0
      ? 0
      : rest.untouched * turnFaultRatePerPage(this.#model, rest.rate, { work: since, swept: rest.swept }, rest.turn);
  }

  /** What is left of a class and of its turn since the copier's pace changed last, as a sweep of its own. */
  #restOf(i: number, swept: number) {
    const { writesPerPage } = this.#classes[i]!;
    const { from, to } = this.#turns![i]!;
    const left = 1 - this.#pacedSwept;
    const done = Math.min(1, Math.max(0, (this.#pacedSwept - from) / (to - from)));
    const unwritten = unwrittenPart(this.#model, writesPerPage * this.#pacedWork);
    return {
      untouched: (1 - done) * unwritten,
      // Written in turn, pages that are left come the sooner the fewer they are.
      rate: this.#model === "linear" && unwritten > 0 ? writesPerPage / unwritten : writesPerPage,
      swept: (swept - this.#pacedSwept) / left,
      turn: { from: Math.max(0, (from - this.#pacedSwept) / left), to: (to - this.#pacedSwept) / left },
    };
  }

  #tracked(work: number): number {
    let pages = 0;
    for (const one of this.#classes) pages += one.pages * writtenPart(this.#model, one.writesPerPage * work);
    return pages;
  }
}
