import { type CopiedTable, pageSize } from "../guest/memory.ts";
import { countsOwnCopy } from "../placement/copy-placement.ts";
import type { DiskSpec, DiskStorage, StoragePlan, StoreSpec, VmDiskSpec } from "../scenario.ts";
import { asCopies } from "./redundancy.ts";

/**
 * Bytes of a redirect-on-write layer: the distinct blocks that were written in `work` seconds of guest work since the cut
 * before, `bytes (1 - exp(-writeRate work / bytes))`. With n = bytes / block blocks and writeRate / block writes per
 * second this is the n (1 - exp(-λ t / n)) of model.md, section 3, times the block: the size of the block cancels.
 */
export const layerBytes = ({ bytes, writeRate }: VmDiskSpec, work: number): number =>
  -bytes * Math.expm1((-writeRate * work) / bytes);

/** Bytes of a layer's bitmap, which says which blocks it holds: one bit for each (iROW, CLUSTER 2012). */
export const bitmapBytes = ({ bytes }: VmDiskSpec, { block }: DiskStorage): number => Math.ceil(bytes / block) / 8;

/** What holds the layers: a disk, or the shared store, whose one bandwidth serves reads and writes. */
interface Medium {
  readonly read: number;
  readonly write: number;
  readonly latency: number;
}

const mediumOf = ({ on }: VmDiskSpec, disk: DiskSpec, store: StoreSpec): Medium =>
  on === "local" ? disk : { read: store.bandwidth, write: store.bandwidth, latency: store.latency };

/** What the layers of a disk cost in time, in seconds for each of them. Their bitmaps are too small to be flows. */
export interface LayerCosts {
  /** Making an empty one, while the guest is paused: its bitmap is written in one access. */
  readonly create: number;
  /** Opening one at a restore: its bitmap is read in one access. Layers are opened one after the other. */
  readonly open: number;
}

export const layerCosts = (disk: VmDiskSpec, storage: DiskStorage, host: DiskSpec, store: StoreSpec): LayerCosts => {
  const { read, write, latency } = mediumOf(disk, host, store);
  const bitmap = bitmapBytes(disk, storage);
  return { create: latency + bitmap / write, open: latency + bitmap / read };
};

/** A local disk as copies see it: one class, never dropped. */
export const diskTable = (
  { bytes, writeRate }: VmDiskSpec,
  { disk, placement }: Pick<StoragePlan, "disk" | "placement">,
): CopiedTable => ({
  dirtyModel: "uniform",
  classes: [
    {
      pages: bytes / pageSize,
      writesPerPage: writeRate / bytes,
      density: 1,
      ...asCopies(disk.copies, countsOwnCopy(placement)),
    },
  ],
});
