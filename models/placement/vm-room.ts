import type { ClusterSpec } from "../scenario.ts";

/** What placement knows of a host. */
export interface VmHost {
  readonly index: number;
  readonly rack: number;
  readonly up: boolean;
  /** Bytes. */
  readonly freeMemory: number;
  readonly freeCores: number;
}

/** VMs of one cluster, all of one size, that need hosts. Immutable plain data. */
export interface PlacementProblem {
  /** `hosts[i].index` is i; VMs that stay have taken their part of `freeMemory` and `freeCores` already. */
  readonly hosts: readonly VmHost[];
  readonly vm: Pick<ClusterSpec["vm"], "memory" | "cores">;
  readonly antiAffinity: ClusterSpec["antiAffinity"];
  /** The host of each VM that stays where it is, undefined for those that are to be placed. */
  readonly stay: readonly (number | undefined)[];
  /** Room for so many more VMs of the cluster is left. */
  readonly spares: number;
}

/** There is no placement with these capacities, this anti-affinity and these spares. */
export class NoRoomForVms extends RangeError {
  override readonly name = "NoRoomForVms";
  /** VMs that are to be placed, those for which there is room, and those for which room is to be left. */
  readonly needed: number;
  readonly room: number;
  readonly spares: number;

  constructor(needed: number, room: number, { spares, antiAffinity }: PlacementProblem) {
    const apart = antiAffinity === "none" ? "" : `, no two on one ${antiAffinity}`;
    const left = spares === 0 ? "" : ` and ${spares} spare`;
    super(`${needed} VMs${left} need hosts, and there is room for ${room}${apart}: add hosts or ask for less`);
    this.needed = needed;
    this.room = room;
    this.spares = spares;
  }
}

/**
 * The room that VMs of one cluster find, counted in whole VMs: memory and cores that are left over in pieces too small
 * for one are no room. All VMs are alike, so whoever takes one host after the other while `has` says so ends in no dead
 * end: each VM takes one unit of `left`, wherever it goes.
 */
export class VmRoom {
  /** VMs of the cluster on each host. */
  readonly vms: Int32Array;
  readonly #problem: PlacementProblem;
  readonly #slots: Int32Array;
  readonly #inRack: Int32Array;

  /** @throws {NoRoomForVms} unless all VMs and the spares find room */
  constructor(problem: PlacementProblem) {
    const { hosts, vm, stay } = problem;
    this.#problem = problem;
    this.vms = new Int32Array(hosts.length);
    const most = stay.length + problem.spares;
    this.#slots = Int32Array.from(hosts, (host) =>
      host.up ? Math.max(0, Math.floor(Math.min(host.freeMemory / vm.memory, host.freeCores / vm.cores, most))) : 0,
    );
    this.#inRack = new Int32Array(hosts.reduce((most, { rack }) => Math.max(most, rack + 1), 0));
    for (const host of stay) if (host !== undefined) this.#count(host, 1);
    const needed = stay.filter((host) => host === undefined).length;
    const room = this.#units();
    if (room < needed + problem.spares) throw new NoRoomForVms(needed, room, problem);
  }

  has(host: number): boolean {
    if (this.#slots[host]! <= 0) return false;
    switch (this.#problem.antiAffinity) {
      case "none":
        return true;
      case "host":
        return this.vms[host] === 0;
      case "rack":
        return this.#inRack[this.#problem.hosts[host]!.rack] === 0;
    }
  }

  /** VMs that would still find room on this host, were it the only one. */
  slots(host: number): number {
    if (!this.has(host)) return 0;
    return this.#problem.antiAffinity === "none" ? this.#slots[host]! : 1;
  }

  take(host: number): void {
    this.#slots[host]! -= 1;
    this.#count(host, 1);
  }

  release(host: number): void {
    this.#slots[host]! += 1;
    this.#count(host, -1);
  }

  #count(host: number, vms: 1 | -1): void {
    this.vms[host]! += vms;
    this.#inRack[this.#problem.hosts[host]!.rack]! += vms;
  }

  #units(): number {
    const { hosts, antiAffinity } = this.#problem;
    const open = hosts.filter(({ index }) => this.has(index));
    if (antiAffinity === "rack") return new Set(open.map(({ rack }) => rack)).size;
    return open.reduce((sum, { index }) => sum + this.slots(index), 0);
  }
}

/** The VMs that are to be placed. */
export const homeless = ({ stay }: PlacementProblem): number[] =>
  stay.flatMap((host, vm) => (host === undefined ? [vm] : []));
