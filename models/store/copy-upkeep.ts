import type { Host } from "../data-centre/data-centre.ts";
import type { ClusterScenario } from "../scenario.ts";
import type { ModelClock } from "../simulation/model-clock.ts";
import type { SimulatedCluster } from "../simulation/simulated-cluster.ts";
import type { SimulatedSnapshot, StoredPart } from "../simulation/simulated-snapshot.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import type { Chain } from "./chain.ts";
import type { Copies } from "./copies.ts";
import type { Repairs } from "./repairs.ts";

/** The copies of all snapshots, as hosts fail and come back: what is missing is placed anew, and repaired after a delay. */
export class CopyUpkeep {
  readonly #clock: ModelClock;
  readonly #scenario: ClusterScenario;
  readonly #onDisturbance: () => void;
  readonly #chains: ReadonlyMap<SimulatedCluster, Chain>;
  readonly #repairs: Repairs;
  readonly #downSince = new Map<Host, number>();

  constructor(
    parts: { readonly clock: ModelClock; readonly scenario: ClusterScenario; readonly onDisturbance: () => void },
    chains: ReadonlyMap<SimulatedCluster, Chain>,
    repairs: Repairs,
  ) {
    this.#clock = parts.clock;
    this.#scenario = parts.scenario;
    this.#onDisturbance = parts.onDisturbance;
    this.#chains = chains;
    this.#repairs = repairs;
  }

  hostDown(host: Host, permanent: boolean): void {
    this.#downSince.set(host, this.#clock.now);
    for (const { part, snapshot } of this.#all()) {
      part.copies.hostDown(host, permanent);
      this.fill(part, part.vm.host ?? part.source, snapshot);
    }
  }

  hostUp(host: Host): void {
    const away = this.#clock.now - (this.#downSince.get(host) ?? this.#clock.now);
    for (const { part, snapshot } of this.#all()) {
      // Memory that is recorded in full is written once; what is recorded of a disk always adds to what is there.
      const once = this.#scenario.snapshot.record === "full" && part.of === "memory";
      const behind = part.copies.hostUp(host, once ? 0 : away);
      this.fill(part, part.vm.host ?? part.source, snapshot);
      this.#repairs.due(part.copies, part.vm, behind);
    }
  }

  /** Finds hosts for the copies that have none. What has been written before is repaired there after a delay. */
  fill(part: StoredPart, capturing: Host, snapshot: SimulatedSnapshot): void {
    const toBeWritten = part.whole && snapshot.state !== "durable" && !part.replicated;
    const added = part.copies.fill(capturing, toBeWritten ? 0 : 1);
    if (toBeWritten || added.length === 0) return;
    this.#clock.at(this.#clock.now + this.#scenario.storage.repairDelay, () => {
      this.#onDisturbance();
      if (this.#used.has(part.copies)) this.#repairs.due(part.copies, part.vm, added);
    });
  }

  /** All pages of a VM can be read from the disk of its host now: what waits for that is repaired. */
  staged(vm: SimulatedVm): void {
    for (const { part, snapshot } of this.#all()) {
      if (part.vm !== vm) continue;
      part.copies.captureOn(vm.host!);
      this.fill(part, vm.host!, snapshot);
      this.#repairs.begin(part.copies, vm);
    }
  }

  /** Ends the repair of copies that no snapshot uses any more. */
  dropUnused(): void {
    if (!this.#repairs.idle) this.#repairs.keepOnly(this.#used);
  }

  get #used(): ReadonlySet<Copies> {
    return new Set([...this.#all()].map(({ part }) => part.copies));
  }

  /** Every {@link Copies} in use, with the oldest snapshot that uses it. */
  *#all(): Iterable<{ readonly part: StoredPart; readonly snapshot: SimulatedSnapshot }> {
    const seen = new Set<Copies>();
    for (const chain of this.#chains.values()) {
      for (const snapshot of [...chain.versions, ...chain.inFlight]) {
        // What a version refers to may have come with one that was merged into it.
        for (const part of [...snapshot.stored, ...snapshot.shared]) {
          if (seen.has(part.copies)) continue;
          seen.add(part.copies);
          yield { part, snapshot };
        }
      }
    }
  }
}
