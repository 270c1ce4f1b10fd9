import { byOrder, inserted, ReferenceClaim } from "./reference-claim.ts";
import type { ReferenceSimulation } from "./reference-simulation.ts";

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
