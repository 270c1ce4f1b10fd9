import { CancelledTooLate, InvalidDelay, NotYoursToTrigger, WaitedForCancelled } from "./errors.ts";
import { CANCELLED, SimEvent, TRIGGERED } from "./sim-event.ts";
import type { Simulation } from "./simulation.ts";

/** An event that happens after a delay. A process that only lets time pass yields the number instead, which is cheaper. */
export class Timeout<T = void> extends SimEvent<T> {
  declare readonly sim: Simulation;
  declare readonly delay: number;
  declare private readonly place: number;

  /** @internal */
  constructor(sim: Simulation, delay: number, value: T) {
    super(sim, null);
    if (typeof delay !== "number" || !(delay >= 0)) throw new InvalidDelay("timeout", delay);
    this.delay = delay;
    this.payload = value;
    this.place = sim.agenda.schedule(this, delay);
  }

  override get name(): string {
    return `timeout of ${this.delay}`;
  }

  /**
   * Takes it off the agenda: it never happens, and waiting for it is an error.
   * @throws CancelledTooLate if it has happened.
   */
  cancel(): void {
    if (this.triggered) throw new CancelledTooLate(this.name);
    if ((this.state & CANCELLED) !== 0) return;
    this.sim.agenda.withdraw(this.place);
    this.giveUp(new WaitedForCancelled(this.name));
  }

  /** A timeout happens by itself. */
  override succeed(): never {
    throw new NotYoursToTrigger(this.name);
  }

  /** A timeout happens by itself. */
  override fail(): never {
    throw new NotYoursToTrigger(this.name);
  }

  /** @internal */
  override occur(): void {
    this.state |= TRIGGERED;
    super.occur();
  }

  /** @internal */
  override rejoin(): void {
    throw new WaitedForCancelled(this.name);
  }
}
