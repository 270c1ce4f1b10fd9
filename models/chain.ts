import type { Host } from "./data-centre.ts";
import type { MemoryTable } from "./memory.ts";
import { pageSize } from "./memory.ts";
import type { PageType, StoragePlan } from "./scenario.ts";
import type { SimulatedSnapshot, VmPart } from "./simulated-snapshot.ts";

/** What a restore of one VM would find. */
export type Readability = "intact" | "degraded" | "unreadable";

/** The durable snapshots of one cluster, oldest first: a whole one and what was recorded on top of it. */
export class Chain {
  readonly #memory: MemoryTable;
  readonly #storage: StoragePlan;
  versions: SimulatedSnapshot[] = [];
  /** Cut, but not durable, in the order of their cuts. */
  inFlight: SimulatedSnapshot[] = [];
  /** Bytes of each class of a whole version. */
  readonly wholeBytes: Float64Array;
  /** A merge or a deletion of old versions is under way. */
  merging = false;

  constructor(memory: MemoryTable, storage: StoragePlan) {
    this.#memory = memory;
    this.#storage = storage;
    this.wholeBytes = Float64Array.from(memory.classes, ({ pages }) => pages * pageSize);
  }

  get newest(): SimulatedSnapshot | undefined {
    return this.versions.at(-1);
  }

  /** Durable versions that are kept no longer and not merged yet. */
  get backlog(): number {
    return Math.max(0, this.versions.length - this.#storage.keep);
  }

  /** The second oldest version, a delta, has been merged into the oldest. */
  replaceOldest(): void {
    const [oldest, next] = this.versions as [SimulatedSnapshot, SimulatedSnapshot];
    oldest.state = "merged";
    this.versions.shift();
    next.whole = true;
    for (const part of next.parts) {
      part.bytes = this.wholeBytes;
      part.total = this.#memory.bytes;
    }
  }

  /** The newest restore point that can be read now; only durable snapshots are restore points. */
  newestReadable(): { readonly point: SimulatedSnapshot; readonly degraded: boolean } | undefined {
    for (const point of this.versions.toReversed()) {
      const found = point.parts.map((part) => this.readability(part, "now"));
      if (!found.includes("unreadable")) return { point, degraded: found.includes("degraded") };
    }
    return undefined;
  }

  /** Takes out the versions that can never be read again, with all that build on them. */
  dropLost(): SimulatedSnapshot[] {
    const lost = this.versions.filter((one) =>
      one.parts.some((part) => this.readability(part, "ever") === "unreadable"),
    );
    const base = lost.length > 0 ? Math.min(...lost.map((one) => this.versions.indexOf(one))) : this.versions.length;
    const gone = this.versions.filter((one, i) => lost.includes(one) || (i > base && !one.whole));
    this.versions = this.versions.filter((one) => !gone.includes(one));
    for (const one of gone) one.state = "lost";
    return gone;
  }

  readability(part: VmPart, when: "now" | "ever"): Readability {
    const { copies, source, vm } = part;
    if ((when === "ever" ? vm.stagedOn : vm.staged) !== undefined) return "intact";
    const missing = when === "ever" ? copies.lost : copies.readers(source, undefined).missing;
    let result: Readability = "intact";
    for (const [i, share] of missing.entries()) {
      if (share === 0) continue;
      const { onLoss } = this.#storage.types[this.type(i)];
      if (onLoss === "fail") return "unreadable";
      if (onLoss !== "re-read") result = "degraded";
    }
    return result;
  }

  type(pageClass: number): PageType {
    return this.#memory.classes[pageClass]!.source.type;
  }

  /** Bytes that lie on disks as copies; a snapshot counts from the moment it is captured. */
  get storedBytes(): number {
    let total = 0;
    for (const version of this.versions) {
      for (const { bytes, copies } of version.parts) {
        for (let i = 0; i < bytes.length; i++) {
          total += bytes[i]! * (version.whole ? copies.held[i]! : this.#memory.classes[i]!.copies);
        }
      }
    }
    for (const { parts } of this.#captured) {
      for (const { bytes } of parts) {
        for (let i = 0; i < bytes.length; i++) total += bytes[i]! * this.#memory.classes[i]!.copies;
      }
    }
    return total;
  }

  /** Bytes that lie on the disks of the capturing hosts, beside the copies. */
  get stagedBytes(): number {
    let total = 0;
    for (const { parts } of [...this.versions, ...this.#captured]) {
      for (const part of parts) if (part.vm.stagedOn !== undefined) total += part.total;
    }
    return total;
  }

  get #captured(): SimulatedSnapshot[] {
    return this.inFlight.filter(({ state }) => state === "captured");
  }
}

/** A host has lost its disk, with what was staged on it or had arrived there. */
export const forget = (parts: readonly VmPart[], host: Host): void => {
  for (const { vm, delivered } of parts) {
    if (vm.stagedOn === host) vm.stagedOn = undefined;
    delivered?.delete(host);
  }
};
