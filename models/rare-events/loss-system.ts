import type { Age } from "../failures/failure-spec.ts";
import type { Law } from "../laws.ts";

/**
 * Hosts that lose what they hold and get it back after a repair, and sets of hosts that lose data when too many of them
 * have lost theirs at once. Any unit of time, the same throughout.
 */
export interface LossSystem {
  readonly hosts: number;
  /** Time to the loss of one host; exponential for all estimators but direct simulation. */
  readonly life: Law;
  /** Whether all hosts are new when a mission begins, as is the default, or have been in use for long. */
  readonly age?: Age;
  /** Time until what it held is complete again. */
  readonly repair: Law;
  /** All lost hosts are repaired at once, or one after another in the order of their losses. */
  readonly repairs: "parallel" | "serial";
  /** Losses of several hosts at once. */
  readonly shocks: readonly LossShock[];
  readonly sets: readonly LossSet[];
}

export interface LossShock {
  /** Of all shocks of this kind together, per unit of time. */
  readonly rate: number;
  /** The hosts that one of them may take, each equally likely: a rack each, or any `count` hosts. */
  readonly takes: { readonly groups: readonly (readonly number[])[] } | { readonly count: number };
  /** Each is taken with this probability. */
  readonly probability: number;
}

export interface LossSet {
  readonly members: readonly number[];
  /** Losses that leave the data readable; below 0 when the members alone never are enough. */
  readonly tolerates: number;
  /** Another host that holds all of it: nothing is lost before this one is, too. */
  readonly guard?: number;
}

/** Random draws, as the core's streams give them. */
export interface LossStream {
  next(): number;
  exponential(mean: number): number;
  weibull(shape: number, scale: number): number;
  lognormal(mu: number, sigma: number): number;
  gamma(shape: number, scale: number): number;
}

/** Mean time to what does not happen: random streams want a finite one. */
export const never = 1e300;

/** Something loses what hosts hold. */
export const losesAnything = ({ life, shocks }: LossSystem): boolean =>
  shocks.length > 0 || life.law !== "exponential" || life.mean < never;

/** Which hosts have lost what they held, and how near that brings the worst set to a loss of data. */
export class LostHosts {
  readonly system: LossSystem;
  readonly #setsOf: readonly (readonly number[])[];
  readonly #lost: Uint8Array;
  readonly #inSet: Int32Array;
  /** In the order of their losses. */
  readonly order: number[] = [];

  constructor(system: LossSystem) {
    this.system = system;
    const setsOf = Array.from({ length: system.hosts }, (): number[] => []);
    for (const [i, { members, guard }] of system.sets.entries()) {
      for (const host of members) setsOf[host]!.push(i);
      if (guard !== undefined) setsOf[guard]!.push(i);
    }
    this.#setsOf = setsOf;
    this.#lost = new Uint8Array(system.hosts);
    this.#inSet = new Int32Array(system.sets.length);
  }

  isLost(host: number): boolean {
    return this.#lost[host] === 1;
  }

  /** @returns whether some set has lost more than it tolerates by this */
  lose(host: number): boolean {
    if (this.#lost[host] === 1) return false;
    this.#lost[host] = 1;
    this.order.push(host);
    let data = false;
    for (const set of this.#setsOf[host]!) {
      if (host !== this.system.sets[set]!.guard) this.#inSet[set]! += 1;
      if (this.#marginOf(set) < 0) data = true;
    }
    return data;
  }

  repair(host: number): void {
    this.#lost[host] = 0;
    this.order.splice(this.order.indexOf(host), 1);
    for (const set of this.#setsOf[host]!) if (host !== this.system.sets[set]!.guard) this.#inSet[set]! -= 1;
  }

  clear(): void {
    for (const host of [...this.order]) this.repair(host);
  }

  /** Further losses that the worst set can bear. */
  get margin(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const host of this.order) {
      for (const set of this.#setsOf[host]!) least = Math.min(least, this.#marginOf(set));
    }
    return least;
  }

  /** Losses that this set can still bear; below 0 when its data is lost. */
  #marginOf(set: number): number {
    const { tolerates, guard } = this.system.sets[set]!;
    const left = Math.max(-1, tolerates - this.#inSet[set]!);
    return guard === undefined || this.#lost[guard] === 1 ? left : left + 1;
  }

  /** Hosts that are not lost and whose loss would reduce the margin of the sets that have the least. */
  get critical(): number[] {
    const { margin } = this;
    const found = new Set<number>();
    for (const host of this.order) {
      for (const set of this.#setsOf[host]!) {
        if (this.#marginOf(set) !== margin) continue;
        const { members, guard } = this.system.sets[set]!;
        for (const member of members) if (this.#lost[member] === 0) found.add(member);
        if (guard !== undefined && this.#lost[guard] === 0) found.add(guard);
      }
    }
    return [...found];
  }
}

/** The hosts that a shock takes. */
export const struck = ({ takes, probability }: LossShock, hosts: number, stream: LossStream): number[] => {
  const group =
    "groups" in takes
      ? takes.groups[Math.floor(stream.next() * takes.groups.length)]!
      : someOf(hosts, takes.count, stream);
  return probability >= 1 ? [...group] : group.filter(() => stream.next() < probability);
};

const someOf = (hosts: number, count: number, stream: LossStream): number[] => {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, hosts)) chosen.add(Math.floor(stream.next() * hosts));
  return [...chosen];
};
