import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import { type MemoryTable, storedBytes } from "../guest/memory.ts";
import type { PlaceCopies } from "../placement/copy-placement.ts";
import type { StoragePlan } from "../scenario.ts";
import type { SimulatedSnapshot, StoredPart, VmPart } from "../simulation/simulated-snapshot.ts";
import { Copies } from "./copies.ts";

/**
 * Pages that VMs of one host, or of all, have in common: stored once, for all VMs and versions that refer to them, and lost
 * for all of them at once. They are let go when nothing refers to them any more.
 */
export class SharedContent {
  readonly #centre: DataCentre;
  readonly #memory: MemoryTable;
  readonly #storage: StoragePlan;
  readonly #place: PlaceCopies;
  readonly #bytes: Float64Array;

  constructor(centre: DataCentre, memory: MemoryTable, storage: StoragePlan, place: PlaceCopies) {
    this.#centre = centre;
    this.#memory = memory;
    this.#storage = storage;
    this.#place = place;
    this.#bytes = Float64Array.from(memory.shared, storedBytes);
  }

  /**
   * What each VM of a version refers to, by VM. What is recorded upon a version refers to the same; a whole version does so
   * too, as long as the VMs that share it are the same and it is complete.
   *
   * @param before the version before this one
   */
  of(snapshot: number, parts: readonly VmPart[], whole: boolean, before: SimulatedSnapshot | undefined): StoredPart[] {
    if (this.#memory.shared.length === 0) return [];
    // What it builds on may have been lost since the first VM was cut: then it is given up at once.
    if (!whole) return [...(before?.shared ?? [])];
    const groups = new Map<Host | "all", VmPart[]>();
    for (const part of parts) {
      const key = this.#storage.deduplication === "hosts" ? "all" : part.source;
      groups.set(key, [...(groups.get(key) ?? []), part]);
    }
    const shared: StoredPart[] = [];
    for (const group of groups.values()) {
      const kept = sharedAlready(group, before) ?? this.#new(snapshot, group[0]!);
      for (const { vm } of group) shared[vm.index] = kept;
    }
    return shared;
  }

  #new(snapshot: number, { vm, source }: VmPart): StoredPart {
    const table = { dirtyModel: this.#memory.dirtyModel, classes: this.#memory.shared };
    return {
      of: "shared",
      vm,
      snapshot,
      whole: true,
      bytes: this.#bytes,
      total: this.#bytes.reduce((sum, one) => sum + one, 0),
      copies: Copies.place(this.#centre.hosts, table, this.#storage.chunk, source, this.#place),
      source,
      delivered: undefined,
      transfer: undefined,
      replicated: false,
      broken: false,
    };
  }
}

/** What just these VMs referred to before, unless some of it is missing. */
const sharedAlready = (group: readonly VmPart[], before: SimulatedSnapshot | undefined): StoredPart | undefined => {
  const [first] = group;
  const kept = before?.shared[first!.vm.index];
  if (kept === undefined || !kept.replicated) return undefined;
  const users = before!.shared.filter((one) => one === kept).length;
  const same = users === group.length && group.every(({ vm }) => before!.shared[vm.index] === kept);
  return same && !kept.copies.readers(first!.source, undefined).missing.some((part) => part > 0) ? kept : undefined;
};
