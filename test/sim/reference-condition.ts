import { ReferenceEvent, type ReferenceSimulation, type ReferenceWaiter } from "./reference-simulation.ts";

/** Happens when `needed` of its events have happened; fails when one fails before. */
export class ReferenceCondition extends ReferenceEvent implements ReferenceWaiter {
  readonly #events: readonly ReferenceEvent[];
  readonly #needed: number;
  #happened = 0;

  constructor(sim: ReferenceSimulation, events: readonly ReferenceEvent[], needed: number) {
    super(sim);
    this.#events = events;
    this.#needed = needed;
    this.#attend();
  }

  wake(event: ReferenceEvent): boolean {
    if (this.triggered || this.left) return false;
    if (event.failed) this.fail(event.outcome);
    else if (++this.#happened === this.#needed) this.succeed();
    return true;
  }

  override happen(): void {
    this.#detach();
    if (!this.failed) this.outcome = new Set(this.#happenings());
    super.happen();
  }

  /** It needs its events no longer; nor do the conditions among them for which nobody else waits. */
  #detach(): void {
    for (const event of this.#events) {
      event.leave(this);
      if (event instanceof ReferenceCondition && event.waiters.length === 0 && !event.triggered && !event.left) {
        event.left = true;
        event.#detach();
      }
    }
  }

  /** What has succeeded until now; a condition only when those who wait for it are told. */
  #happenings(): ReferenceEvent[] {
    return this.#events.flatMap((event) =>
      event instanceof ReferenceCondition
        ? [...event.#happenings(), ...(event.ok && event.processed ? [event] : [])]
        : event.ok
          ? [event]
          : [],
    );
  }

  #attend(): void {
    this.#happened = 0;
    try {
      for (const event of this.#events) event.join(this);
    } catch (error) {
      for (const event of this.#events) event.leave(this);
      throw error;
    }
    for (const event of this.#events.filter((each) => each.processed)) this.wake(event);
  }

  override abandoned(): void {
    this.left = true;
    for (const event of this.#events) event.desert(this);
  }

  override rejoin(): void {
    this.left = false;
    this.#attend();
  }
}
