import type { Agenda } from "./agenda.ts";
import { UnhandledFailure } from "./errors.ts";

/** A callback for the end of an instant: see `Simulation.endOfInstant`. */
export class InstantEnd {
  readonly #agenda: Agenda;
  readonly #callback: () => void;
  #requested = false;

  /** @internal */
  constructor(agenda: Agenda, callback: () => void) {
    this.#agenda = agenda;
    this.#callback = callback;
  }

  /** Has the callback called at the end of the current instant, once however often it is requested before. */
  request(): void {
    if (this.#requested) return;
    this.#requested = true;
    this.#agenda.scheduleClosing(this);
  }

  /** @internal */
  occur(): void {
    this.#requested = false;
    try {
      this.#callback();
    } catch (error) {
      throw new UnhandledFailure("a callback for the end of an instant", this.#agenda.now, error);
    }
  }
}
