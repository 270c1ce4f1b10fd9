import type { Ledger } from "../books/ledger.ts";
import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import type { Transfers } from "../data-centre/transfer.ts";
import type { MemoryTable } from "../guest/memory.ts";
import type { Tell } from "../life-cycle-events.ts";
import type { PlaceCopies } from "../placement/copy-placement.ts";
import type { ClusterScenario } from "../scenario.ts";
import type { ModelClock } from "../simulation/model-clock.ts";
import type { SimulatedCluster } from "../simulation/simulated-cluster.ts";
import type { SimulatedSnapshot, StoredPart, VmPart } from "../simulation/simulated-snapshot.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import { type Chain, forget } from "./chain.ts";
import { Chains } from "./chains.ts";
import type { Copies } from "./copies.ts";
import { CopyUpkeep } from "./copy-upkeep.ts";
import { DiskSpace } from "./disk-space.ts";
import type { Disks } from "./disks.ts";
import { silentlyWrong } from "./latent-errors.ts";
import { Layout } from "./layout.ts";
import { nextSnapshot } from "./next-snapshot.ts";
import { Repairs } from "./repairs.ts";
import { Replication } from "./replication.ts";
import { Restores } from "./restores.ts";
import { Retention } from "./retention.ts";
import { SharedContent } from "./shared-content.ts";
import { StoredSpace } from "./stored-space.ts";

export interface StoreParts {
  readonly centre: DataCentre;
  readonly transfers: Transfers;
  readonly ledger: Ledger;
  /** The simulation's clock, which jumps leave alone. */
  readonly sim: { readonly now: number };
  readonly clock: ModelClock;
  readonly memory: MemoryTable;
  readonly disks: Disks | undefined;
  readonly scenario: ClusterScenario;
  readonly place: PlaceCopies;
  /** Something begins that is not part of the snapshot cycle. */
  readonly onDisturbance: () => void;
  /** The store has changed in a way that may let a waiting rollback go on. */
  readonly onChange: () => void;
  readonly tell: Tell | undefined;
}

/** The snapshot store on the disks of the hosts: replication, chains and their merges, loss and repair of copies. */
export class SnapshotStore {
  readonly #parts: StoreParts;
  readonly #replication: Replication;
  readonly #retention: Retention;
  readonly #upkeep: CopyUpkeep;
  readonly #space: StoredSpace;
  readonly chains: Chains;
  readonly #layout: Layout;
  readonly #shared: SharedContent;
  readonly space: DiskSpace;
  readonly restores: Restores;

