import type { Timer } from "../../sim/index.ts";
import type { Transfer } from "../data-centre/transfer.ts";
import type { VmPart } from "../simulation/simulated-snapshot.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import { copierRate } from "./copier.ts";
import type { CaptureSite, VmCapture } from "./vm-capture.ts";

/** What all ways to capture a VM do alike: they wait, copy to the disk of its host, and can be given up. */
export abstract class Capture implements VmCapture {
  readonly vm: SimulatedVm;
  protected readonly site: CaptureSite;
  /** What is being copied out. */
  protected transfer: Transfer | undefined;
  #timer: Timer | undefined;
  /** The VM is lost: nothing more is begun with it, also when its failure fell between two steps. */
  #gone = false;

  constructor(vm: SimulatedVm, site: CaptureSite) {
    this.vm = vm;
    this.site = site;
  }

  prepare(ready: () => void): void {
    this.wait(this.site.plan.costs.prepare, ready);
  }

  abstract hold(part: VmPart, release: () => void): void;

  abstract finish(part: VmPart, saved: () => void): void;

  lose(): void {
    this.#gone = true;
    this.cancel();
  }

  cancel(): void {
    this.stopWaiting();
    this.stopCopying();
  }

  /** Calls back after `seconds`, at once if there are none. */
  protected wait(seconds: number, call: () => void): void {
    if (this.#gone) return;
    if (seconds > 0) this.#timer = this.site.sim.timer(call).arm(seconds);
    else call();
  }

  protected stopWaiting(): void {
    this.#timer?.cancel();
  }

  /** Copies the pages of a part, and tells what fraction of them it came to. Without the disk the part is broken. */
  protected save(part: VmPart, onEnd: (saved: number) => void): void {
    this.copyOut(
      part.captured,
      () => onEnd(1),
      (remaining) => {
        part.broken = true;
        onEnd(part.captured === 0 ? 1 : 1 - remaining / part.captured);
      },
    );
  }

  /**
   * Copies pages to the disk of the host, at no more than `most` bytes per second; `onBroken` when that is gone, at once if
   * it is gone already. A VM that is lost breaks off its capture itself.
   */
  protected copyOut(
    bytes: number,
    onDone: () => void,
    onBroken: (remaining: number) => void,
    most = Number.POSITIVE_INFINITY,
  ): void {
    const { centre, transfers, plan, snapshot } = this.site;
    const host = this.vm.host!;
    if (!host.up) {
      onBroken(bytes);
      return;
    }
    this.transfer = transfers.start({
      errand: "capture",
      vm: this.vm,
      snapshot,
      bytes,
      route: centre.toDisk(host),
      cap: Math.min(copierRate(plan), most),
      onDone: this.#ended(onDone),
      onBroken: this.#ended(onBroken),
    });
  }

  protected stopCopying(): void {
    if (this.transfer !== undefined) this.site.transfers.cancel(this.transfer);
    this.transfer = undefined;
  }

  #ended<Told extends readonly unknown[]>(call: (...told: Told) => void): (...told: Told) => void {
    return (...told) => {
      this.transfer = undefined;
      call(...told);
    };
  }
}
