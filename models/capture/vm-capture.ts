import type { Simulation } from "../../sim/index.ts";
import type { DataCentre } from "../data-centre.ts";
import { pageSize } from "../memory.ts";
import type { SnapshotPlan } from "../scenario.ts";
import type { VmPart } from "../simulated-snapshot.ts";
import type { SimulatedVm } from "../simulated-vm.ts";
import type { Transfers } from "../transfer.ts";

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
}

/** Copies the pages of a part to the disk of the capturing host. A capture is broken off only together with its VM. */
export const save = ({ centre, transfers, plan }: CaptureSite, part: VmPart, onDone: () => void): void => {
  const { costs } = plan;
  const unprotect = plan.capture === "post-copy" && plan.record !== "lazy-incremental" ? costs.unprotectPerPage : 0;
  part.transfer = transfers.start({
    errand: "capture",
    vm: part.vm,
    snapshot: part.snapshot,
    bytes: part.total,
    route: centre.toDisk(part.source),
    cap: pageSize / (pageSize / costs.copyRate + unprotect),
    onDone: () => {
      part.transfer = undefined;
      onDone();
    },
    onBroken: () => {
      part.transfer = undefined;
    },
  });
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
