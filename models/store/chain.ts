import type { Host } from "../data-centre/data-centre.ts";
import type { MemoryTable } from "../guest/memory.ts";
import { storedBytes } from "../guest/memory.ts";
import { countsOwnCopy } from "../placement/copy-placement.ts";
import type { StoragePlan } from "../scenario.ts";
import type { SimulatedSnapshot, StoredPart, VmPart } from "../simulation/simulated-snapshot.ts";
import type { Snapshot } from "../testbed.ts";
import { weigh } from "./host-shares.ts";
import { overheadOf } from "./redundancy.ts";
import { kept } from "./retention-rule.ts";
import { type VmOutcome, vmOutcome } from "./vm-outcome.ts";

/** What a restore of one VM would find. */
export type Readability = VmOutcome["outcome"] | "unreadable";

/** The durable snapshots of one cluster, oldest first: a whole one and what was recorded on top of it. */
export class Chain {
  readonly #memory: MemoryTable;
  readonly #storage: StoragePlan;
  versions: SimulatedSnapshot[] = [];
  /** Cut, but not durable, in the order of their cuts. */
  inFlight: SimulatedSnapshot[] = [];
  /** Bytes of each class of a whole version. */
  readonly wholeBytes: Float64Array;
  /** Bytes that are to be kept for each byte of each class. */
  readonly #overhead: Float64Array;
  /** The sum of {@link wholeBytes}. */
  readonly wholeTotal: number;
  /** What is stored is not what was captured: duplicates are left out, or pages compressed. */
  readonly #isReduced: boolean;
  /** 1 for classes whose capturing host's pages are beside the copies, 0 where they are one of them. */
  readonly #beside: Float64Array;
  readonly #keepsOwn: boolean;
  readonly #diskKeepsOwn: boolean;
  /** So many of the oldest versions are let go before their time, because a disk is full. */
  early = 0;
  /** Guests run on it whose pages are not all there: it stays, and what was cut since builds on it. */
  pinned: Snapshot | undefined;
  /** A merge or a deletion of old versions is under way. */
  merging = false;

  constructor(memory: MemoryTable, storage: StoragePlan) {
    this.#memory = memory;
    this.#storage = storage;
    this.#overhead = Float64Array.from(memory.classes, overheadOf);
    this.#beside = Float64Array.from(memory.classes, ({ own }) => (own ? 0 : 1));
    this.#keepsOwn = memory.classes.some(({ own }) => own);
    this.#diskKeepsOwn = countsOwnCopy(storage.placement);
    this.wholeBytes = Float64Array.from(memory.classes, storedBytes);
    this.wholeTotal = this.wholeBytes.reduce((sum, one) => sum + one, 0);
    this.#isReduced = memory.shared.length > 0 || memory.classes.some(({ density }) => density !== 1);
  }

  get newest(): SimulatedSnapshot | undefined {
    return this.versions.at(-1);
  }

  /** Durable versions that are kept no longer, oldest first. */
  get expired(): readonly SimulatedSnapshot[] {
    const expired = this.#old;
    return this.pinned === undefined ? expired : expired.filter((one) => one !== this.pinned);
  }

