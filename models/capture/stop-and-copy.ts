import type { VmPart } from "../simulation/simulated-snapshot.ts";
import { Capture } from "./capture.ts";

/** Pauses the guest, writes all pages of the set, and lets it run on. */
export class StopAndCopy extends Capture {
  hold(part: VmPart, release: () => void): void {
    this.wait(this.site.plan.costs.fixed, () => this.save(part, release));
  }

  finish(_part: VmPart, saved: () => void): void {
    saved();
  }
}
