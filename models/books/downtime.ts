import { type Cause, causes, type Ledger } from "./ledger.ts";

/** What a VM is doing: it is up, or the cluster may be down because of it. */
export type VmState = Cause | "up";

const stateIndex = Object.fromEntries([...causes, "up"].map((state, i) => [state, i])) as {
  [state in VmState]: number;
};

/**
 * Splits a cluster's time into up and down, each down instant with exactly one cause: the first in the order of the
 * causes that any of its VMs is in. Maximal pauses that are not longer than the tolerance count as up.
 */
export class Downtime {
  readonly #ledger: Ledger;
  readonly #clock: { readonly now: number };
  readonly #quorum: number;
  readonly #pauseTolerance: number;
  readonly #vms = new Int32Array(causes.length + 1);
  #cause: Cause | "up" = "up";
  #since: number;
  /** Length of the pause that goes on, and of it what has been counted as up and as down. */
  #pause = 0;
  readonly #counted = { up: 0, pause: 0 };
  /** Nothing but a pause has been a cause in this down interval. */
  #alone = true;

  constructor(
    ledger: Ledger,
    clock: { readonly now: number },
    options: { readonly vms: number; readonly quorum: number; readonly pauseTolerance: number },
  ) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#quorum = options.quorum;
    this.#pauseTolerance = options.pauseTolerance;
    this.#vms[stateIndex.up] = options.vms;
    this.#since = clock.now;
  }

  get up(): boolean {
    return this.#vms[stateIndex.up]! >= this.#quorum;
  }

  move(from: VmState, to: VmState): void {
    this.#vms[stateIndex[from]]!--;
    this.#vms[stateIndex[to]]!++;
    const cause = this.up ? "up" : causes.find((one) => this.#vms[stateIndex[one]]! > 0)!;
    if (cause !== this.#cause) this.#turn(cause);
  }

  /**
   * Counts the time up to now; to be called before the sums are read. A pause that goes on counts as far as it is known, so
   * that no time is missing.
   */
  settle(): void {
    this.#turn(this.#cause);
    this.#count(this.#tolerated ? "up" : "pause");
  }

  get #tolerated(): boolean {
    return this.#alone && this.#pause <= this.#pauseTolerance;
  }

  /** The pause so far counts as this; what it counted as before no longer does. */
  #count(as: "up" | "pause"): void {
    const counted = this.#counted;
    const other = as === "up" ? "pause" : "up";
    if (counted[other] > 0) this.#ledger.add(other, -counted[other]);
    if (this.#pause !== counted[as]) this.#ledger.add(as, this.#pause - counted[as]);
    counted[other] = 0;
    counted[as] = this.#pause;
  }

  #turn(cause: Cause | "up"): void {
    const now = this.#clock.now;
    const elapsed = now - this.#since;
    this.#since = now;
    if (this.#cause === "pause") {
      this.#pause += elapsed;
      if (cause !== "pause") this.#endPause(cause === "up");
    } else if (elapsed > 0) this.#ledger.add(this.#cause, elapsed);
    this.#alone = cause === "up" || (cause === "pause" && this.#alone);
    this.#cause = cause;
  }

  #endPause(alone: boolean): void {
    this.#count(alone && this.#tolerated ? "up" : "pause");
    this.#counted.up = 0;
    this.#counted.pause = 0;
    this.#pause = 0;
  }

  /** The run is over: a pause that goes on is counted as it stands. */
  end(): void {
    this.settle();
    if (this.#pause > 0) this.#endPause(true);
  }
}
