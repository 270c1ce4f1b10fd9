import { CancelledTooLate, NotYoursToTrigger, UnhandledFailure, WaitedForCancelled } from "./errors.ts";
import type { FluidEngine } from "./fluid-engine.ts";
import { InvalidFluid, TransferIsOver, UnlimitedTransfer } from "./fluid-errors.ts";
import { CANCELLED, SimEvent } from "./sim-event.ts";
import type { Simulation } from "./simulation.ts";

/** Slot of a flow that is not in the network. */
const NO_SLOT = -1;

/**
 * A transfer in progress: an event that happens when its last byte has arrived. Made by `net.transfer()`.
 *
 * It goes on whether or not somebody waits for it; in a `using` block it is cancelled when the block is left.
 */
export class FluidFlow extends SimEvent<void> {
  declare readonly sim: Simulation;
  /** Bytes to transfer in all. */
  readonly bytes: number;
  readonly #engine: FluidEngine;
  readonly #onDone: (() => void) | undefined;
  readonly #linkCount: number;
  #slot = NO_SLOT;
  #weight: number;
  #cap: number;
  #left: number;
  #onRate: (() => void) | undefined;
  #lastRate = 0;

  /** @internal */
  constructor(
    engine: FluidEngine,
    bytes: number,
    weight: number,
    cap: number,
    linkCount: number,
    name: string | undefined,
    onDone: (() => void) | undefined,
  ) {
    super(engine.sim, name ?? null);
    this.#engine = engine;
    this.#onDone = onDone;
    this.#linkCount = linkCount;
    this.bytes = bytes;
    this.#left = bytes;
    this.#weight = weight;
    this.#cap = cap;
    if (!(Number.isFinite(bytes) && bytes >= 0)) {
      throw new InvalidFluid(this.name, "its size", "a finite number of bytes from 0 on", bytes);
    }
    this.#checkWeight(weight);
    this.#checkCap(cap);
  }

  override get name(): string {
    return this.label === null ? `transfer of ${this.bytes} bytes` : `transfer ${JSON.stringify(this.label)}`;
  }

  /** True until it is done or cancelled. */
  get inProgress(): boolean {
    return this.#slot !== NO_SLOT;
  }

  /** Bytes per second at this instant; 0 when it is over. */
  get rate(): number {
    if (this.#slot === NO_SLOT) return 0;
    this.#engine.commit();
    return this.#engine.maxMin.filling.rate[this.#slot]!;
  }

  /** Bytes that have not arrived yet; after a cancellation, those that never will. */
  get remaining(): number {
    return this.#slot === NO_SLOT ? this.#left : this.#engine.maxMin.progress.remaining(this.#slot, this.sim.now);
  }

  get weight(): number {
    return this.#weight;
  }

  /** Bytes per second that it never exceeds; Infinity if there is no cap. */
  get cap(): number {
    return this.#cap;
  }

  /**
   * Changes its weight, from this instant on.
   * @throws InvalidFluid if it is not a finite number above 0.
   * @throws TransferIsOver
   */
  setWeight(weight: number): void {
    this.#checkWeight(weight);
    this.#checkInProgress();
    this.#weight = weight;
    this.#engine.maxMin.setWeight(this.#slot, weight, this.sim.now);
    this.#engine.change();
  }

  /**
   * Changes its cap, from this instant on; 0 makes it stand still, Infinity takes the cap away.
   * @param cap in bytes per second.
   * @throws InvalidFluid if it is negative or not a number.
   * @throws UnlimitedTransfer if the cap is taken from a transfer that crosses no link.
   * @throws TransferIsOver
   */
  setCap(cap: number): void {
    this.#checkCap(cap);
    this.#checkInProgress();
    this.#cap = cap;
    this.#engine.maxMin.setCap(this.#slot, cap, this.sim.now);
    this.#engine.change();
  }

  /**
   * Calls back each time its rate has changed, so that its bytes arrive evenly between two calls. The callback may look at
   * the network, but start, change and cancel nothing; a later one takes the place of an earlier one.
   * @throws TransferIsOver
   */
  follow(onRate: () => void): void {
    this.#checkInProgress();
    this.#lastRate = this.#engine.maxMin.filling.rate[this.#slot]!;
    this.#onRate = onRate;
    this.#engine.follow(this);
  }

  /**
   * Ends it before it is done: whoever waits gets a WaitedForCancelled, and so does who waits from now on. `remaining`
   * keeps what has not arrived. Cancelling twice does nothing.
   * @throws CancelledTooLate if it is done.
   */
  cancel(): void {
    if ((this.state & CANCELLED) !== 0) return;
    if (this.triggered) throw new CancelledTooLate(this.name);
    this.#left = this.#engine.remove(this.#slot);
    this.#slot = NO_SLOT;
    this.giveUp(new WaitedForCancelled(this.name));
  }

  /** Leaving a `using` block cancels what is not done. */
  [Symbol.dispose](): void {
    if (this.inProgress) this.cancel();
  }

  /** A transfer ends by itself, or is cancelled. */
  override succeed(): never {
    throw new NotYoursToTrigger(this.name);
  }

  /** A transfer ends by itself, or is cancelled. */
  override fail(): never {
    throw new NotYoursToTrigger(this.name);
  }

  /** @internal It enters the network in this slot. */
  start(slot: number): void {
    this.#slot = slot;
    this.#engine.add(this, slot);
  }

  /** @internal Rates have been committed. */
  noteRate(): void {
    const rate = this.#engine.maxMin.filling.rate[this.#slot]!;
    if (rate === this.#lastRate) return;
    this.#lastRate = rate;
    this.#onRate?.();
  }

  /** @internal Its last byte has arrived. */
  finish(): void {
    if (this.#slot !== NO_SLOT) this.#engine.remove(this.#slot);
    this.#slot = NO_SLOT;
    this.#left = 0;
    this.trigger(undefined);
  }

  /** @internal */
  override occur(): void {
    super.occur();
    if (this.#onDone === undefined || !this.ok) return;
    try {
      this.#onDone();
    } catch (error) {
      throw new UnhandledFailure(this.name, this.sim.now, error);
    }
  }

  /** @internal */
  override rejoin(): void {
    if ((this.state & CANCELLED) !== 0) throw new WaitedForCancelled(this.name);
  }

  #checkCap(cap: number): void {
    if (!(cap >= 0)) throw new InvalidFluid(this.name, "a cap", "a number of bytes per second from 0 on", cap);
    if (cap === Number.POSITIVE_INFINITY && this.#linkCount === 0) throw new UnlimitedTransfer(this.name);
  }

  #checkWeight(weight: number): void {
    if (!(Number.isFinite(weight) && weight > 0)) {
      throw new InvalidFluid(this.name, "a weight", "a finite number above 0", weight);
    }
  }

  #checkInProgress(): void {
    if (this.#slot === NO_SLOT) throw new TransferIsOver(this.name);
  }
}
