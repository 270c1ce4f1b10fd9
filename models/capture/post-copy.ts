import { pageSize } from "../memory.ts";
import type { VmPart } from "../simulated-snapshot.ts";
import type { SimulatedVm } from "../simulated-vm.ts";
import { after, type CaptureSite, save, type VmCapture } from "./vm-capture.ts";

/** Pauses the guest for its device state and the protection of its pages only; a copier saves them behind its back. */
export class PostCopy implements VmCapture {
  readonly vm: SimulatedVm;
  readonly #site: CaptureSite;
  #part: VmPart | undefined;
  #lost = false;
  #stop = (): void => {};

  constructor(vm: SimulatedVm, site: CaptureSite) {
    this.vm = vm;
    this.#site = site;
  }

  prepare(ready: () => void): void {
    this.#stop = after(this.#site.sim, this.#site.plan.costs.prepare, ready);
  }

  hold(part: VmPart, release: () => void): void {
    const { device, armPerPage } = this.#site.plan.costs;
    // The others wait no longer for a VM that is lost meanwhile: its host would have answered by then.
    this.#stop = after(this.#site.sim, device + (armPerPage * part.total) / pageSize, release);
  }

  finish(part: VmPart, saved: () => void): void {
    if (this.#lost) return;
    this.#part = part;
    save(this.#site, part, () => {
      this.vm.endSweep(this.#site.sim.now);
      saved();
    });
    // Nothing to save is saved at once.
    if (part.transfer === undefined) return;
    this.vm.sweepWith(part.transfer);
    // A copier that serves the faults goes on evenly from one question to the next.
    if (this.#site.plan.faultPath === "shared") part.transfer.follow(() => this.vm.work(this.#site.sim.now));
  }

  lose(): void {
    this.#lost = true;
    if (this.#part?.transfer !== undefined) this.#site.transfers.cancel(this.#part.transfer);
  }

  cancel(): void {
    this.#stop();
    this.lose();
  }
}
