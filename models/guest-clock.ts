import type { StoredClass } from "./memory.ts";
import type { CaptureCosts, SnapshotPlan } from "./scenario.ts";

/** What one write fault stalls the guest for, in seconds (model.md, section 4). */
interface FaultCosts {
  /** For each page of the set that is written before the copier has reached it. */
  readonly copy: number;
  /** For each page that is written for the first time since the cut. */
  readonly track: number;
}

const faultCosts = (plan: SnapshotPlan, costs: CaptureCosts): FaultCosts => {
  const track = plan.record === "full" ? 0 : costs.track;
  if (plan.capture === "stop-and-copy") return { copy: 0, track };
  // The lazy record's one fault both copies and marks, so a fault that copies does not track again.
  return { copy: plan.record === "lazy-incremental" ? costs.fault - track : costs.fault, track };
};

/**
 * Expected pages of a class that are written before the copier has saved them, by the moment the guest has worked
 * `work` seconds and the copier has swept the fraction `swept` of its set evenly:
 * ∫ λ (1 - u swept / work) e^{-λ u / n} du over [0, work], per page; with `swept` = 1 the F of model.md, section 4.
 */
export const copyFaultsPerPage = (writesPerPage: number, work: number, swept: number): number => {
  const a = writesPerPage * work;
  // The difference below loses digits for small a: its series, to the third order.
  if (a < 1e-4) return a * (1 - swept / 2 - a * (1 / 2 - swept / 3 - a * (1 / 6 - swept / 8)));
  const gone = -Math.expm1(-a);
  return gone - (swept / a) * (gone - a * Math.exp(-a));
};

/** Derivative of {@link copyFaultsPerPage} by the work, while the fraction that is swept stands still. */
const copyFaultRatePerPage = (writesPerPage: number, work: number, swept: number): number => {
  const a = writesPerPage * work;
  if (a < 1e-4) return writesPerPage * (1 - swept / 2 - a * (1 - (2 * swept) / 3 - a * (1 / 2 - (3 * swept) / 8)));
  const kept = Math.exp(-a);
  return writesPerPage * (kept - swept * (kept + (kept + Math.expm1(-a) / a) / a));
};

/**
 * How far a guest gets between two cuts. Wall time since it was resumed is guest work plus the stalls of its faults;
 * fault counts are functions of guest work, because a stalled guest does not write.
 */
export class GuestClock {
  readonly #classes: readonly StoredClass[];
  readonly #costs: FaultCosts;
  /** One fault both copies and marks, or two mechanisms fault apart. */
  readonly #merged: boolean;
  /** Fraction of each class that is in the set being saved. */
  readonly #inSet: Float64Array;
  #tracking = false;
  #sweeping = false;
  /** Stall of the copying faults of a finished sweep. */
  #sweptStall = 0;
  #sweptFaults = 0;

  constructor(classes: readonly StoredClass[], plan: SnapshotPlan) {
    this.#classes = classes;
    this.#costs = faultCosts(plan, plan.costs);
    this.#merged = plan.record === "lazy-incremental";
    this.#inSet = new Float64Array(classes.length);
  }

  /** The guest is resumed from a cut; `inSet`, when a copier sweeps behind it, is the fraction of each class it saves. */
  begin(options: { tracking: boolean; inSet?: Float64Array }): void {
    this.#tracking = options.tracking;
    this.#sweeping = options.inSet !== undefined;
    if (options.inSet !== undefined) this.#inSet.set(options.inSet);
    this.#sweptStall = 0;
    this.#sweptFaults = 0;
  }

  /** The copier has finished, `wall` seconds after the guest was resumed. */
  endSweep(wall: number): void {
    if (!this.#sweeping) return;
    const work = this.work(wall, 1);
    this.#sweptFaults = this.#copyFaults(work, 1);
    this.#sweptStall = this.#costs.copy * this.#sweptFaults;
    this.#sweeping = false;
  }

  /** Guest work done `wall` seconds after the resume, when a running copier has swept the fraction `swept`. */
  work(wall: number, swept: number): number {
    if (!(wall > 0)) return 0;
    if (this.#stall(wall, swept) === 0) return wall;
    // Newton from below: the stall is concave in the work, so each step stays below the root and the steps converge.
    let work = 0;
    for (let step = 0; step < 64; step++) {
      const excess = wall - work - this.#stall(work, swept);
      const next = work + excess / (1 + this.#stallRate(work, swept));
      if (!(next > work) || excess <= 1e-15 * wall) break;
      work = Math.min(next, wall);
    }
    return work;
  }

  /** Write faults since the resume. */
  faults(work: number, swept: number): number {
    const copied = this.#sweeping ? this.#copyFaults(work, swept) : this.#sweptFaults;
    const tracked = this.#tracking ? this.#tracked(work) : 0;
    return this.#merged && this.#tracking ? tracked : tracked + copied;
  }

  /** Writes the expected dirty pages of each class after `work` seconds of guest work into `out`. */
  dirtyPages(work: number, out: Float64Array): void {
    for (let i = 0; i < this.#classes.length; i++) {
      const one = this.#classes[i]!;
      out[i] = -one.pages * Math.expm1(-one.writesPerPage * work);
    }
  }

  #stall(work: number, swept: number): number {
    const copying = this.#sweeping ? this.#costs.copy * this.#copyFaults(work, swept) : this.#sweptStall;
    return copying + (this.#tracking && this.#costs.track > 0 ? this.#costs.track * this.#tracked(work) : 0);
  }

  #stallRate(work: number, swept: number): number {
    let rate = 0;
    for (let i = 0; i < this.#classes.length; i++) {
      const one = this.#classes[i]!;
      if (this.#tracking) {
        rate += this.#costs.track * one.pages * one.writesPerPage * Math.exp(-one.writesPerPage * work);
      }
      if (this.#sweeping) {
        const pages = this.#inSet[i]! * one.pages;
        rate += this.#costs.copy * pages * copyFaultRatePerPage(one.writesPerPage, work, swept);
      }
    }
    return rate;
  }

  #copyFaults(work: number, swept: number): number {
    if (work === 0) return 0;
    let faults = 0;
    for (let i = 0; i < this.#classes.length; i++) {
      const one = this.#classes[i]!;
      const pages = this.#inSet[i]! * one.pages;
      if (pages > 0) faults += pages * copyFaultsPerPage(one.writesPerPage, work, swept);
    }
    return faults;
  }

  #tracked(work: number): number {
    let pages = 0;
    for (const one of this.#classes) pages -= one.pages * Math.expm1(-one.writesPerPage * work);
    return pages;
  }
}