  constructor(parts: StoreParts) {
    const { centre, transfers, sim, memory, scenario, place } = parts;
    const changed = (): void => {
      this.recount();
      parts.onChange();
    };
    this.#parts = parts;
    this.#space = new StoredSpace(parts.ledger, sim, parts.tell, scenario.storage.scrub);
    this.space = new DiskSpace(centre);
    this.restores = new Restores(centre, memory, scenario, parts.ledger, ({ cluster }) => this.chain(cluster));
    this.#layout = new Layout(centre, memory, scenario.storage.chunk, place);
    this.#shared = new SharedContent(centre, memory, scenario.storage, place);
    this.#retention = new Retention(centre, transfers, changed, scenario.storage.deduplicateVersions);
    this.#replication = new Replication({
      centre,
      transfers,
      onReplicated: ({ cluster }) => this.chains.commit(cluster),
      fill: (part, snapshot) => this.#upkeep.fill(part, part.source, snapshot),
    });
    this.chains = new Chains({
      ...parts,
      storage: scenario.storage,
      layout: this.#layout,
      replication: this.#replication,
      retention: this.#retention,
      recount: () => this.recount(),
      changed,
    });
    this.#upkeep = new CopyUpkeep(
      parts,
      this.chains,
      new Repairs(centre, transfers, scenario.storage.repairOrder, changed),
    );
  }

  chain(cluster: SimulatedCluster): Chain {
    return this.chains.of(cluster);
  }

  /** No part of a snapshot waits for a host to come back. */
  get quiet(): boolean {
    return this.#replication.quiet;
  }

  /** Where a new version of this VM's memory is written. */
  copiesFor(vm: SimulatedVm, capturing: Host, whole: boolean): Copies {
    return this.#layout.copiesFor(vm, capturing, whole);
  }

  /** What the VMs of a new version have in common with others, by VM. */
  sharedBy(cluster: SimulatedCluster, snapshot: number, parts: readonly VmPart[], whole: boolean): StoredPart[] {
    const { inFlight, newest } = this.chain(cluster);
    return this.#shared.of(snapshot, parts, whole, inFlight.at(-1) ?? newest);
  }

  /**
   * Whether there is room for the next snapshot of a cluster. If not, and the plan says so, the oldest restore points are let
   * go before their time.
   */
  makeRoom(cluster: SimulatedCluster): boolean {
    if (!this.space.isLimited) return true;
    const chain = this.chain(cluster);
    const fits = (): boolean => this.space.reserve(cluster, nextSnapshot(cluster, chain, this.#parts, this.#layout));
    if (fits()) return true;
    const expire = this.#parts.scenario.storage.onFull === "expire";
    if (!expire || chain.merging || chain.versions.length < 2 || chain.early > 0) return false;
    chain.early = 1;
    this.#parts.onDisturbance();
    this.#retention.apply(chain);
    this.recount();
    return fits();
  }

  /** The snapshot that room was set aside for is cut. */
  roomTaken(cluster: SimulatedCluster): void {
    this.space.release(cluster);
    this.space.recount(this.chains);
  }

  /** A version is no longer pinned: whatever is kept no longer goes. */
  retain(cluster: SimulatedCluster): void {
    this.#retention.apply(this.chain(cluster));
    this.recount();
  }

  /** Sends a captured snapshot to the hosts of its copies. */
  replicate(snapshot: SimulatedSnapshot): void {
    this.#replication.start(snapshot);
  }

  /** All pages of the restore points of a VM lie on the disk of its host now. */
  stage(vm: SimulatedVm): void {
    vm.stagedOn = vm.host;
    this.#upkeep.staged(vm);
  }

  /** A host has failed. */
  hostDown(host: Host, permanent: boolean): void {
    this.#upkeep.hostDown(host, permanent);
    this.#parts.transfers.breakAt(host);
    if (permanent) {
      for (const [, { versions, inFlight }] of this.chains) {
        for (const { stored } of [...versions, ...inFlight]) forget(stored, host);
      }
    }
    this.chains.dropLost();
    this.#topologyChanged();
  }

  /** A host is back: with its disk, or, after a permanent failure, with an empty one. */
  hostUp(host: Host): void {
    this.#upkeep.hostUp(host);
    this.#topologyChanged();
  }

  /** Something that lies on the disk of a host goes wrong without anybody knowing. */
  spoil(host: Host, draw: () => number): void {
    this.#upkeep.spoil(host, draw);
    this.chains.dropLost();
  }

  /** What a VM was restored from is verified. @returns the probability that something wrong was taken for right */
  verifyRead(point: SimulatedSnapshot, vm: SimulatedVm): number {
    const part = point.parts[vm.index]!;
    const shared = point.shared[vm.index];
    const read = [part, ...(part.layer?.stored === undefined ? [] : [part.layer.stored]), ...(shared ? [shared] : [])];
    let right = 1;
    for (const one of read) {
      right *= 1 - silentlyWrong(one.copies);
      this.#upkeep.verify(one);
    }
    return 1 - right;
  }

  #topologyChanged(): void {
    this.#replication.retry();
    this.recount();
    this.#parts.onChange();
  }

  /** Counts what lies on the disks anew, after it has changed. */
  recount(): void {
    this.#upkeep.dropUnused();
    this.space.recount(this.chains);
    if (this.space.isLimited) this.#parts.ledger.diskPeak = this.space.peak;
    this.#space.recount(this.chains, { disks: this.#parts.disks !== undefined });
  }

  settle(): void {
    this.#space.settle();
  }
}
