import { Claim } from "./claim.ts";
import { InvalidCapacity } from "./errors.ts";
import { Line } from "./line.ts";
import type { Simulation } from "./simulation.ts";

export interface StoreOptions {
  /** The most items it holds: a whole number from 1 on; Infinity unless told otherwise. */
  readonly capacity?: number;
  /** For errors, traces and reports. */
  readonly name?: string;
}

/**
 * A shelf for items: puts wait until there is room, gets until there is an item. Items leave in the order of the puts,
 * and puts and gets are served in the order of arrival.
 */
export class Store<T> {
  readonly sim: Simulation;
  readonly name: string;
  readonly capacity: number;
  /** @internal */
  protected readonly shelf: Line<T>;
  /** @internal */
  protected readonly gets = new Line<Get<T>>(byOrder);
  readonly #puts = new Line<Put<T>>(byOrder);
  #claims = 0;

  /** @throws InvalidCapacity */
  constructor(sim: Simulation, options: StoreOptions = {}) {
    const { capacity = Number.POSITIVE_INFINITY, name = "store" } = options;
    if (!(Number.isInteger(capacity) || capacity === Number.POSITIVE_INFINITY) || capacity < 1) {
      throw new InvalidCapacity(name, capacity, "whole number");
    }
    this.sim = sim;
    this.name = name;
    this.capacity = capacity;
    this.shelf = new Line((a, b) => this.precedes(a, b));
  }

  /** The items it holds, in the order in which they leave. */
  get items(): readonly T[] {
    return this.shelf.view;
  }

  /** The puts and the gets that wait, in the order in which they are served. */
  get queue(): { readonly puts: readonly Claim<void>[]; readonly gets: readonly Claim<T>[] } {
    return { puts: this.#puts.view, gets: this.gets.view };
  }

  /** Puts `item` in, as soon as there is room. It happens whether or not it is waited for. */
  put(item: T): Claim<void> {
    const put = new Put(this, this.#claims++, item);
    this.admitPut(put);
    return put;
  }

  /** Takes an item out, as soon as there is one: it is the value of the event. */
  get(): Claim<T> {
    return this.claim(anything);
  }

  /** @internal */
  protected claim(accepts: (item: T) => boolean): Claim<T> {
    const get = new Get(this, this.#claims++, accepts);
    this.admitGet(get);
    return get;
  }

  /** Whether item `a` leaves before item `b`, which was put before it. */
  protected precedes(_a: T, _b: T): boolean {
    return false;
  }

  /** @internal */
  admitPut(put: Put<T>): void {
    this.#puts.insert(put);
    this.servePuts();
  }

  /** @internal */
  admitGet(get: Get<T>): void {
    this.gets.insert(get);
    this.serveGets();
  }

  /** @internal */
  strikePut(put: Put<T>): void {
    this.#puts.remove(put);
  }

  /** @internal */
  strikeGet(get: Get<T>): void {
    this.gets.remove(get);
  }

  /** @internal */
  servePuts(): void {
    if (this.#puts.length === 0 || this.shelf.length >= this.capacity) return;
    const put = this.#puts.shift()!;
    this.shelf.insert(put.item);
    put.trigger(undefined);
  }

  /** @internal */
  serveGets(): void {
    if (this.gets.length === 0 || this.shelf.length === 0) return;
    this.gets.shift()!.trigger(this.shelf.shift());
  }
}

const anything = (): boolean => true;

const byOrder = (a: Claim<unknown>, b: Claim<unknown>): boolean => a.order < b.order;

/** An item on its way into a store. When it is in, it is the turn of the gets. */
class Put<T> extends Claim<void> {
  declare private readonly store: Store<T>;
  declare readonly item: T;

  constructor(store: Store<T>, order: number, item: T) {
    super(store.sim, order);
    this.store = store;
    this.item = item;
  }

  override get name(): string {
    return `put into ${this.store.name}`;
  }

  override occur(): void {
    this.store.serveGets();
    super.occur();
  }

  override enqueue(): void {
    this.store.admitPut(this);
  }

  override quit(): void {
    this.store.strikePut(this);
  }
}

/** A wish for an item of a store. When it is fulfilled, it is the turn of the puts. */
class Get<T> extends Claim<T> {
  declare private readonly store: Store<T>;
  declare readonly accepts: (item: T) => boolean;

  constructor(store: Store<T>, order: number, accepts: (item: T) => boolean) {
    super(store.sim, order);
    this.store = store;
    this.accepts = accepts;
  }

  override get name(): string {
    return `get from ${this.store.name}`;
  }

  override occur(): void {
    this.store.servePuts();
    super.occur();
  }

  override enqueue(): void {
    this.store.admitGet(this);
  }

  override quit(): void {
    this.store.strikeGet(this);
  }
}
