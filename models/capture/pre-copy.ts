import { pageSize } from "../guest/memory.ts";
import type { VmPart } from "../simulation/simulated-snapshot.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import { Capture } from "./capture.ts";
import { copierRate } from "./copier.ts";
import type { CaptureSite } from "./vm-capture.ts";

/**
 * Copies the set while the guest runs, then in rounds what was dirtied in the round before, until a round is expected to
 * fit the downtime limit at the rate of the last one; then the guest is paused for what is left (model.md, section 4).
 * The cut is at the end, so it is later than planned by what the rounds take, each time. Pages that were sent more than
 * once are superseded on the disk of the capturing host: the rounds cost its bandwidth, and the snapshot that is stored
 * and replicated has each page once.
 *
 * A cut that is forced in the middle of a round finds pages of that round unsent; those that were dirtied again meanwhile
 * are not sent twice.
 */
export class PreCopy extends Capture {
  /** Pages of each class that the round under way sends. */
  readonly #set: Float64Array;
  readonly sent = { bytes: 0, seconds: 0 };
  /** Rounds that have been begun while the guest ran. */
  #rounds = 0;
  /** What was copied is gone with the disk that it was on. */
  #broken = false;

  constructor(vm: SimulatedVm, site: CaptureSite) {
    super(vm, site);
    this.#set = new Float64Array(site.memory.classes.length);
  }

  override prepare(ready: () => void): void {
    const { sim, plan, memory, whole } = this.site;
    this.wait(plan.costs.prepare, () => {
      // What a failure leaves is not copied: the cut waits until the failure is found.
      if (!this.vm.running) return;
      if (whole) for (const [c, { pages }] of memory.classes.entries()) this.#set[c] = pages;
      else this.vm.dirtyPages(this.vm.work(sim.now), this.#set);
      this.#round(ready);
    });
  }

  /** Sends what was dirtied in the round before, while the guest runs on under tracking. */
  #round(ready: () => void): void {
    const { sim, plan, pace } = this.site;
    const begun = sim.now;
    const inCommon = this.#rounds === 0 && this.site.whole ? this.site.memory.sharedBytes : 0;
    const bytes = pageSize * sum(this.#set) + inCommon;
    this.#rounds += 1;
    this.vm.beginRound(begun);
    const sent = (): void => {
      this.#count(bytes, begun);
      this.vm.dirtyInRound(sim.now, this.#set);
      const rate = sim.now > begun ? bytes / (sim.now - begun) : copierRate(plan);
      const enough = pageSize * sum(this.#set) <= rate * plan.downtimeLimit || this.#rounds >= plan.maxRounds;
      if (pace?.isLast(this.#rounds, enough) ?? enough) ready();
      else this.#round(ready);
    };
    const broken = (): void => {
      this.#broken = true;
      ready();
    };
    this.copyOut(bytes, sent, broken, pace?.rate(this.#rounds, bytes, begun));
  }

  hold(part: VmPart, release: () => void): void {
    const { sim, plan, ledger } = this.site;
    this.stopWaiting();
    const bytes = this.#rounds === 0 ? part.captured : pageSize * this.#left();
    this.wait(plan.costs.fixed, () => {
      const begun = sim.now;
      const broken = (): void => {
        part.broken = true;
        release();
      };
      if (this.#broken) {
        broken();
        return;
      }
      const done = (): void => {
        this.#count(bytes, begun);
        const fits = sim.now - begun <= plan.downtimeLimit * (1 + 1e-9);
        ledger.observe("preCopyRounds", this.#rounds);
        ledger.observe("preCopyConverged", fits ? 1 : 0);
        release();
      };
      this.copyOut(bytes, done, broken);
    });
  }

  #count(bytes: number, begun: number): void {
    this.sent.bytes += bytes;
    this.sent.seconds += this.site.sim.now - begun;
  }

  /** Pages for the last round: those dirtied since the one before began, and those of it that are neither sent nor dirtied. */
  #left(): number {
    const unsent = this.transfer === undefined ? 0 : 1 - this.transfer.progress;
    this.stopCopying();
    let left = 0;
    for (const [c, { pages }] of this.site.memory.classes.entries()) {
      const dirty = this.vm.dirtyInLastRound[c]!;
      left += dirty + (pages === 0 ? 0 : unsent * this.#set[c]! * (1 - dirty / pages));
    }
    return left;
  }

  finish(_part: VmPart, saved: () => void): void {
    saved();
  }
}

const sum = (numbers: Float64Array): number => {
  let total = 0;
  for (const one of numbers) total += one;
  return total;
};
