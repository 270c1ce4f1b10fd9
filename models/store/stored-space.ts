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
  /** Parts of the newest restore points that have fewer copies than they are to have, summed over clusters. */
  #under = 0;
  readonly #scrub: number;
  #since: number;

  /** @param scrub seconds in which all that lies there is read once */
  constructor(ledger: Ledger, sim: { readonly now: number }, tell: Tell | undefined, scrub: number) {
    this.#scrub = scrub;
    this.#ledger = ledger;
    this.#sim = sim;
    this.#tell = tell;
    this.#since = sim.now;
  }

  /** Counts anew, after something has changed; the sums up to now are settled first. */
  recount(chains: Iterable<readonly [unknown, Chain]>, options: { readonly disks: boolean }): void {
    this.settle();
    const [stored, staged, under] = [this.#stored, this.#staged, this.#under];
    this.#stored = 0;
    this.#disks = 0;
    this.#staged = 0;
    this.#under = 0;
    for (const [, chain] of chains) {
      this.#under += chain.underReplicated;
      const disks = options.disks ? chain.diskBytes : 0;
      this.#stored += chain.memoryBytes + disks;
      this.#disks += disks;
      this.#staged += chain.stagedBytes;
    }
    this.#ledger.storedPeak = Math.max(this.#ledger.storedPeak, this.#stored);
    if (stored === this.#stored && staged === this.#staged && under === this.#under) return;
    this.#tell?.({ kind: "stored", copies: this.#stored, staged: this.#staged, underReplicated: this.#under });
  }

  settle(): void {
    const { now } = this.#sim;
    const seconds = now - this.#since;
    this.#ledger.add("storedByteSeconds", this.#stored * seconds);
    this.#ledger.add("diskByteSeconds", this.#disks * seconds);
    this.#ledger.add("scrubBytes", (this.#stored * seconds) / this.#scrub);
    this.#ledger.add("stagedByteSeconds", this.#staged * seconds);
    this.#ledger.add("underReplicatedSeconds", this.#under * seconds);
    this.#since = now;
  }
}
