import { InvalidPriority } from "./errors.ts";
import type { Simulation } from "./simulation.ts";
import { Store, type StoreOptions } from "./store.ts";

/** What has a priority by itself: a number, or an object with one. */
export type Prioritized = number | { readonly priority: number };

export interface PriorityStoreOptions<T> extends StoreOptions {
  /** The priority of an item, smaller for sooner: the item itself or its `priority` unless told otherwise. */
  readonly priority?: (item: T) => number;
}

/** A store whose items leave by priority, the smallest number first; first in, first out among equals. */
export class PriorityStore<T> extends Store<T> {
  readonly #priority: (item: T) => number;

  /** @throws InvalidCapacity */
  constructor(
    sim: Simulation,
    ...[options]: T extends Prioritized
      ? [options?: PriorityStoreOptions<T>]
      : [options: PriorityStoreOptions<T> & Required<Pick<PriorityStoreOptions<T>, "priority">>]
  ) {
    super(sim, options);
    this.#priority = options?.priority ?? (ownPriority as (item: T) => number);
  }

  /**
   * Puts `item` in, as soon as there is room.
   * @throws InvalidPriority if its priority is not a number.
   */
  override put(item: T): ReturnType<Store<T>["put"]> {
    const priority = this.#priority(item);
    if (typeof priority !== "number" || Number.isNaN(priority)) throw new InvalidPriority(this.name, priority);
    return super.put(item);
  }

  protected override precedes(a: T, b: T): boolean {
    return this.#priority(a) < this.#priority(b);
  }
}

const ownPriority = (item: Prioritized): number => (typeof item === "number" ? item : item?.priority);
