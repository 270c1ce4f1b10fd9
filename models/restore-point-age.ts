import type { Chain } from "./chain.ts";
import type { Ledger } from "./ledger.ts";

/** Follows how old a cluster's newest durable restore point is, from its cut; before the first one, its image is. */
export class RestorePointAge {
  readonly #chain: Chain;
  readonly #ledger: Ledger;
  readonly #sim: { readonly now: number };
  #cutAt: number;
  #since: number;

  constructor(chain: Chain, ledger: Ledger, sim: { readonly now: number }) {
    this.#chain = chain;
    this.#ledger = ledger;
    this.#sim = sim;
    this.#cutAt = sim.now;
    this.#since = sim.now;
  }

  /** Looks whether the restore point is another one now. */
  follow(): void {
    const { newest } = this.#chain;
    const cutAt = newest?.cutAt ?? Math.min(this.#cutAt, this.#sim.now);
    if (cutAt === this.#cutAt) return;
    this.settle();
    this.#cutAt = cutAt;
  }

  /** Counts the time up to now. */
  settle(): void {
    const { now } = this.#sim;
    this.#ledger.observeRamp("restorePointAge", this.#since - this.#cutAt, now - this.#cutAt, now - this.#since);
    this.#since = now;
  }
}
