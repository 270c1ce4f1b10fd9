import { Claim } from "./claim.ts";
import { InvalidAmount, InvalidCapacity, InvalidLevel } from "./errors.ts";
import { Line } from "./line.ts";
import type { Simulation } from "./simulation.ts";

export interface ContainerOptions {
  /** The most it holds: a number above 0; Infinity unless told otherwise. */
  readonly capacity?: number;
  /** What it holds at first: 0 unless told otherwise. */
  readonly level?: number;
  /** For errors, traces and reports. */
  readonly name?: string;
}

/**
 * A tank for something that is measured: puts wait until there is room, gets until there is enough. Both are served in
 * the order of arrival, and a large one at the head of its queue is not overtaken by a small one.
 */
export class Container {
  readonly sim: Simulation;
  readonly name: string;
  readonly capacity: number;
  #level: number;
  #claims = 0;
  readonly #puts = new Line<Transfer>(byOrder);
  readonly #gets = new Line<Transfer>(byOrder);

  /** @throws InvalidCapacity, InvalidLevel */
  constructor(sim: Simulation, options: ContainerOptions = {}) {
    const { capacity = Number.POSITIVE_INFINITY, level = 0, name = "container" } = options;
    if (typeof capacity !== "number" || !(capacity > 0)) throw new InvalidCapacity(name, capacity, "number");
    if (!(Number.isFinite(level) && level >= 0 && level <= capacity)) {
      throw new InvalidLevel(name, level, capacity);
    }
    this.sim = sim;
    this.name = name;
    this.capacity = capacity;
    this.#level = level;
  }

  /** What it holds now. */
  get level(): number {
    return this.#level;
  }

  /** The puts and the gets that wait, in the order in which they will be served. */
  get queue(): { readonly puts: readonly Claim<void>[]; readonly gets: readonly Claim<void>[] } {
    return { puts: this.#puts.view, gets: this.#gets.view };
  }

  /**
   * Puts `amount` in, as soon as there is room. It happens whether or not it is waited for.
   * @throws InvalidAmount if the amount is not above 0, or more than the capacity.
   */
  put(amount: number): Claim<void> {
    return this.#claim(amount, amount);
  }

  /**
   * Takes `amount` out, as soon as there is enough.
   * @throws InvalidAmount if the amount is not above 0, or more than the capacity.
   */
  get(amount: number): Claim<void> {
    return this.#claim(amount, -amount);
  }

  #claim(amount: number, change: number): Claim<void> {
    if (!(Number.isFinite(amount) && amount > 0 && amount <= this.capacity)) {
      throw new InvalidAmount(this.name, amount, this.capacity);
    }
    const transfer = new Transfer(this, this.#claims++, change);
    this.admit(transfer);
    return transfer;
  }

  /** @internal */
  admit(transfer: Transfer): void {
    this.#lineOf(transfer).insert(transfer);
    this.#serve(this.#lineOf(transfer));
  }

  /** @internal Those behind it may fit where it did not. */
  strike(transfer: Transfer): void {
    this.#lineOf(transfer).remove(transfer);
    this.#serve(this.#lineOf(transfer));
  }

  /** @internal After a put it is the turn of the gets, and the other way round. */
  serveOthers(transfer: Transfer): void {
    this.#serve(transfer.change > 0 ? this.#gets : this.#puts);
  }

  #lineOf(transfer: Transfer): Line<Transfer> {
    return transfer.change > 0 ? this.#puts : this.#gets;
  }

  #serve(line: Line<Transfer>): void {
    for (let first = line.first; first !== undefined; first = line.first) {
      const level = this.#level + first.change;
      if (level < 0 || level > this.capacity) return;
      this.#level = level;
      line.shift();
      first.trigger(undefined);
    }
  }
}

const byOrder = (a: Transfer, b: Transfer): boolean => a.order < b.order;

/** A put or a get of a container. */
class Transfer extends Claim<void> {
  declare private readonly container: Container;
  declare readonly change: number;

  constructor(container: Container, order: number, change: number) {
    super(container.sim, order);
    this.container = container;
    this.change = change;
  }

  override get name(): string {
    return `${this.change > 0 ? "put into" : "get from"} ${this.container.name} of ${Math.abs(this.change)}`;
  }

  override occur(): void {
    this.container.serveOthers(this);
    super.occur();
  }

  override enqueue(): void {
    this.container.admit(this);
  }

  override quit(): void {
    this.container.strike(this);
  }
}
