import type { FluidFlow } from "./fluid-flow.ts";
import type { InstantEnd } from "./instant-end.ts";
import { MaxMin } from "./max-min.ts";
import type { Simulation } from "./simulation.ts";
import type { Timer } from "./timer.ts";

/** Two ends that lie closer together than this fraction of the time cannot be told apart by the clock: they are one instant. */
const CLOCK_GRAIN = 2 ** -50;

/**
 * Lets the flows of a network live in simulated time. Changes of one instant are committed together when it ends, or when
 * somebody looks; one timer waits for the next flow that will be done. Flows that are done at one instant end in the
 * order (time, link, tag, slot).
 *
 * @internal
 */
export class FluidEngine {
  readonly sim: Simulation;
  readonly maxMin = new MaxMin();
  /** Flows in progress. */
  count = 0;
  readonly #flowAt: (FluidFlow | null)[] = [];
  /** Flows whose changes of rate somebody follows. */
  readonly #followed = new Set<FluidFlow>();
  readonly #instantEnd: InstantEnd;
  readonly #timer: Timer;
  #due = Number.POSITIVE_INFINITY;

  constructor(sim: Simulation) {
    this.sim = sim;
    this.#instantEnd = sim.endOfInstant(() => this.commit());
    this.#timer = sim.timer(() => this.#endFlows(), "fluid network");
  }

  /** Something has changed: new rates are needed before time moves on. */
  change(): void {
    this.#instantEnd.request();
  }

  /** Makes all rates exact now. */
  commit(): void {
    this.maxMin.commit(this.sim.now);
    for (const flow of this.#followed) flow.noteRate();
    const due = this.maxMin.progress.nextDue;
    if (due === this.#due) return;
    this.#due = due;
    if (due === Number.POSITIVE_INFINITY) this.#timer.cancel();
    else this.#timer.arm(Math.max(0, due - this.sim.now));
  }

  /** Puts a flow into the slot that `maxMin` has given it. */
  add(flow: FluidFlow, slot: number): void {
    this.#flowAt[slot] = flow;
    this.count++;
    this.change();
  }

  /** Notes the rate of a flow after each commit, until it is removed. */
  follow(flow: FluidFlow): void {
    this.#followed.add(flow);
  }

  /** Takes the flow out of a slot; the bytes it had to go. */
  remove(slot: number): number {
    this.#followed.delete(this.#flowAt[slot]!);
    this.#flowAt[slot] = null;
    this.count--;
    this.change();
    return this.maxMin.removeFlow(slot, this.sim.now);
  }

  #endFlows(): void {
    const { now } = this.sim;
    // The timer may go off a rounding error before the time it was set to.
    const horizon = Math.max(this.#due, now + Math.abs(now) * CLOCK_GRAIN);
    this.#due = Number.POSITIVE_INFINITY;
    const { progress } = this.maxMin;
    for (let slot = progress.takeDue(now, horizon); slot >= 0; slot = progress.takeDue(now, horizon)) {
      this.#flowAt[slot]!.finish();
    }
    this.change();
  }
}
