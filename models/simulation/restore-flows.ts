import type { Timer } from "../../sim/index.ts";
import type { Host } from "../data-centre/data-centre.ts";
import type { Transfer } from "../data-centre/transfer.ts";
import type { RollbackPlan } from "../scenario.ts";
import type { RestoreContents, SharedPages } from "../store/restore-contents.ts";
import { hops } from "../transfer/deliver.ts";
import { capGroups, type PageGroup, pageGroups } from "../transfer/page-groups.ts";
import { Load } from "./load.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedDomain } from "./simulated-domain.ts";
import type { SimulatedSnapshot } from "./simulated-snapshot.ts";
import type { SimulatedVm } from "./simulated-vm.ts";

/** Pages on their way to a group of hosts. */
interface Group {
  readonly pages: readonly SharedPages[];
  /** Of all VMs that want some of them. */
  readonly loads: ReadonlyMap<SimulatedVm, Load>;
  transfer: Transfer | undefined;
}

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
  readonly #groups = new Set<Group>();
  readonly #waiting = new Set<Timer>();

  constructor(domain: SimulatedDomain, cluster: SimulatedCluster, point: SimulatedSnapshot, plan: RollbackPlan) {
    this.#domain = domain;
    this.#cluster = cluster;
    this.#point = point;
    this.#plan = plan;
    if (plan.transfer === "unicast") return;
    const seekers = cluster.vms.filter((vm) => vm.host !== undefined && vm.stagedOn !== vm.host && !this.#isLoaded(vm));
    this.#contents = domain.store.restores.contents(point, seekers, domain.similarityOf(cluster));
  }

  /** Starts what can be. @returns whether all has arrived */
  go(): boolean {
    for (const { vm } of this.#point.parts) {
      if (vm.host?.reachable !== true || this.#isLoaded(vm)) continue;
      const load = this.#loadOf(vm, vm.host);
      if (!load.isAloneDone && load.transfer === undefined) this.#bringAlone(vm, load);
    }
    this.#bringShared();
    return this.#point.parts.every(({ vm }) => this.#isLoaded(vm));
  }

  /** Ends what is under way; what has arrived stays. */
  end(): void {
    const { transfers } = this.#domain;
    for (const timer of this.#waiting) timer.cancel();
    for (const group of this.#groups) {
      if (group.transfer === undefined) continue;
      arrived(group, group.transfer.remaining / group.transfer.bytes);
      transfers.cancel(group.transfer);
    }
    for (const { vm } of this.#point.parts) {
      const { load } = vm;
      if (load?.transfer === undefined) continue;
      load.remaining = load.transfer.remaining;
      transfers.cancel(load.transfer);
      load.transfer = undefined;
    }
  }

  #isLoaded({ load, host }: SimulatedVm): boolean {
    return load?.isDone === true && load.isFor(this.#point, host);
  }

  #loadOf(vm: SimulatedVm, host: Host): Load {
    if (vm.load?.isFor(this.#point, host) === true) return vm.load;
    const wanted = this.#contents?.wanted.get(vm);
    const load = new Load(this.#point, host, wanted);
    vm.load = load;
    this.#domain.store.restores.count(this.#point, vm, wanted);
    return load;
  }

  /** What comes to one VM only. */
  #bringAlone(vm: SimulatedVm, load: Load): void {
    const { store, transfers } = this.#domain;
    const restore = store.restores.route(this.#point, vm, load.host, load.wanted);
    if (restore === undefined) return;
    const isStaged = vm.stagedOn === load.host;
    load.kept &&=
      (isStaged || this.#plan.stage) &&
      load.host.up &&
      store.space.keep(load.host, isStaged ? 0 : load.bytesWith(restore));
    load.outcome = restore.outcome;
    load.transfer = transfers.start({
      errand: "restore",
      vm,
      snapshot: this.#point.number,
      bytes: Math.min(load.remaining ?? restore.bytes, restore.bytes),
      route: restore.route,
      onDone: () => {
        load.transfer = undefined;
        load.isAloneDone = true;
        this.#check(vm, load);
      },
      onBroken: (remaining) => {
        load.transfer = undefined;
        load.remaining = remaining;
        if (!this.#cluster.undetected.has(vm)) this.#domain.notify();
      },
    });
  }

  #bringShared(): void {
    const under = new Set([...this.#groups].flatMap(({ pages }) => pages.map(({ content }) => content)));
    const open = (this.#contents?.shared ?? []).flatMap((pages) => {
      if (under.has(pages.content)) return [];
      const lacking = this.#lacking(pages);
      return lacking.vms.length > 0 && this.#domain.store.restores.isReadable(this.#point, lacking.vms)
        ? [lacking]
        : [];
    });
    if (open.length === 0) return;
    const places = this.#cluster.vms.map(({ host }) => host?.index ?? -1);
    const wanted = open.map(({ bytes, vms }) => ({
      bytes: bytes.reduce((sum, one) => sum + one, 0),
      wantedBy: vms.map(({ index }) => index),
      heldBy: [],
    }));
    const groups = pageGroups(wanted, places);
    const capped = this.#plan.transfer === "multicast" ? capGroups(groups, this.#plan.multicast.groups) : groups;
    const joined = new Map<number, number>();
    for (const group of capped)
      this.#start(
        group.contents.map((i) => open[i]!),
        group,
        joined,
      );
  }

  /** The VMs that are where they can get it and have not, and what they lack: as much as whoever lacks most. */
  #lacking({ content, bytes, vms, parts }: SharedPages): SharedPages {
    const lacking = vms.flatMap((vm, i) =>
      vm.host?.reachable === true && vm.load?.isFor(this.#point, vm.host) === true && vm.load.left.has(content)
        ? [{ vm, part: parts[i]!, left: vm.load.left.get(content)! }]
        : [],
    );
    const most = lacking.reduce((most, { left }) => Math.max(most, left), 0);
    return {
      content,
      bytes: bytes.map((one) => one * most),
      vms: lacking.map(({ vm }) => vm),
      parts: lacking.map(({ part }) => part),
    };
  }

  /** @param joined how many groups each host has joined before */
  #start(pages: readonly SharedPages[], { hosts }: PageGroup, joined: Map<number, number>): void {
    const vms = new Set(pages.flatMap((one) => one.vms));
    const group: Group = { pages, loads: new Map([...vms].map((vm) => [vm, vm.load!])), transfer: undefined };
    this.#groups.add(group);
    const delay = this.#delay(hosts, joined);
    if (delay === 0) {
      this.#send(group, hosts);
      return;
    }
    const timer = this.#domain.sim.timer(() => {
      this.#waiting.delete(timer);
      this.#send(group, hosts);
    }, "a group of hosts");
    this.#waiting.add(timer.arm(delay));
  }

  /** Until hosts have joined their groups one after the other, or the first piece has come to the last of them. */
  #delay(hosts: readonly number[], joined: Map<number, number>): number {
    const { transfer, multicast, piece } = this.#plan;
    const { latency, host } = this.#domain.scenario.dataCentre;
    if (transfer !== "multicast") return (hops(transfer, hosts.length) - 1) * (piece / host.nic + latency);
    if (hosts.length === 1) return 0;
    for (const one of hosts) joined.set(one, (joined.get(one) ?? 0) + 1);
    return Math.max(...hosts.map((one) => joined.get(one)!)) * multicast.join;
  }

  #send(group: Group, hosts: readonly number[]): void {
    const { store, transfers, centre, ledger } = this.#domain;
    const { transfer: way, packetLoss: loss } = this.#plan;
    const { pages, loads } = group;
    const to = hosts.map((index) => centre.hosts[index]!);
    const { route, bytes } = store.restores.sharedRoute(pages, to, { way, loss });
    const wanted = sumOf(pages, ({ content, vms }) => sumOf(vms, (vm) => loads.get(vm)!.bytesLeft(content)));
    const found = bytes / sumOf(pages, (one) => sumOf([...one.bytes], (amount) => amount));
    const vms = [...loads.keys()];
    group.transfer = transfers.start({
      errand: "restore",
      vm: vms[0]!,
      vms,
      snapshot: this.#point.number,
      bytes,
      route,
      onDone: () => {
        this.#groups.delete(group);
        ledger.add("restoreSavedInterVm", wanted * found - bytes);
        arrived(group, 0);
        for (const [vm, load] of loads) this.#check(vm, load);
      },
      onBroken: (remaining) => {
        this.#groups.delete(group);
        arrived(group, remaining / bytes);
        this.#domain.notify();
      },
    });
  }

  #check(vm: SimulatedVm, load: Load): void {
    if (!load.isDone || vm.load !== load) return;
    if (vm.stagedOn !== vm.host) load.wrong = this.#domain.store.verifyRead(this.#point, vm);
    this.#domain.notify();
  }
}

/** Of what was sent, this part has not arrived. */
const arrived = ({ pages, loads }: Group, remaining: number): void => {
  for (const { content, vms } of pages) for (const vm of vms) loads.get(vm)!.arrived(content, remaining);
};

const sumOf = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((sum, one) => sum + of(one), 0);
