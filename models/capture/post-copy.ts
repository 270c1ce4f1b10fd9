import { pageSize } from "../guest/memory.ts";
import type { VmPart } from "../simulation/simulated-snapshot.ts";
import { Capture } from "./capture.ts";

/** Pauses the guest for its device state and the protection of its pages only; a copier saves them behind its back. */
export class PostCopy extends Capture {
  #lost = false;

  hold(part: VmPart, release: () => void): void {
    const { device, armPerPage } = this.site.plan.costs;
    this.wait(device + (armPerPage * part.captured) / pageSize, release);
  }

  finish(part: VmPart, saved: () => void): void {
    if (this.#lost) return;
    this.save(part, (swept) => {
      this.vm.endSweep(this.site.sim.now, swept);
      saved();
    });
    // Without a disk the sweep has ended already.
    if (this.transfer === undefined) return;
    this.vm.sweepWith(this.transfer);
    this.transfer.follow(() => this.vm.changePace(this.site.sim.now));
  }

  /** The others wait no longer for a VM that is lost while it is held: its host would have answered by then. */
  override lose(): void {
    this.#lost = true;
    this.stopCopying();
  }

  override cancel(): void {
    super.cancel();
    this.#lost = true;
  }
}
