import { bySender, type TrafficMatrix } from "./traffic.ts";

/** What crossings draw from; a stream of the core has this shape. */
export interface Chance {
  exponential(mean: number): number;
  poisson(mean: number): number;
}

/** How messages travel in a cluster. */
export interface Messages {
  readonly vms: number;
  readonly traffic: TrafficMatrix;
  /** Two VMs share a host: what one sends reaches the other at once. */
  readonly near: (from: number, to: number) => boolean;
  /** One-way delay between two hosts, in seconds. */
  readonly delay: number;
}

interface Opening {
  readonly at: number;
  readonly from: number;
}

/**
 * The messages that cross a cut: sent after their sender's cut, received before their receiver's. They are sampled with one
 * hazard for each receiver, the sum of the rates from the VMs that have been cut and run on (model.md, section 5): the
 * first arrives when the integral of the hazard reaches an exponential draw, and how many more have come at any later
 * time follows a Poisson law. Times must not go back from call to call.
 */
export class Crossings {
  readonly #messages: Messages;
  readonly #pairs: ReturnType<typeof bySender>;
  readonly #chance: Chance;
  /** Receivers that have not been cut. */
  readonly #waiting: Set<number>;
  /** Messages that reach each receiver in a second, and in expectation so far. */
  readonly #rate: Float64Array;
  readonly #expected: Float64Array;
  /** What {@link #expected} has to reach for the first message; 0 before the draw. */
  readonly #first: Float64Array;
  /** Senders whose messages are still on their way to other hosts. */
  readonly #openings: Opening[] = [];
  #now = 0;

  constructor(messages: Messages, waiting: Iterable<number>, chance: Chance) {
    const { vms } = messages;
    this.#messages = messages;
    this.#pairs = bySender(messages.traffic);
    this.#chance = chance;
    this.#waiting = new Set(waiting);
    this.#rate = new Float64Array(vms);
    this.#expected = new Float64Array(vms);
    this.#first = new Float64Array(vms);
  }

  /** A VM that has been cut runs on: it sends again. */
  runsOn(from: number, now: number): void {
    this.#advance(now);
    const { delay } = this.#messages;
    this.#open(from, true);
    if (delay === 0) this.#open(from, false);
    else this.#openings.push({ at: now + delay, from });
  }

  /** When a receiver's first message arrives as things stand, or more begins to arrive: whichever comes first. */
  get next(): number {
    if (this.#waiting.size === 0) return Number.POSITIVE_INFINITY;
    let next = this.#openings[0]?.at ?? Number.POSITIVE_INFINITY;
    for (const to of this.#waiting) {
      if (this.#rate[to] === 0) continue;
      const missing = Math.max(0, this.#first[to]! - this.#expected[to]!);
      next = Math.min(next, this.#now + missing / this.#rate[to]!);
    }
    return next;
  }

  /** A receiver whose first message has arrived by now, if there is one. */
  reached(now: number): number | undefined {
    this.#advance(now);
    for (const to of this.#waiting) {
      if (this.#rate[to]! > 0 && this.#expected[to]! >= this.#first[to]! - this.#grain(to)) return to;
    }
    return undefined;
  }

  /** A VM is cut. Returns how many messages from beyond the cut it has received before. */
  cut(to: number, now: number): number {
    this.#advance(now);
    this.#waiting.delete(to);
    const more = this.#expected[to]! - this.#first[to]!;
    // A message that forces the cut arrives at its very instant, up to rounding.
    return more > this.#grain(to) ? 1 + this.#chance.poisson(more) : 0;
  }

  /** A VM is lost: it receives nothing any more. */
  lose(to: number): void {
    this.#waiting.delete(to);
  }

  /** What the clock's rounding makes of {@link #expected}. */
  #grain(to: number): number {
    return this.#rate[to]! * 64 * Number.EPSILON * Math.max(1, this.#now);
  }

  #advance(now: number): void {
    while (this.#openings.length > 0 && this.#openings[0]!.at <= now) {
      const { at, from } = this.#openings.shift()!;
      this.#integrate(at);
      this.#open(from, false);
    }
    this.#integrate(now);
  }

  #integrate(now: number): void {
    const elapsed = now - this.#now;
    for (const to of this.#waiting) this.#expected[to]! += this.#rate[to]! * elapsed;
    this.#now = now;
  }

  /** What this VM has sent since it ran on begins to arrive: at the VMs of its host, or at all others. */
  #open(from: number, near: boolean): void {
    const { traffic } = this.#messages;
    if (traffic.kind === "even") for (const to of this.#waiting) this.#add(from, to, near, traffic.messagesPerSecond);
    else for (const { to, messagesPerSecond } of this.#pairs![from]!) this.#add(from, to, near, messagesPerSecond);
  }

  #add(from: number, to: number, near: boolean, rate: number): void {
    if (from === to || !this.#waiting.has(to) || this.#messages.near(from, to) !== near) return;
    if (this.#rate[to] === 0) this.#first[to] = this.#chance.exponential(1);
    this.#rate[to]! += rate;
  }
}
