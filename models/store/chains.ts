import type { Ledger } from "../books/ledger.ts";
import type { Host } from "../data-centre/data-centre.ts";
import type { MemoryTable } from "../guest/memory.ts";
import type { StoragePlan } from "../scenario.ts";
import type { SimulatedCluster } from "../simulation/simulated-cluster.ts";
import type { SimulatedSnapshot } from "../simulation/simulated-snapshot.ts";
import { Chain, releaseLayers } from "./chain.ts";
import type { Disks } from "./disks.ts";
import type { Layout } from "./layout.ts";
import type { Replication } from "./replication.ts";
import type { Retention } from "./retention.ts";

interface ChainsParts {
  readonly ledger: Ledger;
  readonly sim: { readonly now: number };
  readonly memory: MemoryTable;
  readonly storage: StoragePlan;
  readonly disks: Disks | undefined;
  readonly layout: Layout;
  readonly replication: Replication;
  readonly retention: Retention;
  readonly recount: () => void;
  /** Counts anew, and tells whoever waits for a change. */
  readonly changed: () => void;
}

/** What becomes of the snapshots of every cluster: they are durable, given up, rolled back beyond, lost or condemned. */
export class Chains implements Iterable<readonly [SimulatedCluster, Chain]> {
  readonly #parts: ChainsParts;
  readonly #of = new Map<SimulatedCluster, Chain>();

  constructor(parts: ChainsParts) {
    this.#parts = parts;
  }

  [Symbol.iterator](): Iterator<readonly [SimulatedCluster, Chain]> {
    return this.#of.entries();
  }

  of(cluster: SimulatedCluster): Chain {
    let chain = this.#of.get(cluster);
    if (chain === undefined) {
      chain = new Chain(this.#parts.memory, this.#parts.storage);
      this.#of.set(cluster, chain);
    }
    return chain;
  }

  /** Snapshots become durable in the order of their cuts. */
  commit(cluster: SimulatedCluster): void {
    const chain = this.of(cluster);
    const { ledger, sim } = this.#parts;
    for (;;) {
      const first = chain.inFlight[0];
      if (first?.state !== "captured" || !first.stored.every((part) => part.replicated)) break;
      chain.inFlight.shift();
      first.state = "durable";
      chain.versions.push(first);
      ledger.add("snapshotsDurable", 1);
      first.durabilityLatency = sim.now - first.cutAt;
      ledger.observe("durabilityLatency", first.durabilityLatency);
      ledger.add("chainDepth", chain.versions.length);
      // One by one, so that snapshots that become durable together are counted like those that do so by turns.
      this.#parts.retention.apply(chain);
    }
    this.#parts.changed();
  }

  /** Gives up a snapshot that is not durable, and all that were cut after it. */
  abandon(cluster: SimulatedCluster): void {
    const chain = this.of(cluster);
    for (const snapshot of chain.inFlight) this.#fail(snapshot);
    chain.inFlight = [];
    this.#layOut(cluster);
    this.#parts.recount();
  }

  #fail(snapshot: SimulatedSnapshot): void {
    snapshot.state = "failed";
    this.#parts.ledger.add("snapshotsFailed", 1);
    this.#parts.replication.cancel(snapshot);
    releaseLayers(snapshot);
  }

  /** New versions add to the newest that is left; copies of what is gone are not kept up with failures. */
  #layOut(cluster: SimulatedCluster): void {
    const { newest } = this.of(cluster);
    for (const vm of cluster.vms) {
      const part = newest?.parts[vm.index];
      this.#parts.layout.goOn(vm, part?.copies);
      this.#parts.disks?.goOn(vm, part?.layer?.stored?.copies);
    }
  }

  /**
   * The cluster runs on without a snapshot that can never be durable, and without those cut after it; what is recorded next
   * cannot build on them. One that is still being captured is given up when that has ended.
   */
  giveUp(snapshot: SimulatedSnapshot): void {
    const { inFlight } = this.of(snapshot.cluster);
    for (const one of inFlight.slice(inFlight.indexOf(snapshot))) {
      if (one.state === "cut") for (const part of one.parts) part.broken = true;
      else this.discard(one);
    }
    snapshot.cluster.tracking = false;
  }

  /** A snapshot is given up while its cluster runs on. */
  discard(snapshot: SimulatedSnapshot): void {
    const { cluster } = snapshot;
    const chain = this.of(cluster);
    chain.inFlight = chain.inFlight.filter((one) => one !== snapshot);
    this.#fail(snapshot);
    if (chain.versions.length + chain.inFlight.length === 0) for (const { disk } of cluster.vms) disk?.startOver();
    cluster.tracking = false;
    this.#layOut(cluster);
    this.#parts.changed();
  }

  /** The disk that captured snapshots lie on is gone: what has not been copied from it never will be. */
  sourceLost(host: Host): void {
    for (const chain of this.#of.values()) {
      for (const snapshot of [...chain.inFlight]) {
        const lost = snapshot.stored.filter((part) => part.source === host && !part.replicated);
        if (lost.length === 0 || snapshot.state === "failed") continue;
        if (snapshot.state === "cut") for (const part of lost) part.broken = true;
        else this.giveUp(snapshot);
      }
    }
  }

  /** Versions after the restore point are of a future that has been rolled back. */
  rollBackTo(point: SimulatedSnapshot | undefined, cluster: SimulatedCluster): void {
    const chain = this.of(cluster);
    const kept = point === undefined ? 0 : chain.versions.indexOf(point) + 1;
    for (const gone of chain.versions.splice(kept)) gone.state = "deleted";
    for (const { disk } of cluster.vms) {
      if (point === undefined) disk?.clear();
      else disk?.revertTo(point.number);
    }
    this.#layOut(cluster);
    this.#parts.changed();
  }

  dropLost(): void {
    for (const [cluster, chain] of this.#of) {
      const lost = chain.dropLost();
      this.#parts.ledger.add("snapshotsLost", lost.length);
      if (lost.length === 0 || chain.versions.length > 0) continue;
      // What comes next cannot build on what is gone.
      cluster.tracking = false;
      this.dropStranded(cluster);
      if (chain.inFlight.length === 0) for (const { disk } of cluster.vms) disk?.startOver();
    }
  }

  /** Every snapshot that was cut from here on holds what is wrong in its guests: they are of no use. */
  condemn(cluster: SimulatedCluster, since: number): void {
    const chain = this.of(cluster);
    const wrong = chain.versions.filter(({ cutAt }) => cutAt >= since);
    const [first] = chain.inFlight.filter(({ cutAt }) => cutAt >= since);
    if (first !== undefined) this.giveUp(first);
    chain.versions = chain.versions.filter(({ cutAt }) => cutAt < since);
    for (const one of wrong) {
      one.state = "lost";
      releaseLayers(one);
    }
    this.#parts.ledger.add("snapshotsCorrupt", wrong.length);
    cluster.tracking = false;
    this.#layOut(cluster);
    this.#parts.changed();
  }

  /** Gives up what builds on snapshots that are gone. */
  dropStranded(cluster: SimulatedCluster): void {
    const chain = this.of(cluster);
    if (chain.stranded) this.giveUp(chain.inFlight[0]!);
  }
}
