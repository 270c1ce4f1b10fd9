import type { Ledger } from "../books/ledger.ts";
import { buildsOnVersions } from "../cut/extent.ts";
import type { Host } from "../data-centre/data-centre.ts";
import type { ClusterScenario } from "../scenario.ts";
import type { ModelClock } from "../simulation/model-clock.ts";
import type { SimulatedCluster } from "../simulation/simulated-cluster.ts";
import type { SimulatedSnapshot, StoredPart } from "../simulation/simulated-snapshot.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import type { Chain } from "./chain.ts";
import type { Copy } from "./chunk.ts";
import type { Copies } from "./copies.ts";
import { spoilOne, verify } from "./latent-errors.ts";
import type { Repairs } from "./repairs.ts";

interface UpkeepParts {
  readonly clock: ModelClock;
  readonly ledger: Ledger;
  readonly scenario: ClusterScenario;
  readonly onDisturbance: () => void;
}

/** The copies of all snapshots, as hosts fail and come back: what is missing is placed anew, and repaired after a delay. */
export class CopyUpkeep {
  readonly #parts: UpkeepParts;
  readonly #clock: ModelClock;
  readonly #scenario: ClusterScenario;
  readonly #onDisturbance: () => void;
  readonly #chains: Iterable<readonly [SimulatedCluster, Chain]>;
  readonly #repairs: Repairs;
  readonly #downSince = new Map<Host, number>();

  constructor(parts: UpkeepParts, chains: Iterable<readonly [SimulatedCluster, Chain]>, repairs: Repairs) {
    this.#parts = parts;
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
      const once = !buildsOnVersions(this.#scenario.snapshot, this.#scenario.storage) && part.of === "memory";
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

  /** Something on a host goes wrong; scrubbing comes by within its period, at any time of it. */
  spoil(host: Host, draw: () => number): void {
    const { ledger, scenario } = this.#parts;
    const { checksums, scrub } = scenario.storage;
    const copies = spoilOne([...this.#used], host, checksums, draw);
    if (copies === undefined) return;
    ledger.add("latentErrors", 1);
    if (scrub === Number.POSITIVE_INFINITY) return;
    const wait = draw() * scrub;
    this.#clock.at(this.#clock.now + wait, () => {
      this.#onDisturbance();
      for (const { part } of this.#all()) if (part.copies === copies) this.#found(part, verify(copies, host), wait);
    });
  }

  /** A restore has read all that a VM needs of this part, and found what is wrong in it. */
  verify(part: StoredPart): void {
    this.#found(part, verify(part.copies));
  }

  #found(part: StoredPart, wrong: readonly Copy[], latentFor?: number): void {
    if (wrong.length === 0) return;
    this.#parts.ledger.add("latentErrorsFound", wrong.length);
    if (latentFor !== undefined) this.#parts.ledger.observe("scrubDelay", latentFor);
    this.#repairs.due(part.copies, part.vm, wrong);
  }

  /** All pages of a VM can be read from the disk of its host now: what waits for that is repaired. */
  staged(vm: SimulatedVm): void {
    for (const { part, snapshot } of this.#all()) {
      if (part.vm !== vm) continue;
      // What it has in common with VMs on other hosts stays where it is.
      if (part.of !== "shared" || part.copies.keepsOwn) part.copies.captureOn(vm.host!);
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
    for (const [, chain] of this.#chains) {
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
