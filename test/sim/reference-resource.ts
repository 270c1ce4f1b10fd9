import { byOrder, inserted, ReferenceClaim } from "./reference-claim.ts";
import type { ReferenceProcess } from "./reference-process.ts";
import { LawBroken, type ReferenceSimulation } from "./reference-simulation.ts";

export class ReferenceRequest extends ReferenceClaim {
  readonly resource: ReferenceResource;
  readonly by: ReferenceProcess | undefined;
  readonly priority: number;
  readonly preempt: boolean;
  since = Number.NaN;
  lost = false;

  constructor(resource: ReferenceResource, order: number, priority: number, preempt: boolean) {
    super(resource.sim, order);
    this.resource = resource;
    this.by = resource.sim.active;
    this.priority = priority;
    this.preempt = preempt;
  }

  get held(): boolean {
    return this.triggered && !this.lost && !this.cancelled;
  }

  release(): void {
    if (this.held) this.resource.giveBack(this);
    else if (this.lost || this.cancelled) throw new LawBroken("ReleasedTwice");
    else this.cancel();
  }

  override [Symbol.dispose](): void {
    if (this.held) this.resource.giveBack(this);
    else super[Symbol.dispose]();
  }

  override rejoin(): void {
    if (this.lost) throw new LawBroken("WaitedForReleased");
    super.rejoin();
  }

  override enqueue(): void {
    this.resource.admit(this);
  }

  override quit(): void {
    this.resource.queue = this.resource.queue.filter((other) => other !== this);
  }
}

/** What a preempted process is told. */
export interface ReferencePreemption {
  readonly by: ReferenceProcess | undefined;
  readonly resource: ReferenceResource;
  readonly since: number;
}

export type ReferenceDiscipline = "plain" | "priority" | "preemptive";

/** A place is free at its release, and given to the first in the queue when the release is processed. */
export class ReferenceResource {
  readonly sim: ReferenceSimulation;
  readonly #discipline: ReferenceDiscipline;
  readonly #capacity: number;
  users: ReferenceRequest[] = [];
  queue: ReferenceRequest[] = [];
  #requests = 0;

  constructor(sim: ReferenceSimulation, discipline: ReferenceDiscipline, capacity: number) {
    this.sim = sim;
    this.#discipline = discipline;
    this.#capacity = capacity;
  }

  request({ priority = 0, preempt = true }): ReferenceRequest {
    const request = new ReferenceRequest(this, this.#requests++, priority, preempt);
    this.admit(request);
    return request;
  }

  admit(request: ReferenceRequest): void {
    this.queue = inserted(this.queue, request, (a, b) => this.#precedes(a, b));
    this.#serve();
  }

  giveBack(request: ReferenceRequest): void {
    this.#takePlace(request);
    this.sim.schedule(0, () => this.#serve());
  }

  #precedes(a: ReferenceRequest, b: ReferenceRequest): boolean {
    if (this.#discipline !== "plain" && a.priority !== b.priority) return a.priority < b.priority;
    return byOrder(a, b);
  }

  #serve(): void {
    const [first, ...rest] = this.queue;
    if (first === undefined) return;
    if (this.users.length >= this.#capacity) {
      const victim = this.users.toSorted((a, b) => (this.#precedes(a, b) ? -1 : 1)).at(-1);
      if (this.#discipline !== "preemptive" || !first.preempt || victim === undefined) return;
      if (victim.priority <= first.priority) return;
      this.#takePlace(victim);
      const cause: ReferencePreemption = { by: first.by, resource: this, since: victim.since };
      if (victim.by?.isAlive) victim.by.deliver(cause);
    }
    this.queue = rest;
    this.users.push(first);
    first.since = this.sim.now;
    first.trigger(undefined);
  }

  #takePlace(request: ReferenceRequest): void {
    this.users = this.users.filter((other) => other !== request);
    request.lost = true;
    request.left = true;
  }
}
