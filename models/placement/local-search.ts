import type { NewCost, PlacementCost } from "./placement-cost.ts";
import { homeless, type PlacementProblem, VmRoom } from "./vm-room.ts";

/** Hosts on which a VM looks for one to change places with: those that would suit it best. */
const partners = 8;

/** Passes over all VMs, at most: the search ends long before, unless a cost is all but flat. */
const passes = 50;

/**
 * Moves single VMs to cheaper hosts and lets two change places while that lowers the cost. VMs are all of one size, so
 * a change of places keeps to capacity and anti-affinity.
 *
 * @param start the host of every VM, within capacity and anti-affinity
 * @returns a placement that no such step betters, and what it costs
 */
export const localSearch = (
  problem: PlacementProblem,
  newCost: NewCost,
  start: readonly number[],
): { readonly places: number[]; readonly cost: number } => {
  const search = new Search(problem, newCost(), start);
  for (let pass = 0; pass < passes && search.pass(); pass++);
  return { places: search.places, cost: search.cost.total };
};

class Search {
  readonly places: number[];
  readonly cost: PlacementCost;
  readonly #hosts: number;
  readonly #movable: readonly number[];
  readonly #on: Set<number>[];
  readonly #room: VmRoom;
  /** Less than this is rounding. */
  readonly #least: number;

  constructor(problem: PlacementProblem, cost: PlacementCost, start: readonly number[]) {
    this.places = [...start];
    this.cost = cost;
    this.#hosts = problem.hosts.length;
    this.#movable = homeless(problem);
    this.#on = problem.hosts.map(() => new Set());
    this.#room = new VmRoom(problem);
    for (const [vm, host] of start.entries()) cost.put(vm, host);
    for (const vm of this.#movable) {
      this.#room.take(start[vm]!);
      this.#on[start[vm]!]!.add(vm);
    }
    this.#least = 1e-9 * cost.total;
  }

  /** Whether anything got better. */
  pass(): boolean {
    let better = false;
    for (const vm of this.#movable) if (this.#better(vm)) better = true;
    return better;
  }

  #better(vm: number): boolean {
    const from = this.places[vm]!;
    this.#take(vm);
    const now = this.cost.of(vm, from);
    let gain = this.#least;
    let to = from;
    let partner: number | undefined;
    // What a partner would gain is not known yet, so only hosts that are better for the VM itself are looked at.
    const better: { readonly host: number; readonly here: number }[] = [];
    for (let host = 0; host < this.#hosts; host++) {
      const here = now - this.cost.of(vm, host);
      if (host === from || here <= this.#least) continue;
      better.push({ host, here });
      if (here > gain && this.#room.has(host)) [gain, to] = [here, host];
    }
    if (better.length > partners) better.sort((one, other) => other.here - one.here || one.host - other.host);
    for (const { host } of better.slice(0, partners)) {
      for (const other of this.#on[host]!) {
        const both = this.cost.exchange(vm, from, other, host);
        if (both > gain) [gain, to, partner] = [both, host, other];
      }
    }
    if (partner !== undefined) {
      this.#take(partner);
      this.#put(partner, from);
    }
    this.#put(vm, to);
    return to !== from;
  }

  #take(vm: number): void {
    const host = this.places[vm]!;
    this.cost.take(vm, host);
    this.#room.release(host);
    this.#on[host]!.delete(vm);
  }

  #put(vm: number, host: number): void {
    this.cost.put(vm, host);
    this.#room.take(host);
    this.#on[host]!.add(vm);
    this.places[vm] = host;
  }
}
