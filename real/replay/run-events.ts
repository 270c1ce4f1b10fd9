import type { LifeCycleEvent, Occurrence } from "../../models/life-cycle-events.ts";

const here = (): number => (performance.timeOrigin + performance.now()) / 1000;

/** What happens in a run on real machines, in seconds since it began. What is learned of late is told with its own time. */
export class RunEvents {
  #begun = here();
  readonly #events: LifeCycleEvent[] = [];
  readonly #horizon: number;

  constructor(horizon: number) {
    this.#horizon = horizon;
  }

  /** The run begins now. */
  start(): void {
    this.#begun = here();
  }

  get now(): number {
    return here() - this.#begun;
  }

  /** Time of the run that a host's clock calls `seconds`, when it is ahead of ours by `offset`. */
  timeOf(seconds: number, offset: number): number {
    return seconds - offset - this.#begun;
  }

  tell(what: Occurrence, at = this.now): void {
    if (at <= this.#horizon) this.#events.push({ at: Math.max(0, at), ...what });
  }

  /** All of them in the order of their times, those of one instant as they were told. */
  get inOrder(): readonly LifeCycleEvent[] {
    return [...this.#events].sort((one, other) => one.at - other.at);
  }
}
