import { integrate } from "../special/runge-kutta.ts";
import { type CopyOrder, hottestFirst } from "./copy-order.ts";
import { type DirtyModel, firstWritePart, unwrittenPart } from "./dirty-curve.ts";
import type { StoredClass } from "./memory.ts";

/** What the guest pays per fault and for its speed. Seconds. */
export interface GuestPace {
  /** Wall time for a second of work without faults: 1, or more for a guest that is throttled. */
  readonly slowness: number;
  /** Stall for a page that is written before it has been saved. */
  readonly copy: number;
  /** Stall for each first write since the cut; 0 without tracking. */
  readonly track: number;
}

/** Part of the sweep that is left when it is taken as over: nothing is left to meet. */
const nothingLeft = 1e-12;

/**
 * `faultPath: shared`, as in QEMU: one copier saves r pages per second, the pages that the guest waits for first and the
 * rest of the set with what is left of r (model.md, section 4):
 *
 *     saved' = r,   faults' = min(r, Σ λ_j u_j / n_j),   u_j = pages of class j neither saved nor written yet.
 *
 * All pages that are not saved are unwritten, for a page that is written is saved at once. So the progress of the copier
 * and the work of the guest tell every u_j, and only the guest's work has to be integrated. While more faults come than
 * the copier can serve, the guest waits for it. Between two questions the copier is taken to have moved evenly.
 */
export class SharedCopier {
  readonly #classes: readonly StoredClass[];
  readonly #model: DirtyModel;
  readonly #order: CopyOrder;
  readonly #hottest: readonly number[];
  readonly #set: Float64Array;
  readonly #unsaved: Float64Array;
  /** Guest work and faults so far. */
  readonly #state = new Float64Array(2);
  readonly #scale = new Float64Array(2);
  #total = 0;
  #wall = 0;
  #swept = 0;
  #pace: GuestPace = { slowness: 1, copy: 0, track: 0 };

  constructor(classes: readonly StoredClass[], order: CopyOrder, model: DirtyModel) {
    this.#classes = classes;
    this.#model = model;
    this.#order = order;
    this.#hottest = hottestFirst(classes);
    this.#set = new Float64Array(classes.length);
    this.#unsaved = new Float64Array(classes.length);
  }

  /** A sweep begins over the fraction `inSet` of each class. */
  begin(inSet: Float64Array, pace: GuestPace): void {
    this.#total = 0;
    for (let i = 0; i < this.#classes.length; i++) {
      this.#set[i] = inSet[i]! * this.#classes[i]!.pages;
      this.#total += this.#set[i]!;
    }
    this.#pace = pace;
    this.#state.fill(0);
    this.#wall = 0;
    this.#swept = 0;
  }

  /** Pages that were written before the copier had saved them. */
  get faults(): number {
    return this.#state[1]!;
  }

  /** Guest work done by `wall` seconds after the cut, when the fraction `swept` of the set has been saved. */
  advance(wall: number, swept: number): number {
    const from = this.#wall;
    if (wall > from) {
      const before = this.#swept;
      const speed = (swept - before) / (wall - from);
      this.#scale[0] = wall;
      this.#scale[1] = Math.max(1, this.#total);
      const f = (t: number, y: Float64Array, out: Float64Array): void => {
        const rate = this.#workRate(y[0]!, before + speed * (t - from), speed);
        out[0] = rate.work;
        out[1] = rate.faults;
      };
      integrate(f, from, wall, this.#state, this.#scale);
      this.#wall = wall;
      this.#swept = swept;
    }
    return this.#state[0]!;
  }

  #workRate(work: number, swept: number, speed: number): { readonly work: number; readonly faults: number } {
    const { slowness, copy, track } = this.#pace;
    const demand = 1 - swept > nothingLeft ? this.#demand(work, swept) : 0;
    let stall = copy * demand;
    if (track > 0) {
      for (const { pages, writesPerPage } of this.#classes)
        stall += track * pages * writesPerPage * firstWritePart(this.#model, writesPerPage * work);
    }
    const own = 1 / (slowness + stall);
    const rate = demand * own > speed * this.#total ? (speed * this.#total) / demand : own;
    return { work: rate, faults: rate * demand };
  }

  /** Faults per second of guest work: Σ λ_j u_j / n_j. */
  #demand(work: number, swept: number): number {
    this.#spread(work, this.#total * (1 - swept));
    let demand = 0;
    for (let i = 0; i < this.#classes.length; i++) {
      const { writesPerPage } = this.#classes[i]!;
      const unwritten = unwrittenPart(this.#model, writesPerPage * work);
      if (unwritten > 0)
        demand += (writesPerPage * this.#unsaved[i]! * firstWritePart(this.#model, writesPerPage * work)) / unwritten;
    }
    return demand;
  }

  /** Spreads the pages that are left over the classes: evenly over what is unwritten of each, or from the coldest on. */
  #spread(work: number, left: number): void {
    const unwritten = (i: number): number =>
      this.#set[i]! * unwrittenPart(this.#model, this.#classes[i]!.writesPerPage * work);
    if (this.#order === "address") {
      let all = 0;
      for (let i = 0; i < this.#set.length; i++) all += this.#unsaved[i] = unwritten(i);
      for (let i = 0; i < this.#set.length; i++) this.#unsaved[i]! *= all > 0 ? Math.min(1, left / all) : 0;
      return;
    }
    let rest = left;
    for (const i of this.#hottest.toReversed()) {
      this.#unsaved[i] = Math.min(rest, unwritten(i));
      rest -= this.#unsaved[i]!;
    }
  }
}
