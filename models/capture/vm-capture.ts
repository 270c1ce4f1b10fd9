import type { Simulation } from "../../sim/index.ts";
import type { Ledger } from "../books/ledger.ts";
import type { Pace } from "../cut/pace.ts";
import type { DataCentre } from "../data-centre/data-centre.ts";
import type { Transfers } from "../data-centre/transfer.ts";
import type { MemoryTable } from "../guest/memory.ts";
import type { SnapshotPlan } from "../scenario.ts";
import type { VmPart } from "../simulation/simulated-snapshot.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";

/**
 * How one VM is captured (model.md, section 4), in the three stretches that a cut protocol puts together. Each calls back
 * once, unless the VM is lost or the capture is cancelled.
 */
export interface VmCapture {
  readonly vm: SimulatedVm;
  /** Before the cut, the guest runs; `ready` when it may be paused. */
  prepare(ready: () => void): void;
  /** The guest has been paused, and `part` is to be saved; `release` when it may run on. */
  hold(part: VmPart, release: () => void): void;
  /** The guest runs on; `saved` when all pages of the cut lie on the disk of its host. */
  finish(part: VmPart, saved: () => void): void;
  /** What a pre-copy has sent by its end, and how long it took to. */
  readonly sent?: { readonly bytes: number; readonly seconds: number };
  /** The VM has failed: nothing more can be copied out of its memory. */
  lose(): void;
  /** The snapshot is given up. */
  cancel(): void;
}

/** What a capture works with. */
export interface CaptureSite {
  readonly sim: Simulation;
  readonly centre: DataCentre;
  readonly transfers: Transfers;
  readonly plan: SnapshotPlan;
  readonly memory: MemoryTable;
  readonly ledger: Ledger;
  /** Its number within the cluster. */
  readonly snapshot: number;
  /** All pages are saved, not only those that changed since the cut before. */
  readonly whole: boolean;
  /** Keeps the copiers of a paced cut together. */
  readonly pace?: Pace;
}
