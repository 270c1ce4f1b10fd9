import { Claim } from "./claim.ts";
import { InvalidPriority, ReleasedTwice, WaitedForReleased } from "./errors.ts";
import type { ProcessHandle } from "./process.ts";
import type { Resource } from "./resource.ts";
import { CANCELLED, LEFT, RELEASED, TRIGGERED } from "./sim-event.ts";

export interface RequestOptions {
  /** Smaller is more urgent; 0 unless told otherwise. Only priority and preemptive resources look at it. */
  readonly priority?: number;
  /** Whether it may take the place of a less urgent user: true unless told otherwise. Only preemptive resources look at it. */
  readonly preempt?: boolean;
}

/** A turn at a resource: granted when a place is free, held until it is released. */
export class Request extends Claim<void> {
  declare readonly resource: Resource;
  /** The process that made it, if it was made by one. */
  declare readonly by: ProcessHandle<unknown> | null;
  declare readonly priority: number;
  declare readonly preempt: boolean;
  /** Time at which it was granted, NaN before that. */
  declare readonly since: number;

  /** @internal */
  constructor(resource: Resource, order: number, options: RequestOptions | undefined) {
    super(resource.sim, order);
    this.resource = resource;
    this.by = resource.sim.active;
    this.priority = options?.priority ?? 0;
    this.preempt = options?.preempt ?? true;
    this.since = Number.NaN;
    if (typeof this.priority !== "number" || Number.isNaN(this.priority)) {
      throw new InvalidPriority(resource.name, options?.priority);
    }
  }

  override get name(): string {
    return `request for ${this.resource.name}`;
  }

  /** True while it is one of the resource's users. */
  get held(): boolean {
    return (this.state & (TRIGGERED | RELEASED | LEFT)) === TRIGGERED;
  }

  /**
   * Gives the turn back or, if it was not granted yet, leaves the queue.
   * @throws ReleasedTwice if it was released, preempted or cancelled before.
   */
  release(): void {
    if (this.held) this.resource.giveBack(this);
    else if ((this.state & (RELEASED | CANCELLED)) === 0) this.cancel();
    else throw new ReleasedTwice(this.name);
  }

  /** Leaving a `using` block gives the turn back, or leaves the queue, if that has not happened yet. */
  override [Symbol.dispose](): void {
    if (this.held) this.resource.giveBack(this);
    else super[Symbol.dispose]();
  }

  /** @internal */
  grant(): void {
    (this as { since: number }).since = this.sim.now;
    this.trigger(undefined);
    if (this.sim.trace !== null) this.#record("acquire");
  }

  /** @internal */
  lose(): void {
    this.state |= LEFT | RELEASED;
    if (this.sim.trace !== null) this.#record("release");
  }

  #record(what: "acquire" | "release"): void {
    this.sim.trace!.record(this.sim.now, what, this.by ?? this, this.resource.name);
  }

  /** @internal */
  override rejoin(): void {
    if ((this.state & RELEASED) !== 0) throw new WaitedForReleased(this.name);
    super.rejoin();
  }

  /** @internal */
  override enqueue(): void {
    this.resource.admit(this);
  }

  /** @internal */
  override quit(): void {
    this.resource.strike(this);
  }
}
