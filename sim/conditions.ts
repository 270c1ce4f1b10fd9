import { ForeignEvent, NotAnEvent } from "./errors.ts";
import { FAILED, LEFT, PROCESSED, SimEvent, TRIGGERED, type Waitable, type Waiter } from "./sim-event.ts";

/** Which of the events of a condition have happened: not those that failed or were cancelled. */
export class Happenings {
  readonly #events: ReadonlySet<Waitable>;

  /** @internal */
  constructor(events: ReadonlySet<Waitable>) {
    this.#events = events;
  }

  get size(): number {
    return this.#events.size;
  }

  /** Whether `event` has happened: it may be one of the events of the condition, or of a condition among those. */
  has(event: Waitable): boolean {
    return this.#events.has(event);
  }

  /** The value of `event` if it has happened, otherwise undefined. */
  get<T>(event: SimEvent<T>): T | undefined {
    return this.#events.has(event) ? event.value : undefined;
  }

  /** The events that have happened, in the order in which they were given. */
  [Symbol.iterator](): Iterator<Waitable> {
    return this.#events[Symbol.iterator]();
  }
}

/** Events, or lists of them. */
export type Events = readonly (SimEvent<unknown> | readonly SimEvent<unknown>[])[];

/** Happens when one of the events has happened, or at once if there are none. Fails if one fails before that. */
export const anyOf = (...events: Events): SimEvent<Happenings> => {
  const list = events.flat();
  return new Condition("anyOf", list, Math.min(1, list.length));
};

/** Happens when all of the events have happened, at once if there are none. Fails as soon as one fails. */
export const allOf = (...events: Events): SimEvent<Happenings> => {
  const list = events.flat();
  return new Condition("allOf", list, list.length);
};

/**
 * An event that happens when `needed` of its events have happened, and fails as soon as one of them fails. Its value is
 * taken when it is processed, so it knows of everything that happened until then: a turn that is granted at the instant
 * at which patience ends is had, and an item that was taken out of a store for somebody is not lost.
 */
class Condition extends SimEvent<Happenings> implements Waiter {
  declare private readonly kind: string;
  declare private readonly events: readonly SimEvent<unknown>[];
  declare private readonly needed: number;
  declare private happened: number;

  constructor(kind: string, events: readonly SimEvent<unknown>[], needed: number) {
    for (const event of events) if (!(event instanceof SimEvent)) throw new NotAnEvent(kind, event);
    const sim = events.find((event) => event.sim !== null)?.sim ?? null;
    const foreign = events.find((event) => event.sim !== null && event.sim !== sim);
    if (foreign !== undefined) throw new ForeignEvent(kind, foreign.name);
    super(sim, null);
    this.kind = kind;
    this.events = events;
    this.needed = needed;
    this.#attend();
  }

  override get name(): string {
    const names = this.events.slice(0, 3).map((event) => event.name);
    if (this.events.length > 3) names.push(`${this.events.length - 3} more`);
    return `${this.kind}(${names.join(", ")})`;
  }

  /** @internal A part has happened. Takes notice of its failure if that decides the outcome. */
  wake(event: SimEvent<unknown>): boolean {
    if ((this.state & (TRIGGERED | LEFT)) !== 0) return false;
    if ((event.state & FAILED) !== 0) {
      this.state |= FAILED;
      this.trigger(event.payload);
    } else if (++this.happened === this.needed) {
      this.trigger(undefined);
    }
    return true;
  }

  override occur(): void {
    this.#detach();
    if ((this.state & FAILED) === 0) this.payload = this.#happenings();
    super.occur();
  }

  /** Nobody waits for it: it waits for nobody, so that its claims leave their queues. */
  override abandoned(): void {
    this.state |= LEFT;
    for (const event of this.events) event.desert(this);
  }

  override rejoin(): void {
    this.state &= ~LEFT;
    this.#attend();
  }

  /** Waits for nobody any more; nor do the conditions among its events for which nobody else waits. */
  #detach(): void {
    for (const event of this.events) {
      event.leave(this);
      if (event instanceof Condition && !event.isAwaited && (event.state & (TRIGGERED | LEFT)) === 0) {
        event.state |= LEFT;
        event.#detach();
      }
    }
  }

  #attend(): void {
    if (this.sim === null) {
      // No event at all, or only such conditions: nothing to wait for, in whatever simulation.
      this.state |= TRIGGERED | PROCESSED;
      this.payload = this.#happenings();
      return;
    }
    this.happened = 0;
    try {
      for (const event of this.events) event.join(this);
    } catch (error) {
      for (const event of this.events) event.leave(this);
      throw error;
    }
    // Nothing is decided before it is known that all of them can be waited for.
    for (const event of this.events) if ((event.state & PROCESSED) !== 0) this.wake(event);
  }

  #happenings(): Happenings {
    const happened = new Set<Waitable>();
    this.#collect(happened);
    return new Happenings(happened);
  }

  #collect(happened: Set<Waitable>): void {
    for (const event of this.events) {
      const isCondition = event instanceof Condition;
      if (isCondition) event.#collect(happened);
      // The value of a condition is known when it is processed, that of anything else when it is triggered.
      if (event.ok && (event.processed || !isCondition)) happened.add(event);
    }
  }
}
