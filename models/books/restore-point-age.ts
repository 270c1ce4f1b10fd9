import type { ModelClock } from "../simulation/model-clock.ts";
import type { SimulatedCluster } from "../simulation/simulated-cluster.ts";
import type { Chain } from "../store/chain.ts";
import type { Ledger } from "./ledger.ts";

/** Follows how old a cluster's newest durable restore point is, from its cut; without one, its image is, from its start. */
export class RestorePointAge {
  readonly #cluster: SimulatedCluster;
  readonly #chain: Chain;
  readonly #ledger: Ledger;
  /** The simulation's clock, which jumps leave alone; cuts are on it. */
  readonly #sim: { readonly now: number };
  readonly #clock: ModelClock;
  #cutAt: number;
  #since: number;

  constructor(parts: {
    readonly cluster: SimulatedCluster;
    readonly chain: Chain;
    readonly ledger: Ledger;
    readonly sim: { readonly now: number };
    readonly clock: ModelClock;
  }) {
    this.#cluster = parts.cluster;
    this.#chain = parts.chain;
    this.#ledger = parts.ledger;
    this.#sim = parts.sim;
    this.#clock = parts.clock;
    this.#cutAt = parts.sim.now;
    this.#since = parts.sim.now;
  }

  /** Looks whether the restore point is another one now. */
  follow(): void {
    const { newest } = this.#chain;
    const cutAt = newest?.cutAt ?? this.#cluster.startedAt - this.#clock.skipped;
    if (cutAt === this.#cutAt) return;
    this.settle();
    this.#cutAt = cutAt;
    const { tell, name } = this.#cluster;
    tell?.({
      kind: "restore-point",
      cluster: name,
      ...(newest === undefined ? {} : { snapshot: newest.number }),
      age: this.#sim.now - cutAt,
    });
  }

  /** Counts the time up to now. */
  settle(): void {
    const { now } = this.#sim;
    this.#ledger.observeRamp("restorePointAge", this.#since - this.#cutAt, now - this.#cutAt, now - this.#since);
    this.#since = now;
  }
}
