import type { Ledger } from "../books/ledger.ts";
import type { Tell } from "../life-cycle-events.ts";
import type { Chain } from "./chain.ts";

/** How much lies on the disks because of snapshots, over time. */
export class StoredSpace {
  readonly #ledger: Ledger;
  /** The simulation's clock, which jumps leave alone. */
  readonly #sim: { readonly now: number };
  readonly #tell: Tell | undefined;
  /** Copies of memory and of disks; of which disks; and beside the copies, on the capturing hosts. Bytes. */
  #stored = 0;
  #disks = 0;
  #staged = 0;
  #since: number;

  constructor(ledger: Ledger, sim: { readonly now: number }, tell: Tell | undefined) {
    this.#ledger = ledger;
    this.#sim = sim;
    this.#tell = tell;
    this.#since = sim.now;
  }

  /** Counts anew, after something has changed; the sums up to now are settled first. */
  recount(chains: Iterable<Chain>, options: { readonly disks: boolean }): void {
    this.settle();
    const [stored, staged] = [this.#stored, this.#staged];
    this.#stored = 0;
    this.#disks = 0;
    this.#staged = 0;
    for (const chain of chains) {
      const disks = options.disks ? chain.diskBytes : 0;
      this.#stored += chain.memoryBytes + disks;
      this.#disks += disks;
      this.#staged += chain.stagedBytes;
    }
    this.#ledger.storedPeak = Math.max(this.#ledger.storedPeak, this.#stored);
    if (stored === this.#stored && staged === this.#staged) return;
    this.#tell?.({ kind: "stored", copies: this.#stored, staged: this.#staged });
  }

  settle(): void {
    const { now } = this.#sim;
    const seconds = now - this.#since;
    this.#ledger.add("storedByteSeconds", this.#stored * seconds);
    this.#ledger.add("diskByteSeconds", this.#disks * seconds);
    this.#ledger.add("stagedByteSeconds", this.#staged * seconds);
    this.#since = now;
  }
}
