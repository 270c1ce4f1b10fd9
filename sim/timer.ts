import { NOWHERE } from "./agenda.ts";
import { InvalidDelay, UnhandledFailure } from "./errors.ts";
import type { Simulation } from "./simulation.ts";

/** A callback without a process: the cheapest thing that happens in time. Arming and cancelling it allocate nothing. */
export class Timer {
  declare readonly name: string;
  declare private readonly sim: Simulation;
  declare private readonly callback: () => void;
  /** Where on the agenda it is while it is armed. */
  declare private place: number;

  /** @internal Timers are made by `sim.timer()`. */
  constructor(sim: Simulation, callback: () => void, name: string) {
    this.name = name;
    this.sim = sim;
    this.callback = callback;
    this.place = NOWHERE;
  }

  /** True from `arm` until it goes off or is cancelled. */
  get armed(): boolean {
    return this.place !== NOWHERE;
  }

  /** Time at which it goes off, Infinity if never. */
  get due(): number {
    return this.sim.agenda.timeOf(this.place);
  }

  /**
   * Lets it go off once, after `delay`. If it is armed already, the former time no longer counts.
   * @throws InvalidDelay if the delay is negative or not a number; the timer is as before.
   */
  arm(delay: number): this {
    if (typeof delay !== "number" || !(delay >= 0)) throw new InvalidDelay(this.name, delay);
    const { agenda } = this.sim;
    if (this.place !== NOWHERE) agenda.withdraw(this.place);
    this.place = agenda.schedule(this, delay);
    return this;
  }

  /** It will not go off, until it is armed again. */
  cancel(): void {
    this.sim.agenda.withdraw(this.place);
    this.place = NOWHERE;
  }

  /** @internal */
  occur(): void {
    const { sim, callback } = this;
    this.place = NOWHERE;
    if (sim.trace !== null) sim.trace.record(sim.now, "timer", this, "");
    try {
      callback();
    } catch (error) {
      throw new UnhandledFailure(this.name, sim.now, error);
    }
  }
}
