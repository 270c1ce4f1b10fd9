import type { VmPart } from "../simulated-snapshot.ts";
import type { SimulatedVm } from "../simulated-vm.ts";
import { after, type CaptureSite, save, type VmCapture } from "./vm-capture.ts";

/** Pauses the guest, writes all pages of the set, and lets it run on. */
export class StopAndCopy implements VmCapture {
  readonly vm: SimulatedVm;
  readonly #site: CaptureSite;
  #part: VmPart | undefined;
  #stop = (): void => {};

  constructor(vm: SimulatedVm, site: CaptureSite) {
    this.vm = vm;
    this.#site = site;
  }

  prepare(ready: () => void): void {
    this.#stop = after(this.#site.sim, this.#site.plan.costs.prepare, ready);
  }

  hold(part: VmPart, release: () => void): void {
    this.#part = part;
    this.#stop = after(this.#site.sim, this.#site.plan.costs.fixed, () => save(this.#site, part, release));
  }

  finish(_part: VmPart, saved: () => void): void {
    saved();
  }

  lose(): void {
    this.cancel();
  }

  cancel(): void {
    this.#stop();
    if (this.#part?.transfer !== undefined) this.#site.transfers.cancel(this.#part.transfer);
  }
}
