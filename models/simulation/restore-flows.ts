import type { Host } from "../data-centre/data-centre.ts";
import { pageSize } from "../guest/memory.ts";
import type { RollbackPlan } from "../scenario.ts";
import { type RestoreContents, type SharedPages, withoutHeld } from "../store/restore-contents.ts";
import type { Restore } from "../store/restore-route.ts";
import { Load } from "./load.ts";
import type { PagesBehind } from "./pages-behind.ts";
import { SharedFlows } from "./shared-flows.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedDomain } from "./simulated-domain.ts";
import type { SimulatedSnapshot, StoredPart } from "./simulated-snapshot.ts";
import type { SimulatedVm } from "./simulated-vm.ts";

/**
 * Brings the pages of a restore point to the hosts of its VMs. By unicast each VM gets all of its own; otherwise pages that
 * several want come once to all hosts that want them, and pages of zeros and duplicates inside a VM are not sent. What had
 * arrived before a transfer was broken off is not sent again, unless somebody else of the group lacks it.
 */
export class RestoreFlows {
  readonly #domain: SimulatedDomain;
  readonly #cluster: SimulatedCluster;
  readonly #point: SimulatedSnapshot;
  readonly #plan: RollbackPlan;
  readonly #contents: RestoreContents | undefined;
  readonly #shared: SharedFlows | undefined;
  /** When guests run and this comes behind them. */
  readonly #behind: PagesBehind | undefined;

