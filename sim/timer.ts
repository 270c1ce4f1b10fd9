import { NOWHERE } from "./agenda.ts";
import { InvalidDelay, UnhandledFailure } from "./errors.ts";
import type { Simulation } from "./simulation.ts";

/** A callback without a process: the cheapest thing that happens in time. Arming and cancelling it allocate nothing. */
export class Timer {
  readonly name: string;
  readonly #sim: Simulation;
  readonly #callback: () => void;
  #place = NOWHERE;
  #armed = false;

  /** @internal Timers are made by `sim.timer()`. */
  constructor(sim: Simulation, callback: () => void, name: string) {
    this.#sim = sim;
    this.#callback = callback;
    this.name = name;
  }

  /** True from `arm` until it goes off or is cancelled. */
  get armed(): boolean {
    return this.#armed;
  }

  /** Time at which it goes off, Infinity if never. */
  get due(): number {
    return this.#armed ? this.#sim.agenda.timeOf(this.#place) : Number.POSITIVE_INFINITY;
  }

  /**
   * Lets it go off once, after `delay`. If it is armed already, the former time no longer counts.
   * @throws InvalidDelay if the delay is negative or not a number; the timer is as before.
   */
  arm(delay: number): this {
    if (typeof delay !== "number" || !(delay >= 0)) throw new InvalidDelay(this.name, delay);
    const { agenda } = this.#sim;
    if (this.#armed) agenda.withdraw(this.#place);
    this.#place = agenda.schedule(this, delay);
    this.#armed = true;
    return this;
  }

  /** It will not go off, until it is armed again. */
  cancel(): void {
    if (!this.#armed) return;
    this.#sim.agenda.withdraw(this.#place);
    this.#armed = false;
  }

  /** @internal */
  occur(): void {
    this.#armed = false;
    const { trace } = this.#sim;
    if (trace !== null) trace.record(this.#sim.now, "timer", this, "");
    try {
      this.#callback();
    } catch (error) {
      throw new UnhandledFailure(this.name, this.#sim.now, error);
    }
  }
}
