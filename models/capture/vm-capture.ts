import type { Simulation } from "../../sim/index.ts";
import type { Pace } from "../cut/pace.ts";
import type { DataCentre } from "../data-centre.ts";
import type { Ledger } from "../ledger.ts";
import type { MemoryTable } from "../memory.ts";
import type { SnapshotPlan } from "../scenario.ts";
import type { VmPart } from "../simulated-snapshot.ts";
import type { SimulatedVm } from "../simulated-vm.ts";
import type { Transfer, Transfers } from "../transfer.ts";
import { copierRate } from "./copier.ts";

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

/**
 * Copies pages of a VM to the disk of its host, at no more than `most` bytes per second; `onBroken` when that is gone, at once if it is gone already. A VM that is lost
 * breaks off its capture itself.
 */
export const copyOut = (
  { centre, transfers, plan, snapshot }: CaptureSite,
  vm: SimulatedVm,
  bytes: number,
  onDone: () => void,
  onBroken: () => void,
  most = Number.POSITIVE_INFINITY,
): Transfer | undefined => {
  if (!vm.host!.up) {
    onBroken();
    return undefined;
  }
  return transfers.start({
    errand: "capture",
    vm,
    snapshot,
    bytes,
    route: centre.toDisk(vm.host!),
    cap: Math.min(copierRate(plan), most),
    onDone,
    onBroken,
  });
};

/** Copies the pages of a part to the disk of the capturing host. Without that the capture is over, and the part broken. */
export const save = (site: CaptureSite, part: VmPart, onDone: () => void): void => {
  const saved = (): void => {
    part.transfer = undefined;
    onDone();
  };
  const broken = (): void => {
    part.broken = true;
    saved();
  };
  part.transfer = copyOut(site, part.vm, part.total, saved, broken);
};

/** Calls back after `seconds`, at once if there are none; the function returned takes the call back. */
export const after = (sim: Simulation, seconds: number, call: () => void): (() => void) => {
  if (seconds <= 0) {
    call();
    return () => {};
  }
  const timer = sim.timer(call);
  timer.arm(seconds);
  return () => timer.cancel();
};
