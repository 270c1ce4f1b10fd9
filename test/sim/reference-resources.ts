import { LawBroken, ReferenceEvent, type ReferenceProcess, type ReferenceSimulation } from "./reference-simulation.ts";

const inserted = <T>(line: readonly T[], item: T, precedes: (a: T, b: T) => boolean): T[] => {
  const at = line.findIndex((other) => precedes(item, other));
  return at < 0 ? [...line, item] : [...line.slice(0, at), item, ...line.slice(at)];
};

/** An event that stands in a queue until it is granted, and leaves it when nobody waits for it any more. */
abstract class ReferenceClaim extends ReferenceEvent {
  readonly order: number;

  constructor(sim: ReferenceSimulation, order: number) {
    super(sim);
    this.order = order;
  }

  cancel(): void {
    if (this.cancelled) return;
    if (this.triggered) throw new LawBroken("CancelledTooLate");
    if (!this.left) this.quit();
    this.giveUp();
  }

  [Symbol.dispose](): void {
    if (!this.triggered) this.cancel();
  }

  override abandoned(): void {
    this.left = true;
    this.quit();
  }

  override rejoin(): void {
    if (this.cancelled) throw new LawBroken("WaitedForCancelled");
    this.left = false;
    this.enqueue();
  }

  abstract enqueue(): void;
  abstract quit(): void;
}

const byOrder = (a: ReferenceClaim, b: ReferenceClaim): boolean => a.order < b.order;

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

class ReferenceAction extends ReferenceClaim {
  readonly attempt: () => { readonly value: unknown } | undefined;
  readonly #line: ReferenceLine;

  constructor(sim: ReferenceSimulation, order: number, line: ReferenceLine, attempt: ReferenceAction["attempt"]) {
    super(sim, order);
    this.#line = line;
    this.attempt = attempt;
  }

  /** When a put happens it is the turn of the gets, and the other way round. */
  override happen(): void {
    this.#line.others?.serve();
    super.happen();
  }

  override enqueue(): void {
    this.#line.actions = inserted(this.#line.actions, this, byOrder);
    this.#line.serve();
  }

  override quit(): void {
    this.#line.remove(this);
  }
}

/**
 * How a line is served when its turn comes: only its first; one after the other until one has to wait; or everyone who
 * can be served, whoever stands before him.
 */
type Service = "first" | "in order" | "whoever can";

/** The puts or the gets that wait. */
class ReferenceLine {
  actions: ReferenceAction[] = [];
  others: ReferenceLine | undefined;
  readonly #service: Service;

  constructor(service: Service) {
    this.#service = service;
  }

  serve(): void {
    for (const action of [...this.actions]) {
      const success = action.attempt();
      if (success !== undefined) {
        this.actions = this.actions.filter((other) => other !== action);
        action.trigger(success.value);
      }
      if (this.#service === "first" || (this.#service === "in order" && success === undefined)) return;
    }
  }

  /** Where amounts differ, those behind the one who left may be served where he was not. */
  remove(action: ReferenceAction): void {
    this.actions = this.actions.filter((other) => other !== action);
    if (this.#service === "in order") this.serve();
  }
}

/** Puts and gets that wait for each other. */
class ReferenceExchange {
  readonly sim: ReferenceSimulation;
  readonly puts: ReferenceLine;
  readonly gets: ReferenceLine;
  #actions = 0;

  constructor(sim: ReferenceSimulation, puts: Service, gets: Service) {
    this.sim = sim;
    this.puts = new ReferenceLine(puts);
    this.gets = new ReferenceLine(gets);
    this.puts.others = this.gets;
    this.gets.others = this.puts;
  }

  enter(line: ReferenceLine, attempt: ReferenceAction["attempt"]): ReferenceAction {
    const action = new ReferenceAction(this.sim, this.#actions++, line, attempt);
    action.enqueue();
    return action;
  }
}

export class ReferenceContainer {
  readonly #exchange: ReferenceExchange;
  readonly #capacity: number;
  level: number;

  constructor(sim: ReferenceSimulation, capacity: number, level: number) {
    this.#exchange = new ReferenceExchange(sim, "in order", "in order");
    this.#capacity = capacity;
    this.level = level;
  }

  put(amount: number): ReferenceClaim {
    return this.#exchange.enter(this.#exchange.puts, () => this.#change(amount));
  }

  get(amount: number): ReferenceClaim {
    return this.#exchange.enter(this.#exchange.gets, () => this.#change(-amount));
  }

  #change(by: number): { readonly value: undefined } | undefined {
    const level = this.level + by;
    if (level < 0 || level > this.#capacity) return undefined;
    this.level = level;
    return { value: undefined };
  }
}

export type ReferenceShelf = "fifo" | "priority" | "filter";

export class ReferenceStore {
  readonly #exchange: ReferenceExchange;
  readonly #kind: ReferenceShelf;
  readonly #capacity: number;
  items: number[] = [];

  constructor(sim: ReferenceSimulation, kind: ReferenceShelf, capacity: number) {
    this.#exchange = new ReferenceExchange(sim, "first", kind === "filter" ? "whoever can" : "first");
    this.#kind = kind;
    this.#capacity = capacity;
  }

  put(item: number): ReferenceClaim {
    return this.#exchange.enter(this.#exchange.puts, () => {
      if (this.items.length >= this.#capacity) return undefined;
      this.items = inserted(this.items, item, (a, b) => this.#kind === "priority" && a < b);
      return { value: undefined };
    });
  }

  get(accepts: (item: number) => boolean): ReferenceClaim {
    return this.#exchange.enter(this.#exchange.gets, () => {
      const item = this.items.find(accepts);
      if (item === undefined) return undefined;
      this.items.splice(this.items.indexOf(item), 1);
      return { value: item };
    });
  }
}
