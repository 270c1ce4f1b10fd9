import { Chain, unstage } from "./chain.ts";
import { Copies, type HostShares } from "./copies.ts";
import type { DataCentre, Host } from "./data-centre.ts";
import type { Ledger } from "./ledger.ts";
import type { MemoryTable } from "./memory.ts";
import type { ModelClock } from "./model-clock.ts";
import { type Route, RouteBuilder } from "./route.ts";
import type { ClusterScenario } from "./scenario.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedSnapshot, VmPart } from "./simulated-snapshot.ts";
import type { SimulatedVm } from "./simulated-vm.ts";
import type { Transfer, Transfers } from "./transfer.ts";

export interface StoreParts {
  readonly centre: DataCentre;
  readonly transfers: Transfers;
  readonly ledger: Ledger;
  /** The simulation's clock, which jumps leave alone. */
  readonly sim: { readonly now: number };
  readonly clock: ModelClock;
  readonly memory: MemoryTable;
  readonly scenario: ClusterScenario;
  /** A whole number in [0, n), from the random stream of placements. */
  readonly pick: (n: number) => number;
  /** Something begins that is not part of the snapshot cycle. */
  readonly onDisturbance: () => void;
  /** The store has changed in a way that may let a waiting rollback go on. */
  readonly onChange: () => void;
}

/** The snapshot store on the disks of the hosts: replication, chains and their merges, loss and repair of copies. */
export class SnapshotStore {
  readonly #parts: StoreParts;
  readonly #chains = new Map<SimulatedCluster, Chain>();
  /** The copies that new versions of each VM are written to. */
  readonly #layout = new Map<SimulatedVm, Copies>();
  /** Parts that wait for a host to come back before they can be copied on. */
  #parked: { readonly snapshot: SimulatedSnapshot; readonly part: VmPart }[] = [];
  readonly #repairs = new Map<Copies, Transfer>();
  readonly #downSince = new Map<Host, number>();
  #storedBytes = 0;
  #stagedBytes = 0;
  #storedSince: number;

  constructor(parts: StoreParts) {
    this.#parts = parts;
    this.#storedSince = parts.sim.now;
  }

  chain(cluster: SimulatedCluster): Chain {
    let chain = this.#chains.get(cluster);
    if (chain === undefined) {
      chain = new Chain(this.#parts.memory, this.#parts.scenario.storage);
      this.#chains.set(cluster, chain);
    }
    return chain;
  }

  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** No part of a snapshot waits for a host to come back. */
  get quiet(): boolean {
    return this.#parked.length === 0;
  }

  /** Where a new version of this VM is written: with the chain it adds to, or, when it is whole, wherever all copies fit. */
  copiesFor(vm: SimulatedVm, capturing: Host, whole: boolean): Copies {
    const { centre, memory, scenario, pick } = this.#parts;
    const layout = this.#layout.get(vm);
    if (layout !== undefined && !whole) return layout;
    const copies =
      layout?.forNewVersion(capturing) ?? Copies.place(centre.hosts, memory, scenario.storage.chunk, capturing, pick);
    this.#layout.set(vm, copies);
    return copies;
  }

  /** Sends a captured snapshot to the hosts of its copies. */
  replicate(snapshot: SimulatedSnapshot): void {
    for (const part of snapshot.parts) this.#replicatePart(snapshot, part);
  }

  #replicatePart(snapshot: SimulatedSnapshot, part: VmPart): void {
    if (snapshot.state === "failed") return;
    const { transfers } = this.#parts;
    part.copies.fill(part.source, snapshot.whole);
    if (!part.source.up || !part.copies.full) {
      this.#parked.push({ snapshot, part });
      return;
    }
    const { route, bytes } = part.delivered === undefined ? this.#fresh(part) : this.#rest(part, part.delivered);
    part.transfer = transfers.start({
      errand: "replicate",
      bytes,
      route,
      onDone: () => {
        part.transfer = undefined;
        part.replicated = true;
        if (snapshot.parts.every((one) => one.replicated)) this.#commit(snapshot.cluster);
      },
      onBroken: (remaining) => {
        part.transfer = undefined;
        part.delivered ??= new Map();
        for (const host of part.copies.targets.keys()) {
          const had = part.delivered.get(host) ?? 0;
          part.delivered.set(host, had + (1 - had) * (1 - remaining / bytes));
        }
        this.#parked.push({ snapshot, part });
      },
    });
  }