  get #old(): readonly SimulatedSnapshot[] {
    const { keep, retention } = this.#storage;
    const early = Math.min(this.early, this.versions.length - 1);
    if (retention === "none") {
      const gone = Math.max(early, this.versions.length - keep);
      return gone <= 0 ? none : this.versions.slice(0, gone);
    }
    const stay = kept(
      this.versions.map(({ cutAt }) => cutAt),
      retention,
    );
    return this.versions.filter((_, i) => !stay[i] || i < early);
  }

  /** Versions that wait to be merged or deleted. */
  get backlog(): number {
    return this.#storage.expired === "keep-chain" ? 0 : this.expired.length;
  }

  /** What is recorded upon this version. */
  after(version: SimulatedSnapshot): SimulatedSnapshot | undefined {
    return this.versions[this.versions.indexOf(version) + 1];
  }

  /** A version is not kept any longer: what the next one builds on has been merged into it. */
  letGo(version: SimulatedSnapshot): void {
    const next = this.after(version)!;
    version.state = next.standsAlone ? "deleted" : "merged";
    this.versions.splice(this.versions.indexOf(version), 1);
    this.early = Math.max(0, this.early - 1);
    releaseLayers(version);
    if (next.whole) return;
    for (const [i, part] of next.parts.entries()) {
      part.bytes = version.whole ? this.wholeBytes : this.union(version.parts[i]!.bytes, part.bytes);
      part.total = version.whole ? this.wholeTotal : part.bytes.reduce((sum, one) => sum + one, 0);
    }
    next.whole = version.whole;
    if (version.whole) next.shared = version.shared;
  }

  /**
   * Bytes of the pages that are in one of two records or in both. Writes at random hit them independently of each other;
   * under the linear model no page is written twice until all have been.
   */
  union(one: Float64Array, other: Float64Array): Float64Array {
    return one.map((bytes, c) => {
      const all = this.wholeBytes[c]!;
      if (all === 0) return 0;
      const both = bytes + other[c]!;
      return this.#memory.dirtyModel === "linear" ? Math.min(all, both) : both - (bytes * other[c]!) / all;
    });
  }

  /** Bytes of each class that a restore of one VM reads: of each page the newest version, or all from the whole one on. */
  readBytes({ number }: Snapshot, vm: number): Float64Array {
    if (this.#storage.restoreReads === "newest") return this.wholeBytes;
    const read = this.wholeBytes.slice();
    const point = this.versions.findIndex((one) => one.number === number);
    for (let i = point; i >= 0 && !this.versions[i]!.whole; i--) {
      for (const [c, bytes] of this.versions[i]!.parts[vm]!.bytes.entries()) read[c]! += bytes;
    }
    return read;
  }

  /** The newest restore point that can be read now; only durable snapshots are restore points. */
  newestReadable(): { readonly point: SimulatedSnapshot; readonly degraded: boolean } | undefined {
    for (const point of this.versions.toReversed()) {
      const found = point.parts.map((part) => this.readability(point, part, "now"));
      if (!found.includes("unreadable")) return { point, degraded: found.includes("degraded") };
    }
    return undefined;
  }

  /** Takes out the versions that can never be read again, with all that build on them. */
  dropLost(): SimulatedSnapshot[] {
    const lost = this.versions.filter((one) =>
      one.parts.some((part) => this.readability(one, part, "ever") === "unreadable"),
    );
    const base = lost.length > 0 ? Math.min(...lost.map((one) => this.versions.indexOf(one))) : this.versions.length;
    const gone = this.versions.filter((one, i) => lost.includes(one) || (i > base && !one.whole));
    this.versions = this.versions.filter((one) => !gone.includes(one));
    for (const one of gone) {
      one.state = "lost";
      releaseLayers(one);
    }
    return gone;
  }

  readability({ shared }: SimulatedSnapshot, part: VmPart, when: When): Readability {
    if (!isDiskReadable(part, when)) return "unreadable";
    if (isStaged(part, when)) return vmOutcome(this.#memory, this.#storage)?.outcome ?? "unreadable";
    const common = shared[part.vm.index];
    const missing = { own: missingOf(part, when), shared: common && missingOf(common, when) };
    return vmOutcome(this.#memory, this.#storage, missing)?.outcome ?? "unreadable";
  }

  /** No version is left, and what is in flight builds on those that are gone. */
  get stranded(): boolean {
    const first = this.inFlight[0];
    if (this.versions.length > 0 || first === undefined) return false;
    return !first.whole || first.parts.some((part) => !isDiskReadable(part, "ever"));
  }

  /** Bytes of memory that lie on disks as copies; a snapshot counts from the moment it is captured. */
  get memoryBytes(): number {
    let total = 0;
    for (const { whole, parts } of this.versions) {
      for (const { bytes, copies } of parts) total += weigh(whole ? copies.held : this.#overhead, bytes);
    }
    for (const { state, parts } of this.inFlight) {
      if (state === "captured") for (const { bytes } of parts) total += weigh(this.#overhead, bytes);
    }
    for (const { copies, bytes } of this.sharedParts) total += weigh(copies.held, bytes);
    return total;
  }

  /** What VMs have in common, once for all versions that refer to it. */
  get sharedParts(): ReadonlySet<StoredPart> {
    if (this.#memory.shared.length === 0) return noParts;
    return new Set(this.#lying.flatMap(({ shared }) => [...new Set(shared)]));
  }

  /** Bytes that lie where a version of a VM was captured: its pages as they are. */
  #capturedBytes({ bytes, total }: StoredPart, whole: boolean): number {
    if (!this.#isReduced) return total;
    const own = bytes.reduce((sum, one, c) => sum + (one === 0 ? 0 : one / this.#memory.classes[c]!.density), 0);
    return own + (whole ? this.#memory.sharedBytes : 0);
  }

  /** Bytes that a restore reads where the VM was captured. */
  stagedReadBytes({ number }: Snapshot, vm: number): number {
    const all = this.#memory.bytes + this.#memory.sharedBytes;
    if (this.#storage.restoreReads === "newest") return all;
    let read = all;
    const point = this.versions.findIndex((one) => one.number === number);
    for (let i = point; i >= 0 && !this.versions[i]!.whole; i--)
      read += this.#capturedBytes(this.versions[i]!.parts[vm]!, false);
    return read;
  }

  /**
   * Bytes of the VMs' disks that are there because of snapshots: copies of local disks with their layers, and layers on
   * the store, but not the disks on it, which are there without snapshots, too.
   */
  get diskBytes(): number {
    let total = 0;
    for (const { parts } of this.#lying) {
      for (const { layer } of parts) {
        if (layer?.stored !== undefined) {
          total += layer.bytes * (layer.whole ? layer.stored.copies.held[0]! : this.#storage.disk.copies);
        } else if (layer?.whole === false) total += layer.bytes;
      }
    }
    return total;
  }

  /**
   * Bytes that lie on the disks of the capturing hosts, beside the copies and the disks of the VMs as they are now. Where
   * the capturing host's own copy counts, it is no longer beside them.
   */
  get stagedBytes(): number {
    let total = 0;
    for (const { whole, parts } of this.#lying) {
      for (const part of parts) {
        const { vm, layer } = part;
        if (vm.stagedOn === undefined) continue;
        total += this.stagedPart(part, whole);
        if (layer?.stored !== undefined && !layer.whole && !this.#diskKeepsOwn) total += layer.bytes;
      }
    }
    return total;
  }

  /** Bytes of one VM's pages of a version that lie where they were captured, beside the copies. */
  stagedPart(part: VmPart, whole: boolean): number {
    return this.#keepsOwn ? weigh(this.#beside, part.bytes) : this.#capturedBytes(part, whole);
  }

  /** Part of the cluster's stored memory that has fewer complete copies than it is to have. */
  get underReplicated(): number {
    const parts = this.newest?.parts ?? [];
    if (parts.length === 0 || this.wholeTotal === 0) return 0;
    const bytes = parts.reduce((sum, { copies }) => sum + weigh(copies.underReplicated, this.wholeBytes), 0);
    return bytes / (parts.length * this.wholeTotal);
  }

  /** Versions, and what is captured and will be one. */
  get #lying(): readonly SimulatedSnapshot[] {
    const captured = this.inFlight.filter(({ state }) => state === "captured");
    return captured.length === 0 ? this.versions : [...this.versions, ...captured];
  }
}

const none: readonly SimulatedSnapshot[] = [];
const noParts: ReadonlySet<StoredPart> = new Set();

type When = "now" | "ever";

const isStaged = ({ vm }: StoredPart, when: When): boolean => (when === "ever" ? vm.stagedOn : vm.staged) !== undefined;

/** Memory without the disk of the same cut is of no use. */
const isDiskReadable = (part: VmPart, when: When): boolean =>
  isStaged(part, when) ||
  part.layer?.stored === undefined ||
  !missingOf(part.layer.stored, when).some((share) => share > 0);

/** Parts of each class that no host holds that can be read now, or ever again. */
const missingOf = ({ copies, source }: StoredPart, when: When): Float64Array =>
  when === "ever" ? copies.lost : copies.readers(source, undefined).missing;

/** A snapshot is no more, but what its layers hold is part of the disks. */
export const releaseLayers = ({ parts }: SimulatedSnapshot): void => {
  for (const { vm, layer } of parts) if (layer !== undefined) vm.disk!.release(layer.version);
};

/** A host has lost its disk, with what was staged on it or had arrived there. */
export const forget = (parts: readonly StoredPart[], host: Host): void => {
  for (const { vm, delivered } of parts) {
    if (vm.stagedOn === host) vm.stagedOn = undefined;
    delivered?.delete(host);
  }
};
