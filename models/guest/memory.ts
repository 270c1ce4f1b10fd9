import type { ClusterSpec, PageClass, StoragePlan } from "../scenario.ts";
import { isDropped, type Redundancy, redundancyOf } from "../store/redundancy.ts";
import { reductionOf } from "./content.ts";
import type { DirtyModel } from "./dirty-curve.ts";

export const pageSize = 4096;

/** Expected number of distinct pages written in `seconds`, when `writes` per second fall uniformly on `pages` pages. */
export const distinctWrites = (pages: number, writes: number, seconds: number): number =>
  pages === 0 ? 0 : -pages * Math.expm1((-writes * seconds) / pages);

/** What the store knows of pages that share their redundancy. */
export interface CopiedClass extends Redundancy {
  readonly pages: number;
  /** Writes per second of guest work and per page. */
  readonly writesPerPage: number;
  /** Bytes that are stored for each byte of its pages, before copies: what duplicates and compression leave. */
  readonly density: number;
}

/** What copies are made of: the memory of a VM, or its disk. */
export interface CopiedTable {
  readonly dirtyModel: DirtyModel;
  readonly classes: readonly CopiedClass[];
}

/** What the capture and the store see of one page class; zero pages may be dropped from it. */
export interface StoredClass extends CopiedClass {
  readonly source: PageClass;
}

/** The memory of one VM under a storage plan: the classes that are captured, and what is left out. */
export interface MemoryTable extends CopiedTable {
  readonly classes: readonly StoredClass[];
  readonly dropped: readonly PageClass[];
  /** Pages that VMs have in common: they are not written, captured with all others, and stored once for all. */
  readonly shared: readonly StoredClass[];
  /** Bytes of the pages of a full snapshot, before duplicates and compression; those in common are not among them. */
  readonly bytes: number;
  /** The same of the pages in common. */
  readonly sharedBytes: number;
  /** Bytes that a restore reads from the VM's disk, because their class is dropped and asks for it. */
  readonly reReadBytes: number;
}

/** @throws RangeError if the classes do not add up to the memory of the VM. */
export const memoryTable = (cluster: ClusterSpec, storage: StoragePlan): MemoryTable => {
  const total = cluster.workload.classes.reduce((sum, one) => sum + one.pages, 0);
  if (Math.abs(total * pageSize - cluster.vm.memory) > pageSize * cluster.workload.classes.length) {
    throw new RangeError(
      `workload ${cluster.workload.name}: its classes hold ${total * pageSize} bytes, the VM has ${cluster.vm.memory}: page classes must add up to the memory`,
    );
  }
  const stored: StoredClass[] = [];
  const shared: StoredClass[] = [];
  const dropped: PageClass[] = [];
  for (const source of cluster.workload.classes) {
    const kept = storage.types[source.type];
    if (isDropped(kept)) dropped.push(source);
    else {
      const found = reductionOf(source, storage, false);
      const redundancy = redundancyOf(kept, storage.placement);
      const inCommon = source.pages * found.shared;
      const pages = source.pages * (1 - found.zero) - inCommon;
      // A page that is written differs from those of other VMs: the others take all writes.
      const writesPerPage = source.pages === 0 ? 0 : source.writesPerSecond / (source.pages - inCommon);
      const unlike = pages === 0 ? 1 : 1 - (found.self * source.pages) / pages;
      stored.push({ source, pages, writesPerPage, density: unlike * found.compression, ...redundancy });
      if (inCommon > 0)
        shared.push({ source, pages: inCommon, writesPerPage: 0, density: found.compression, ...redundancy });
    }
  }
  return {
    dirtyModel: cluster.workload.dirtyModel,
    classes: stored,
    dropped,
    shared,
    bytes: bytesOf(stored),
    sharedBytes: bytesOf(shared),
    reReadBytes: dropped
      .filter((one) => storage.types[one.type].onLoss === "re-read")
      .reduce((sum, one) => sum + one.pages * pageSize, 0),
  };
};

const bytesOf = (classes: readonly StoredClass[]): number =>
  classes.reduce((sum, one) => sum + one.pages * pageSize, 0);

/** Bytes that a whole version stores of each class, before copies. */
export const storedBytes = ({ pages, density }: CopiedClass): number => pages * pageSize * density;
