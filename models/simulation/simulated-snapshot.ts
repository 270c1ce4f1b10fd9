import type { Host } from "../data-centre/data-centre.ts";
import type { Transfer } from "../data-centre/transfer.ts";
import type { Copies } from "../store/copies.ts";
import type { Snapshot, SnapshotState } from "../testbed.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedVm } from "./simulated-vm.ts";

/** What a snapshot brings to other hosts for one VM: pages of its memory, or blocks of its disk. */
export interface StoredPart {
  readonly of: "memory" | "disk" | "shared";
  readonly vm: SimulatedVm;
  /** Number of the snapshot. */
  readonly snapshot: number;
  /** All pages or blocks are sent, not only those that have changed. */
  readonly whole: boolean;
  /** Bytes of each class, and of all. */
  bytes: Float64Array;
  total: number;
  readonly copies: Copies;
  /** The capturing host, whose disk the copies are made from. */
  readonly source: Host;
  /** Parts of each class that each host has received, when a failure broke the copying off. */
  delivered: Map<Host, Float64Array> | undefined;
  transfer: Transfer | undefined;
  replicated: boolean;
  /** Its pages were lost before they were copied. */
  broken: boolean;
}

/** The memory of one VM in a snapshot, and the layer of its disk that was frozen by the same cut. */
export interface VmPart extends StoredPart {
  /** Bytes of the pages that are copied out of the guest. */
  readonly captured: number;
  readonly layer: DiskLayer | undefined;
}

/** A layer of a VM's disk. */
export interface DiskLayer {
  /** Number of the cut that froze it. */
  readonly version: number;
  /** Bytes of the blocks that differ from the layers below it; of all blocks, when there is none. */
  bytes: number;
  whole: boolean;
  /** Its way to other hosts; a layer on the store needs none. */
  readonly stored: StoredPart | undefined;
}

/** A snapshot of a simulated cluster, from its cut to its end. Times are on the simulation's clock. */
export class SimulatedSnapshot implements Snapshot {
  readonly cluster: SimulatedCluster;
  readonly number: number;
  readonly cutAt: number;
  /** Progress of the cluster at the cut. */
  readonly progress: number;
  #state: Exclude<SnapshotState, "planned"> = "cut";
  /** Holds all pages of its cut, or only those that changed since the snapshot before it. */
  whole: boolean;
  readonly parts: readonly VmPart[];
  /** All that has to be copied before the snapshot is durable: the memories, then the layers of local disks. */
  readonly stored: readonly StoredPart[];
  /** By VM, what it has in common with others and what all of them refer to; empty when nothing is. */
  shared: readonly StoredPart[];
  pause: number | undefined;
  captureDuration: number | undefined;
  durabilityLatency: number | undefined;

  constructor(options: {
    readonly cluster: SimulatedCluster;
    readonly number: number;
    readonly cutAt: number;
    readonly progress: number;
    readonly whole: boolean;
    readonly parts: readonly VmPart[];
    readonly shared: readonly StoredPart[];
  }) {
    this.cluster = options.cluster;
    this.number = options.number;
    this.cutAt = options.cutAt;
    this.progress = options.progress;
    this.whole = options.whole;
    this.parts = options.parts;
    this.shared = options.shared;
    this.stored = options.parts;
    const layers = options.parts.flatMap(({ layer }) => layer?.stored ?? []);
    if (layers.length + options.shared.length > 0) {
      const fresh = options.shared.filter(({ snapshot }) => snapshot === options.number);
      this.stored = [...options.parts, ...layers, ...new Set(fresh)];
    }
    this.#tell();
  }

  /** Can be restored without the snapshots before it: the disk's layers always build on each other. */
  get standsAlone(): boolean {
    return this.whole && this.parts.every(({ layer }) => layer === undefined || layer.whole);
  }

  get state(): Exclude<SnapshotState, "planned"> {
    return this.#state;
  }

  set state(next: Exclude<SnapshotState, "planned">) {
    this.#state = next;
    this.#tell();
  }

  #tell(): void {
    const { cluster, number: snapshot, state, whole, cutAt, parts, captureDuration } = this;
    cluster.tell?.({
      kind: "snapshot",
      cluster: cluster.name,
      snapshot,
      state,
      age: cluster.now - cutAt,
      whole,
      bytes: parts.reduce((sum, { total }) => sum + total, 0),
      ...(state === "captured" && captureDuration !== undefined ? { captureDuration } : {}),
    });
  }

  get bytes(): number {
    return this.parts.reduce((sum, part) => sum + part.total, 0);
  }
}
