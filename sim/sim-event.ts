import { AlreadyTriggered, NotTriggered, type SimulationError, UnhandledFailure } from "./errors.ts";
import type { Simulation } from "./simulation.ts";
import { Wait } from "./wait.ts";

/** What a process may wait for, whatever its value: the type that bodies of processes yield. */
export interface Waitable {
  readonly name: string;
  readonly triggered: boolean;
  readonly processed: boolean;
  readonly ok: boolean;
}

/** Somebody to be told when an event happens. Returns whether it took notice: a failure of which nobody does is an error. */
export interface Waiter {
  wake(event: SimEvent<unknown>): boolean;
}

// The state of an event is a set of these.
export const TRIGGERED = 1;
export const PROCESSED = 2;
export const FAILED = 4;
/** It left the queue it stood in: the one who waited was interrupted or killed, or it was cancelled or released. */
export const LEFT = 8;
export const CANCELLED = 16;
export const RELEASED = 32;

/**
 * Something that happens at most once, with a value or an error. It is *triggered* when its outcome is known and
 * *processed* when those who waited have been told, at the same instant but in its turn.
 *
 * Waiting for an event that has been processed returns its value at once, any number of times.
 */
export class SimEvent<T = void> implements Waitable {
  // Here and in the classes below fields are only declared: defining them costs twice as much as all else in an event.
  /** @internal */
  declare readonly sim: Simulation | null;
  /** @internal */
  declare state: number;
  /** @internal */
  declare payload: unknown;
  /** @internal */
  declare readonly label: string | number | null;
  // The first who waits has a field of his own: most events have no other.
  /** @internal */
  declare private first: Waiter | null;
  /** @internal */
  declare private others: Waiter[] | null;

  /** Events are made by `sim.event()`, and by whatever can be waited for. */
  constructor(sim: Simulation | null, label: string | number | null) {
    this.sim = sim;
    this.state = 0;
    this.payload = undefined;
    this.label = label;
    this.first = null;
    this.others = null;
  }

  get name(): string {
    return this.label === null ? "event" : `event ${JSON.stringify(this.label)}`;
  }

  /** True as soon as its outcome is known. What is cancelled has none, be there somebody who is told of that or not. */
  get triggered(): boolean {
    return (this.state & (TRIGGERED | CANCELLED)) === TRIGGERED;
  }

  /** True as soon as those who waited are being told its outcome. */
  get processed(): boolean {
    return (this.state & (PROCESSED | CANCELLED)) === PROCESSED;
  }

  /** True if it was triggered and did not fail. */
  get ok(): boolean {
    return (this.state & (TRIGGERED | FAILED)) === TRIGGERED;
  }

  /**
   * Its value; of a failed event, its error.
   * @throws NotTriggered while there is none.
   */
  get value(): T {
    if (!this.triggered) throw new NotTriggered(this.name);
    return this.payload as T;
  }

  /**
   * Makes it happen, at this instant.
   * @throws AlreadyTriggered if it has an outcome already.
   */
  succeed(value: T): this {
    if ((this.state & TRIGGERED) !== 0) throw new AlreadyTriggered(this.name);
    this.trigger(value);
    return this;
  }

  /**
   * Makes it fail, at this instant: `error` is thrown in everyone who waits. If nobody does, `run` throws.
   * @throws AlreadyTriggered if it has an outcome already.
   */
  fail(error: unknown): this {
    if ((this.state & TRIGGERED) !== 0) throw new AlreadyTriggered(this.name);
    this.state |= FAILED;
    this.trigger(error);
    return this;
  }

  /** `yield* event` waits for it and returns its value, or throws its error. */
  [Symbol.iterator](): Generator<Waitable, T, unknown> {
    // A generator would do, at four times the cost.
    return new Wait(this) as unknown as Generator<Waitable, T, unknown>;
  }

  toString(): string {
    return this.name;
  }

  /** @internal */
  trigger(payload: unknown): void {
    this.payload = payload;
    this.state |= TRIGGERED;
    this.sim!.agenda.scheduleNow(this);
  }

  /** @internal Tells everyone who waited, in the order in which they began to. */
  occur(): void {
    this.state |= PROCESSED;
    const first = this.first;
    const others = this.others;
    const sim = this.sim!;
    if (sim.trace !== null) this.record();
    let noticed = false;
    if (first !== null) {
      this.first = null;
      noticed = first.wake(this);
      if (others !== null) {
        this.others = null;
        for (const other of others) noticed = other.wake(this) || noticed;
      }
    }
    if (!noticed && (this.state & (FAILED | CANCELLED)) === FAILED) {
      throw new UnhandledFailure(this.name, sim.now, this.payload);
    }
  }

  /** @internal */
  record(): void {
    this.sim!.trace!.record(this.sim!.now, "event", this, "");
  }

  /**
   * Lets `waiter` wait; false if the event is over and nobody has to.
   * @throws SimulationError if the event was given up for good.
   * @internal
   */
  join(waiter: Waiter): boolean {
    if ((this.state & LEFT) !== 0) this.rejoin();
    if ((this.state & PROCESSED) !== 0) return false;
    if (this.first === null) this.first = waiter;
    else if (this.others === null) this.others = [waiter];
    else this.others.push(waiter);
    return true;
  }

  /** @internal Lets `waiter` wait no longer. */
  leave(waiter: Waiter): void {
    if (this.first === waiter) {
      this.first = this.others?.shift() ?? null;
    } else if (this.others !== null) {
      const at = this.others.indexOf(waiter);
      if (at >= 0) this.others.splice(at, 1);
    }
    if (this.others?.length === 0) this.others = null;
  }

  /** @internal `leave`, because the waiter was interrupted or killed. */
  desert(waiter: Waiter): void {
    this.leave(waiter);
    if (this.first === null && (this.state & (TRIGGERED | LEFT)) === 0) this.abandoned();
  }

  /** @internal */
  get isAwaited(): boolean {
    return this.first !== null;
  }

  /** @internal Nobody will get it: who waits for it is told so now, and who comes later is told by `rejoin`. */
  giveUp(error: SimulationError): void {
    this.state |= LEFT | CANCELLED;
    if (this.first === null) return;
    this.state |= FAILED;
    this.trigger(error);
  }

  /** @internal The last who waited was interrupted or killed. */
  abandoned(): void {}

  /** @internal Somebody waits for it again after it was left, or is told why not. */
  rejoin(): void {}
}
