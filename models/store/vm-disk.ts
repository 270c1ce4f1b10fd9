import type { Host } from "../data-centre/data-centre.ts";
import type { GuestWrites } from "../guest/guest-writes.ts";
import type { VmDiskSpec } from "../scenario.ts";
import type { DiskLayer, StoredPart } from "../simulation/simulated-snapshot.ts";
import { layerBytes } from "./disk-layer.ts";

/** The disk of one VM: frozen layers upon each other, a whole one below, and what its guest writes to now. */
export class VmDisk {
  readonly spec: VmDiskSpec;
  readonly #writes: GuestWrites;
  #layers: DiskLayer[] = [];
  /** The uppermost layer belongs to no snapshot any more. */
  #orphaned = false;
  #startsOver = false;
  #writing: { readonly host: Host; readonly speed: number } | undefined;

  constructor(spec: VmDiskSpec, writes: GuestWrites) {
    this.spec = spec;
    this.#writes = writes;
  }

  /** Layers of snapshots, oldest first. */
  get layers(): readonly DiskLayer[] {
    return this.#orphaned ? this.#layers.slice(0, -1) : this.#layers;
  }

  /** Nothing is frozen that a new layer could build on: it will hold all blocks. */
  get fresh(): boolean {
    return this.#startsOver || this.#layers.length === 0 || (this.#orphaned && this.#layers.at(-1)!.whole);
  }

  /** The guest runs, at this part of its full speed. */
  begin(host: Host, speed: number): void {
    this.#writing = { host, speed };
    this.#writes.begin(host, speed);
  }

  /** The guest stops. */
  end(): void {
    if (this.#writing !== undefined) this.#writes.end(this.#writing.host, this.#writing.speed);
    this.#writing = undefined;
  }

  /** Bytes that the next cut freezes, after `work` seconds of guest work since the last one. */
  unfrozen(work: number): number {
    const { spec } = this;
    if (this.fresh) return spec.bytes;
    const written = layerBytes(spec, work);
    return this.#orphaned ? union(spec, written, this.#layers.at(-1)!.bytes) : written;
  }

  /** A cut freezes what was written since the one before, and a new layer is begun. */
  freeze(version: number, bytes: number, stored: StoredPart | undefined): DiskLayer {
    const whole = this.fresh;
    if (whole) this.#layers = [];
    else if (this.#orphaned) this.#layers.pop();
    const layer: DiskLayer = { version, bytes, whole, stored };
    this.#layers.push(layer);
    this.#orphaned = false;
    this.#startsOver = false;
    return layer;
  }

  /** The snapshot of this version is gone or merged: its blocks are part of the layer above from now on. */
  release(version: number): void {
    const at = this.#find(version);
    const above = this.#layers[at + 1];
    if (above === undefined) this.#orphaned = true;
    else {
      const [released] = this.#layers.splice(at, 1) as [DiskLayer];
      above.whole ||= released.whole;
      above.bytes = union(this.spec, above.bytes, released.bytes);
    }
  }

  /**
   * All that was written since a cut is discarded: the guest goes on upon its layer.
   * @throws Error if there is no such layer: memory and disk of a snapshot are always the same cut
   */
  revertTo(version: number): void {
    this.#layers.length = this.#find(version) + 1;
    this.#orphaned = false;
    this.#startsOver = false;
  }

  /** The guest starts from its image. */
  clear(): void {
    this.#layers = [];
    this.#orphaned = false;
    this.#startsOver = false;
  }

  /** The copies are gone that a new layer would build on. */
  startOver(): void {
    this.#startsOver = true;
  }

  #find(version: number): number {
    const at = this.#layers.findIndex((layer) => layer.version === version);
    if (at >= 0) return at;
    const known = this.#layers.map((layer) => layer.version).join(", ") || "none";
    throw new Error(`snapshot ${version} has no layer of the disk, which has ${known}: both must be of the same cut`);
  }
}

/** Bytes of the blocks that are in one of two layers or in both: they were written independently of each other. */
const union = ({ bytes }: VmDiskSpec, one: number, other: number): number => one + other - (one * other) / bytes;
