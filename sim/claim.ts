import { CancelledTooLate, NotYoursToTrigger, type SimulationError, WaitedForCancelled } from "./errors.ts";
import { CANCELLED, LEFT, SimEvent } from "./sim-event.ts";
import type { Simulation } from "./simulation.ts";

/**
 * An event that stands in a queue until it is granted: a request for a turn, a put, a get.
 *
 * It leaves the queue when it is cancelled or its `using` block ends, and when the process that waits for it is
 * interrupted or killed, so that nothing is granted to somebody who is gone. Whoever waits for it again after an
 * interrupt stands where he stood before.
 */
export abstract class Claim<T> extends SimEvent<T> {
  declare readonly sim: Simulation;
  /** @internal Rank by arrival. */
  declare readonly order: number;

  /** @internal */
  constructor(sim: Simulation, order: number) {
    super(sim, null);
    this.order = order;
  }

  /**
   * Leaves the queue for good; waiting for it from now on is an error. Cancelling twice does nothing.
   * @throws CancelledTooLate if it has been granted.
   */
  cancel(): void {
    if ((this.state & CANCELLED) !== 0) return;
    if (this.triggered) throw new CancelledTooLate(this.name);
    if ((this.state & LEFT) === 0) this.quit();
    this.giveUp(new WaitedForCancelled(this.name));
  }

  /** Leaving a `using` block cancels what has not been granted. */
  [Symbol.dispose](): void {
    if (!this.triggered) this.cancel();
  }

  /** The queue decides when it is granted. */
  override succeed(): never {
    throw new NotYoursToTrigger(this.name);
  }

  /** The queue decides when it is granted. */
  override fail(): never {
    throw new NotYoursToTrigger(this.name);
  }

  /** @internal It cannot be granted, ever. */
  refuse(error: SimulationError): void {
    super.fail(error);
  }

  /** @internal */
  override abandoned(): void {
    this.state |= LEFT;
    this.quit();
  }

  /** @internal */
  override rejoin(): void {
    if ((this.state & CANCELLED) !== 0) throw new WaitedForCancelled(this.name);
    this.state &= ~LEFT;
    this.enqueue();
  }

  /** @internal Takes its place in the queue, and is granted if that is possible. */
  abstract enqueue(): void;

  /** @internal Leaves the queue. */
  abstract quit(): void;
}