  /** One flow brings every host its share: read once, sent and written as often as there are copies. */
  #fresh(part: VmPart): { route: Route; bytes: number } {
    const { copies, source } = part;
    const mix = copies.routes("replicate", source, (c) => {
      const route = new RouteBuilder(this.#parts.centre).read(source);
      for (const [host, shares] of copies.targets)
        if (shares[c]! > 0) route.send(source, host, shares[c]).write(host, shares[c]);
      return route.build();
    });
    return { route: mix.of(part.bytes, part.total), bytes: part.total };
  }

  /** After a host has failed, hosts that lack less receive more slowly, so that one flow still ends with all of it there. */
  #rest(part: VmPart, delivered: ReadonlyMap<Host, number>): { route: Route; bytes: number } {
    const { copies, source, bytes, total } = part;
    const lacking = [...copies.targets].map(([host, shares]) => ({
      host,
      shares,
      part: 1 - (delivered.get(host) ?? 0),
    }));
    const most = Math.max(0, ...lacking.map((one) => one.part));
    const route = new RouteBuilder(this.#parts.centre);
    if (total > 0 && most > 0) {
      route.read(source);
      for (const one of lacking) {
        const share = ((one.part / most) * weigh(one.shares, bytes)) / total;
        if (share > 0) route.send(source, one.host, share).write(one.host, share);
      }
    }
    return { route: route.build(), bytes: total * most };
  }

