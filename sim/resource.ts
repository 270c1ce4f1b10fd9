import type { Occurrence } from "./agenda.ts";
import { InvalidCapacity } from "./errors.ts";
import { Line } from "./line.ts";
import { Request, type RequestOptions } from "./request.ts";
import type { Simulation } from "./simulation.ts";

export interface ResourceOptions {
  /** Number of users it serves at a time: a whole number from 1 on, or Infinity. 1 unless told otherwise. */
  readonly capacity?: number;
  /** For errors, traces and reports. */
  readonly name?: string;
}

/**
 * A counter with a number of places and one queue, first come first served.
 *
 * A place is free from the moment of its release; the first in the queue gets it when the release is processed, at the
 * same instant, in its turn. Whoever makes a request in between finds that queue before him. So at one instant a
 * release comes before the requests that wait for it, and nobody who waits at all times until the end of the instant
 * is turned away from a place that falls free in it.
 */
export class Resource {
  readonly sim: Simulation;
  readonly name: string;
  readonly capacity: number;
  readonly #users: Request[] = [];
  readonly #line: Line<Request>;
  readonly #release: Occurrence = { occur: () => this.#serve() };
  #requests = 0;

  /** @throws InvalidCapacity */
  constructor(sim: Simulation, options: ResourceOptions = {}) {
    const { capacity = 1, name = "resource" } = options;
    if (!(Number.isInteger(capacity) || capacity === Number.POSITIVE_INFINITY) || capacity < 1) {
      throw new InvalidCapacity(name, capacity, "whole number");
    }
    this.sim = sim;
    this.name = name;
    this.capacity = capacity;
    this.#line = new Line((a, b) => this.precedes(a, b));
  }

  /** The requests that hold a place, in the order in which they were granted. */
  get users(): readonly Request[] {
    return this.#users;
  }

  /** The requests that wait, in the order in which they will be served. */
  get queue(): readonly Request[] {
    return this.#line.view;
  }

  /**
   * Asks for a place. It is granted at once if one is free and nobody waits for it. Usually
   * `using turn = counter.request(); yield* turn;`, which gives it back on return, throw and kill.
   */
  request(options?: RequestOptions): Request {
    const turn = new Request(this, this.#requests++, options);
    this.admit(turn);
    return turn;
  }

  /** @internal */
  admit(turn: Request): void {
    if (this.#line.length === 0) {
      if (this.makeRoom(turn)) this.#grant(turn);
      else this.#line.insert(turn);
    } else {
      this.#line.insert(turn);
      this.#serve();
    }
  }

  /** @internal */
  strike(turn: Request): void {
    this.#line.remove(turn);
  }

  /** @internal */
  giveBack(turn: Request): void {
    this.#takePlace(turn);
    this.sim.agenda.scheduleNow(this.#release);
  }

  /** Whether `a` is served before `b`. */
  protected precedes(a: Request, b: Request): boolean {
    return a.order < b.order;
  }

  /** Whether there is a free place for `turn`, be it after making one. */
  protected makeRoom(_turn: Request): boolean {
    return this.#users.length < this.capacity;
  }

  /** Takes the place away from a user, for another who gets it at once. */
  protected evict(turn: Request): void {
    this.#takePlace(turn);
  }

  #takePlace(turn: Request): void {
    const users = this.#users;
    for (let at = users.indexOf(turn) + 1; at < users.length; at++) users[at - 1] = users[at]!;
    users.pop();
    turn.lose();
  }

  #serve(): void {
    const first = this.#line.first;
    if (first === undefined || !this.makeRoom(first)) return;
    this.#line.shift();
    this.#grant(first);
  }

  #grant(turn: Request): void {
    this.#users.push(turn);
    turn.grant();
  }
}