  constructor(
    domain: SimulatedDomain,
    cluster: SimulatedCluster,
    point: SimulatedSnapshot,
    plan: RollbackPlan,
    behind?: PagesBehind,
  ) {
    this.#behind = behind;
    this.#domain = domain;
    this.#cluster = cluster;
    this.#point = point;
    this.#plan = plan;
    if (plan.transfer === "unicast") return;
    // Who has got all of its pages already, or is not known to have failed, still shares them: what was shared stays it.
    const seekers = cluster.vms.filter((vm) => vm.host === undefined || vm.stagedOn !== vm.host);
    this.#contents = domain.store.restores.contents(point, seekers, domain.similarityOf(cluster));
    this.#shared = new SharedFlows(domain, cluster, point, [...this.#contents.shared, ...this.#leftOver()], {
      plan,
      behind,
      onArrived: (vm, load) => this.#check(vm, load),
    });
  }

  /** Brings so many of the first pages to each VM by unicast. @returns whether they have arrived */
  prefetch(pages: number): boolean {
    const { parts } = this.#point;
    const isReady = ({ load, host }: SimulatedVm): boolean =>
      load?.isFor(this.#point, host) === true && (load.isPrefetched || load.isDone);
    for (const { vm } of parts) {
      if (vm.host?.reachable !== true || isReady(vm)) continue;
      const load = this.#loadOf(vm, vm.host);
      if (load.transfer === undefined && !load.isStalled) this.#prefetch(vm, load, pages);
    }
    return parts.every(({ vm }) => isReady(vm));
  }

  /** Starts what can be. @returns whether all has arrived */
  go(): boolean {
    for (const { vm } of this.#point.parts) {
      if (vm.host?.reachable !== true || this.#isLoaded(vm)) continue;
      const load = this.#loadOf(vm, vm.host);
      if (!load.isAloneDone && load.transfer === undefined && !load.isStalled) this.#bringAlone(vm, load);
    }
    this.#shared?.go();
    return this.#point.parts.every(({ vm }) => this.#isLoaded(vm));
  }

  /** Something of it waits until a dead source is known to be dead. */
  get isStalled(): boolean {
    return this.#point.parts.some(({ vm }) => vm.load?.isStalled === true);
  }

  /** Ends what is under way; what has arrived stays. */
  end(): void {
    const { transfers } = this.#domain;
    this.#shared?.end();
    for (const { vm } of this.#point.parts) {
      const { load } = vm;
      if (load?.transfer === undefined) continue;
      load.remaining = load.transfer.remaining;
      transfers.cancel(load.transfer);
      load.transfer = undefined;
    }
  }

  /** What VMs lack of a former plan, and by this one nobody else wants: it is shared no more, and has to come all the same. */
  #leftOver(): SharedPages[] {
    const shared = new Set(this.#contents?.shared.map(({ content }) => content));
    const left = new Map<string, { bytes: Float64Array; vms: SimulatedVm[]; parts: StoredPart[] }>();
    for (const { vm } of this.#point.parts) {
      const { load, host } = vm;
      if (load?.isFor(this.#point, host) !== true) continue;
      for (const content of load.left.keys()) {
        if (shared.has(content)) continue;
        const { bytes, part } = load.wanted!.shared.get(content)!;
        const one = left.get(content) ?? { bytes, vms: [], parts: [] };
        one.vms.push(vm);
        one.parts.push(part);
        left.set(content, one);
      }
    }
    return [...left].map(([content, one]) => ({ content, ...one }));
  }

  #isLoaded({ load, host }: SimulatedVm): boolean {
    return load?.isDone === true && load.isFor(this.#point, host);
  }

  #loadOf(vm: SimulatedVm, host: Host): Load {
    if (vm.load?.isFor(this.#point, host) === true) {
      this.#loseHeld(vm, vm.load);
      return vm.load;
    }
    const wanted = this.#contents?.wanted.get(vm);
    const load = new Load(this.#point, host, wanted, vm.stagedOn === host);
    vm.load = load;
    this.#domain.store.restores.count(this.#point, vm, wanted);
    return load;
  }

  /** A disk that is gone has nothing that was left on it: what was to be read from it comes from elsewhere. */
  #loseHeld(vm: SimulatedVm, load: Load): void {
    if (load.isAloneDone || load.transfer !== undefined) return;
    const isLost = load.inPlace
      ? vm.stagedOn !== load.host
      : load.countsOnNeighbour && !this.#point.parts.some((part) => part.vm !== vm && part.vm.staged === load.host);
    if (!isLost) return;
    const left = load.share * (load.alone === 0 ? 1 : (load.remaining ?? load.alone) / load.alone);
    this.#domain.store.restores.countLostHeld(this.#point, vm, load.wanted, left);
    load.inPlace = false;
    if (load.wanted !== undefined) load.wanted = withoutHeld(load.wanted);
  }

  #prefetch(vm: SimulatedVm, load: Load, pages: number): void {
    // Blocks of its disk are none of the pages that its guest touches first: they come behind it.
    const restore = this.#domain.store.restores.route(this.#point, vm, load.host, { pages: 1, blocks: false });
    if (restore === undefined) return;
    load.outcome = restore.outcome;
    const bytes = Math.min(pages * pageSize, restore.bytes);
    if (bytes === 0) {
      load.prefetched(0);
      return;
    }
    this.#begin(vm, load, { bytes, route: restore.route }, () => {
      load.prefetched(bytes / restore.bytes);
      this.#domain.notify();
    });
  }

  /** What comes to one VM only. */
  #bringAlone(vm: SimulatedVm, load: Load): void {
    const { store } = this.#domain;
    const { wanted, share } = load;
    const restore = store.restores.route(this.#point, vm, load.host, { wanted, pages: share, blocks: true });
    if (restore === undefined) return;
    const isStaged = vm.stagedOn === load.host;
    load.kept &&=
      (isStaged || this.#plan.stage) &&
      load.host.up &&
      store.space.keep(load.host, isStaged ? 0 : load.bytesWith(restore));
    load.outcome = restore.outcome;
    load.alone = restore.bytes;
    this.#begin(vm, load, restore, () => {
      load.isAloneDone = true;
      this.#check(vm, load);
    });
  }

  /** A transfer to one VM, of which some may have arrived before. */
  #begin(vm: SimulatedVm, load: Load, { bytes, route }: Pick<Restore, "bytes" | "route">, onDone: () => void): void {
    load.transfer = this.#domain.transfers.start({
      errand: "restore",
      vm,
      snapshot: this.#point.number,
      bytes: Math.min(load.remaining ?? bytes, bytes),
      route,
      ...this.#behind?.cap,
      onDone: () => {
        load.transfer = undefined;
        load.remaining = undefined;
        onDone();
        this.#behind?.pace(vm, load);
      },
      onBroken: (remaining, at) => {
        load.transfer = undefined;
        load.remaining = remaining;
        if (at !== load.host) load.lostSource = at;
        this.#behind?.pace(vm, load);
        if (!this.#cluster.undetected.has(vm)) this.#domain.notify();
      },
    });
    this.#behind?.follow(load.transfer, [[vm, load]]);
  }

  #check(vm: SimulatedVm, load: Load): void {
    if (!load.isDone || vm.load !== load) return;
    if (vm.stagedOn !== vm.host) load.wrong = this.#domain.store.verifyRead(this.#point, vm);
    this.#domain.notify();
  }
}