  /** Snapshots become durable in the order of their cuts. */
  #commit(cluster: SimulatedCluster): void {
    const chain = this.chain(cluster);
    const { ledger, sim } = this.#parts;
    for (;;) {
      const first = chain.inFlight[0];
      if (first?.state !== "captured" || !first.parts.every((part) => part.replicated)) break;
      chain.inFlight.shift();
      first.state = "durable";
      chain.versions.push(first);
      ledger.add("snapshotsDurable", 1);
      ledger.observe("durabilityLatency", sim.now - first.cutAt);
    }
    this.#retain(cluster);
    this.recount();
    this.#parts.onChange();
  }

  /** Lets go of versions beyond those to keep: a delta is merged into the whole version below it, which it replaces. */
  #retain(cluster: SimulatedCluster): void {
    const chain = this.chain(cluster);
    while (chain.backlog > 0 && !chain.merging) {
      const [oldest, next] = chain.versions as [SimulatedSnapshot, SimulatedSnapshot];
      if (next.whole) {
        oldest.state = "deleted";
        chain.versions.shift();
        continue;
      }
      chain.merging = true;
      let open = next.parts.length;
      for (const part of next.parts) {
        this.#mergePart(part, part.total, () => {
          if (--open > 0) return;
          chain.merging = false;
          if (chain.versions[0] !== oldest || chain.versions[1] !== next) return;
          oldest.state = "merged";
          chain.versions.shift();
          next.whole = true;
          for (const one of next.parts) {
            one.bytes = chain.wholeBytes;
            one.total = this.#parts.memory.bytes;
          }
          this.#retain(cluster);
          this.recount();
          this.#parts.onChange();
        });
      }
    }
  }

  #mergePart(part: VmPart, bytes: number, onDone: () => void): void {
    const { copies, vm } = part;
    const staged = vm.stagedOn?.up === true ? vm.stagedOn : undefined;
    const mix = copies.routes("merge", staged, (c) => {
      const route = new RouteBuilder(this.#parts.centre);
      for (const [host, shares] of copies.targets) {
        if (host.up && shares[c]! > 0) route.read(host, shares[c]).write(host, shares[c]);
      }
      if (staged !== undefined) route.read(staged).write(staged);
      return route.build();
    });
    const built = mix.of(part.bytes, part.total);
    if (built.over.length === 0) {
      onDone();
      return;
    }
    this.#parts.transfers.start({
      errand: "merge",
      bytes,
      route: built,
      onDone,
      onBroken: (remaining) => this.#mergePart(part, remaining, onDone),
    });
  }

  /** Gives up a snapshot that is not durable, and all that were cut after it. */
  abandon(cluster: SimulatedCluster): void {
    const chain = this.chain(cluster);
    for (const snapshot of chain.inFlight) {
      snapshot.state = "failed";
      this.#parts.ledger.add("snapshotsFailed", 1);
      for (const part of snapshot.parts) if (part.transfer !== undefined) this.#parts.transfers.cancel(part.transfer);
    }
    chain.inFlight = [];
    this.#parked = this.#parked.filter(({ snapshot }) => snapshot.state !== "failed");
    this.recount();
  }

  /** How a VM's pages of a restore point come to a host, and how many bytes that is; undefined while some cannot. */
  restoreRoute(point: SimulatedSnapshot, vm: SimulatedVm, host: Host): { route: Route; bytes: number } | undefined {
    const { centre, memory } = this.#parts;
    const chain = this.chain(point.cluster);
    const part = point.parts[vm.index]!;
    const bytes = chain.wholeBytes;
    const route = new RouteBuilder(centre);
    const sum = memory.bytes;
    if (vm.stagedOn === host) {
      const total = sum + memory.reReadBytes;
      if (total > 0) route.read(host, sum / total).fetch(host, memory.reReadBytes / total);
      return { route: route.build(), bytes: total };
    }
    if (chain.readability(part, "now") === "unreadable") return undefined;
    const { from, missing } = part.copies.readers(host);
    let reRead = memory.reReadBytes;
    let found = 0;
    for (const [c, share] of missing.entries()) {
      if (share > 0 && this.#parts.scenario.storage.types[chain.type(c)].onLoss === "re-read")
        reRead += share * bytes[c]!;
      found += (1 - share) * bytes[c]!;
    }
    const total = found + reRead;
    if (total > 0) {
      for (const [source, shares] of from) {
        const share = weigh(shares, bytes) / total;
        route.read(source, share).send(source, host, share);
        // What comes from elsewhere is kept on the host's disk, for the next rollback in place.
        if (source !== host) route.write(host, share);
      }
      route.fetch(host, reRead / total);
    }
    return { route: route.build(), bytes: total };
  }

  /** Versions after the restore point are of a future that has been rolled back. */
  rollBackTo(point: SimulatedSnapshot | undefined, cluster: SimulatedCluster): void {
    const chain = this.chain(cluster);
    const kept = point === undefined ? 0 : chain.versions.indexOf(point) + 1;
    for (const gone of chain.versions.splice(kept)) gone.state = "deleted";
    this.recount();
  }

  /** A host has failed. */
  hostDown(host: Host, permanent: boolean): void {
    const { clock, scenario } = this.#parts;
    this.#downSince.set(host, clock.now);
    for (const { copies, vm, source, whole } of this.#allCopies()) {
      copies.hostDown(host, permanent);
      copies.fill(vm.host ?? source, whole);
    }
    this.#parts.transfers.breakAt(host);
    if (permanent) {
      for (const { versions, inFlight } of this.#chains.values()) {
        for (const { parts } of [...versions, ...inFlight]) unstage(parts, host);
      }
    }
    this.#dropLost();
    const { outage } = host;
    clock.at(clock.now + scenario.storage.repairDelay, () => {
      this.#parts.onDisturbance();
      if (permanent || (!host.up && host.outage === outage)) this.#repairAll();
    });
    this.#topologyChanged();
  }

  /** A host is back: with its disk, or, after a permanent failure, with an empty one. */
  hostUp(host: Host): void {
    const { clock, memory, scenario } = this.#parts;
    const away = clock.now - (this.#downSince.get(host) ?? clock.now);
    const stale = scenario.snapshot.record !== "full";
    for (const { copies, vm, source, whole } of this.#allCopies()) {
      const back = copies.hostUp(host, stale);
      copies.fill(vm.host ?? source, whole);
      // What was written meanwhile: distinct pages of the chunks that are taken back.
      const behind = Float64Array.from(memory.classes, ({ pages, writesPerPage }, i) =>
        back[i]! === 0 ? 0 : -pages * 4096 * Math.expm1(-writesPerPage * away),
      );
      if (back.some((share) => share > 0)) this.#repair(copies, behind);
    }
    this.#topologyChanged();
  }

  #dropLost(): void {
    for (const [cluster, chain] of this.#chains) {
      const lost = chain.dropLost();
      this.#parts.ledger.add("snapshotsLost", lost.length);
      if (lost.length === 0 || chain.versions.length > 0) continue;
      // What comes next cannot build on what is gone.
      cluster.tracking = false;
      if (chain.inFlight[0]?.whole === false) this.abandon(cluster);
    }
  }

  #topologyChanged(): void {
    for (const { snapshot, part } of this.#parked.splice(0)) this.#replicatePart(snapshot, part);
    this.recount();
    this.#parts.onChange();
  }

  #repairAll(): void {
    const { memory } = this.#parts;
    const bytes = Float64Array.from(memory.classes, ({ pages }) => pages * 4096);
    for (const { copies } of this.#allCopies()) if (!this.#repairs.has(copies)) this.#repair(copies, bytes);
  }

  /** Brings the copies that are behind up to date; `bytes` of each class are missing in all of a class. */
  #repair(copies: Copies, bytes: Float64Array): void {
    const { from, to } = copies.incomplete;
    const hosts = [...to.keys()];
    let total = 0;
    for (const shares of to.values()) total += weigh(shares, bytes);
    if (total === 0) {
      copies.complete(hosts);
      return;
    }
    const route = this.#spread(from, to, bytes, total);
    const again = (): void => {
      this.#repairs.delete(copies);
      this.#repair(copies, bytes);
    };
    const running = this.#repairs.get(copies);
    if (running !== undefined) this.#parts.transfers.cancel(running);
    this.#repairs.set(
      copies,
      this.#parts.transfers.start({
        errand: "repair",
        bytes: total,
        route,
        onDone: () => {
          this.#repairs.delete(copies);
          copies.complete(hosts);
          this.recount();
          this.#parts.onChange();
        },
        onBroken: again,
      }),
    );
  }

  /** Every byte is read at a source and written at a target; sources serve targets in proportion. */
  #spread(from: HostShares, to: HostShares, bytes: Float64Array, total: number): Route {
    const route = new RouteBuilder(this.#parts.centre);
    if (total === 0) return route.build();
    for (const [source, read] of from) {
      const readShare = weigh(read, bytes) / total;
      route.read(source, readShare);
      for (const [target, written] of to) route.send(source, target, (readShare * weigh(written, bytes)) / total);
    }
    for (const [target, written] of to) route.write(target, weigh(written, bytes) / total);
    return route.build();
  }

  /** Counts what lies on the disks anew, after it has changed; the sums up to now are settled first. */
  recount(): void {
    this.settle();
    this.#storedBytes = 0;
    this.#stagedBytes = 0;
    for (const chain of this.#chains.values()) {
      this.#storedBytes += chain.storedBytes;
      this.#stagedBytes += chain.stagedBytes;
    }
    this.#parts.ledger.storedPeak = Math.max(this.#parts.ledger.storedPeak, this.#storedBytes);
  }

  settle(): void {
    const { ledger, sim } = this.#parts;
    ledger.add("storedByteSeconds", this.#storedBytes * (sim.now - this.#storedSince));
    ledger.add("stagedByteSeconds", this.#stagedBytes * (sim.now - this.#storedSince));
    this.#storedSince = sim.now;
  }

  *#allCopies(): Iterable<{ copies: Copies; vm: SimulatedVm; source: Host; whole: boolean }> {
    const seen = new Set<Copies>();
    for (const chain of this.#chains.values()) {
      for (const { parts, state, whole } of [...chain.versions, ...chain.inFlight]) {
        for (const { copies, vm, source } of parts) {
          if (seen.has(copies)) continue;
          seen.add(copies);
          yield { copies, vm, source, whole: whole && state !== "durable" };
        }
      }
    }
  }
}

const weigh = (shares: Float64Array, bytes: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < shares.length; i++) sum += shares[i]! * bytes[i]!;
  return sum;
};
