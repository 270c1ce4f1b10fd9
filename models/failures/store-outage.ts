import type { DataCentre } from "../data-centre/data-centre.ts";

/** The shared store as it fails and comes back. What is read from it stands still meanwhile. */
export class StoreOutage {
  readonly #centre: DataCentre;
  readonly #clock: { readonly now: number };
  #since: number | undefined;
  #total = 0;

  constructor(centre: DataCentre, clock: { readonly now: number }) {
    this.#centre = centre;
    this.#clock = clock;
  }

  /** The store does not answer. */
  get on(): boolean {
    return this.#since !== undefined;
  }

  /** Seconds without the store so far. */
  get seconds(): number {
    return this.#total + (this.#since === undefined ? 0 : this.#clock.now - this.#since);
  }

  begin(): void {
    this.#since = this.#clock.now;
    this.#centre.capacityOf(this.#centre.store).fail();
  }

  end(): void {
    this.#total = this.seconds;
    this.#since = undefined;
    this.#centre.capacityOf(this.#centre.store).recover();
  }
}
