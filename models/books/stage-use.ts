import type { Ledger } from "./ledger.ts";

/** What a snapshot passes through; each has to keep up with the interval (model.md, section 4). */
export const stages = ["capture", "replicate", "merge"] as const;
export type Stage = (typeof stages)[number];

/** How long one stage of one cluster is in use, by one snapshot or several at once. */
export class StageUse {
  readonly #ledger: Ledger;
  readonly #clock: { readonly now: number };
  readonly #stage: Stage;
  #busy = 0;
  #since = 0;
  /** Seconds in use since a snapshot last came through. */
  #spent = 0;
  /** What a byte of a snapshot cost of the stage, when one came through last; 0 before. */
  secondsPerByte = 0;

  constructor(stage: Stage, ledger: Ledger, clock: { readonly now: number }) {
    this.#stage = stage;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  begin(): void {
    this.settle();
    this.#busy += 1;
  }

  /** A snapshot of so many bytes has come through; without them, it was given up. */
  end(bytes?: number): void {
    this.settle();
    this.#busy -= 1;
    if (bytes !== undefined && bytes > 0) this.secondsPerByte = this.#spent / bytes;
    this.#spent = 0;
  }

  /** Counts the use up to now. */
  settle(): void {
    const { now } = this.#clock;
    if (this.#busy > 0) {
      this.#ledger.add(`${this.#stage}Seconds`, now - this.#since);
      this.#spent += now - this.#since;
    }
    this.#since = now;
  }
}
