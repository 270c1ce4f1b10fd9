import type { Timer } from "../../sim/index.ts";
import type { Transfer } from "../data-centre/transfer.ts";
import type { RollbackPlan } from "../scenario.ts";
import type { SharedPages } from "../store/restore-contents.ts";
import { hops } from "../transfer/deliver.ts";
import { capGroups, type PageGroup, pageGroups } from "../transfer/page-groups.ts";
import type { Load } from "./load.ts";
import type { PagesBehind } from "./pages-behind.ts";
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

interface SharedFlowsOptions {
  readonly plan: RollbackPlan;
  readonly behind: PagesBehind | undefined;
  /** A VM that may now have all it wants. */
  readonly onArrived: (vm: SimulatedVm, load: Load) => void;
}

/** Brings pages that several VMs of a restore want to groups of hosts. */
export class SharedFlows {
  readonly #domain: SimulatedDomain;
  readonly #cluster: SimulatedCluster;
  readonly #point: SimulatedSnapshot;
  readonly #contents: readonly SharedPages[];
  readonly #options: SharedFlowsOptions;
  readonly #groups = new Set<Group>();
  readonly #waiting = new Set<Timer>();

  constructor(
    domain: SimulatedDomain,
    cluster: SimulatedCluster,
    point: SimulatedSnapshot,
    contents: readonly SharedPages[],
    options: SharedFlowsOptions,
  ) {
    this.#domain = domain;
    this.#cluster = cluster;
    this.#point = point;
    this.#contents = contents;
    this.#options = options;
  }

  /** Starts what can be: contents that are not on their way, to whoever lacks them. */
  go(): void {
    const under = new Set([...this.#groups].flatMap(({ pages }) => pages.map(({ content }) => content)));
    const open = this.#contents.flatMap((pages) => {
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
    const capped =
      this.#options.plan.transfer === "multicast" ? capGroups(groups, this.#options.plan.multicast.groups) : groups;
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
      vm.host?.reachable === true &&
      vm.load?.isFor(this.#point, vm.host) === true &&
      !vm.load.isStalled &&
      vm.load.left.has(content)
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
    const { transfer, multicast, piece } = this.#options.plan;
    const { latency, host } = this.#domain.scenario.dataCentre;
    if (transfer !== "multicast") return (hops(transfer, hosts.length) - 1) * (piece / host.nic + latency);
    if (hosts.length === 1) return 0;
    for (const one of hosts) joined.set(one, (joined.get(one) ?? 0) + 1);
    return Math.max(...hosts.map((one) => joined.get(one)!)) * multicast.join;
  }

  #send(group: Group, hosts: readonly number[]): void {
    const { store, transfers, centre, ledger } = this.#domain;
    const { transfer: way, packetLoss: loss } = this.#options.plan;
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
      ...this.#options.behind?.cap,
      onDone: () => {
        this.#groups.delete(group);
        ledger.add("restoreSavedInterVm", Math.max(0, wanted * found - bytes));
        arrived(group, 0);
        for (const [vm, load] of loads) {
          this.#options.onArrived(vm, load);
          this.#options.behind?.pace(vm, load);
        }
      },
      onBroken: (remaining, at) => {
        this.#groups.delete(group);
        arrived(group, remaining / bytes);
        // Who is sent to by the source itself, or by many, does not miss another receiver.
        if (way === "chain" || way === "tree" || !to.includes(at))
          for (const load of loads.values()) if (load.host !== at) load.lostSource = at;
        for (const [vm, load] of loads) this.#options.behind?.pace(vm, load);
        this.#domain.notify();
      },
    });
    for (const { content, vms: wanting } of pages)
      for (const vm of wanting) loads.get(vm)!.coming.set(content, group.transfer);
    this.#options.behind?.follow(group.transfer, loads);
  }

  /** Ends what is under way; what has arrived stays. */
  end(): void {
    for (const timer of this.#waiting) timer.cancel();
    for (const group of this.#groups) {
      const { transfer } = group;
      if (transfer === undefined) continue;
      arrived(group, 1 - transfer.progress);
      this.#domain.transfers.cancel(transfer);
    }
  }
}

/** Of what was sent, this part has not arrived. */
const arrived = ({ pages, loads }: Group, remaining: number): void => {
  for (const { content, vms } of pages) {
    for (const vm of vms) {
      const load = loads.get(vm)!;
      load.coming.delete(content);
      load.arrived(content, remaining);
    }
  }
};

const sumOf = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((sum, one) => sum + of(one), 0);
