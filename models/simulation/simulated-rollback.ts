import type { Simulation } from "../../sim/index.ts";
import { buildsOnVersions } from "../cut/extent.ts";
import { tcpInterruption } from "../cut/tcp-interruption.ts";
import type { Place, RollbackGoesOn } from "../life-cycle-events.ts";
import type { RollbackPlan } from "../scenario.ts";
import { Interrupted, type Policy, type Testbed } from "../testbed.ts";
import { rebuildTime } from "../transfer/rebuild-time.ts";
import { restoreLine } from "../transfer/restore-line.ts";
import { closeRollback } from "./close-rollback.ts";
import { drive, pass, passing } from "./drive.ts";
import { RestoreBehind } from "./restore-behind.ts";
import { RestoreFlows } from "./restore-flows.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedDomain } from "./simulated-domain.ts";
import type { SimulatedSnapshot } from "./simulated-snapshot.ts";
import { wronglyRead } from "./wrongly-read.ts";

/** The verbs of the simulated testbed that roll a cluster back. */
export class SimulatedRollback implements Pick<Testbed, "plan" | "transfer" | "resume" | "coldStart" | "announce"> {
  readonly #domain: SimulatedDomain;
  readonly #sim: Simulation;
  readonly #behind: RestoreBehind;

  constructor(domain: SimulatedDomain) {
    this.#domain = domain;
    this.#sim = domain.sim;
    this.#behind = new RestoreBehind(domain);
  }

  *plan(cluster: SimulatedCluster, rollback: RollbackPlan): Policy<SimulatedSnapshot | undefined> {
    const { store } = this.#domain;
    const chain = store.chain(cluster);
    if (cluster.behind !== undefined) this.#behind.giveUp(cluster);
    cluster.restore ??= { lost: 0 };
    enter(cluster, "plan");
    const reached = cluster.progress;
    for (const vm of cluster.vms) {
      cluster.stop(vm);
      if (!cluster.undetected.has(vm)) cluster.move(vm, "plan");
    }
    cluster.hold(reached);
    if (rollback.planTime > 0) yield* pass(rollback.planTime);
    for (;;) {
      const found = chain.newestReadable();
      const give = found === undefined && (chain.versions.length === 0 || rollback.unreachable === "cold");
      if ((found !== undefined || give) && this.#place(cluster, rollback, found?.point)) {
        for (const vm of cluster.vms) if (vm.state === "noSpare") cluster.move(vm, "plan");
        store.chains.abandon(cluster);
        store.chains.rollBackTo(found?.point, cluster);
        const { corruption } = cluster;
        if (corruption !== undefined && found !== undefined && found.point.cutAt >= corruption.since)
          this.#domain.ledger.add("corruptRestores", 1);
        else cluster.corruption = undefined;
        const lost = cluster.setBack(found?.point.progress);
        cluster.restore.lost += lost;
        cluster.restore.cold = found === undefined;
        cluster.tell?.({
          kind: "rollback",
          cluster: cluster.name,
          phase: "chosen",
          ...(found === undefined ? {} : { snapshot: found.point.number }),
          degraded: found?.degraded ?? false,
          lost,
          places: placesOf(cluster),
        });
        return found?.point;
      }
      // Waiting for a host, to run on or with the pages: some VM has none.
      const waiting = cluster.vms.filter(({ state }) => state === "plan");
      if (waiting.length > 0) enter(cluster, "noSpare");
      for (const vm of waiting) cluster.move(vm, "noSpare");
      yield* passing(this.#domain.changed);
    }
  }

  *transfer(cluster: SimulatedCluster, point: SimulatedSnapshot, rollback: RollbackPlan): Policy {
    const chain = this.#domain.store.chain(cluster);
    const check = (): void => {
      if (chain.newestReadable()?.point !== point) throw new Interrupted({ cluster, vms: [] });
    };
    const lacking = cluster.vms.filter((vm) => vm.stagedOn === undefined || vm.stagedOn !== vm.host).length;
    yield* this.#domain.admission.enter(cluster, lacking * chain.wholeTotal, check);
    try {
      yield* this.#bring(cluster, point, rollback, check);
    } finally {
      this.#domain.admission.leave(cluster);
    }
  }

  /** Brings all pages to the hosts. */
  *#bring(cluster: SimulatedCluster, point: SimulatedSnapshot, rollback: RollbackPlan, check: () => void): Policy {
    const { dataCentre } = this.#domain.scenario;
    const { disks } = this.#domain;
    const chain = this.#domain.store.chain(cluster);
    enter(cluster, "transfer");
    for (const vm of cluster.vms) if (!cluster.undetected.has(vm)) cluster.move(vm, "transfer");
    const local = disks?.spec.on === "local";
    const reRead = this.#domain.memory.reReadBytes > 0 && !local ? dataCentre.store.latency : 0;
    const opening = (disks?.costs.open ?? 0) * (chain.versions.indexOf(point) + 1);
    const latency = Math.max(dataCentre.latency + dataCentre.host.disk.latency, reRead);
    if (latency > 0) yield* pass(latency);
    yield* this.#withDisks(opening);
    const flows = new RestoreFlows(this.#domain, cluster, point, rollback);
    const first = this.#firstPages(rollback);
    try {
      while (!(first === undefined ? flows.go() : flows.prefetch(first))) {
        if (!flows.isStalled) check();
        yield* passing(this.#domain.changed);
      }
    } finally {
      flows.end();
    }
    cluster.restore!.outcomes = point.parts.map(({ vm }) => vm.load!.outcome!);
    const hosts = cluster.vms.map(({ host }) => host);
    const rebuilding = rebuildTime(hosts, chain.wholeTotal, rollback);
    if (rebuilding > 0) yield* pass(rebuilding);
    if (first === undefined) cluster.restore!.resident = this.#sim.now;
  }

  /** Pages of each VM that are there before its guest starts; undefined when all are. */
  #firstPages({ resume, window }: RollbackPlan): number | undefined {
    if (resume === "eager") return undefined;
    return resume === "on-demand" ? 0 : window * this.#domain.scenario.cluster.workload.workingSet.pages;
  }

  *resume(cluster: SimulatedCluster, rollback: RollbackPlan): Policy {
    enter(cluster, "resume");
    for (const vm of cluster.vms) if (!cluster.undetected.has(vm)) cluster.move(vm, "resume");
    const starts = Math.max(0, ...restoreLine(rollback.startAfter)) + 1;
    yield* this.#withDisks(starts * rollback.resumeTime);
    if (cluster.restore!.resident !== undefined)
      for (const vm of cluster.vms) if (vm.state === "resume" && vm.load?.kept === true) this.#domain.store.stage(vm);
    cluster.tracking = buildsOnVersions(this.#domain.scenario.snapshot, this.#domain.scenario.storage);
    cluster.restore!.firstInstruction = this.#sim.now;
  }

  *coldStart(cluster: SimulatedCluster, rollback: RollbackPlan): Policy {
    enter(cluster, "coldStart");
    for (const vm of cluster.vms) {
      // What a restore had brought before its point was lost is of no use to a guest that starts from its image.
      vm.load = undefined;
      vm.stagedOn = undefined;
      if (!cluster.undetected.has(vm)) cluster.move(vm, "coldStart");
    }
    cluster.tracking = false;
    yield* this.#withStore(rollback.coldStart);
    cluster.restore!.firstInstruction = this.#sim.now;
    cluster.restore!.resident = this.#sim.now;
    cluster.startedAt = this.#domain.clock.now;
    this.#domain.notify();
  }

  *announce(cluster: SimulatedCluster, rollback: RollbackPlan): Policy {
    enter(cluster, "announce");
    for (const vm of cluster.vms) if (!cluster.undetected.has(vm)) cluster.move(vm, "announce");
    if (rollback.announceTime > 0) yield* pass(rollback.announceTime);
    // Who cannot be reached cannot be announced: it comes back, or is suspected.
    while (cluster.vms.some((vm) => vm.cutOff)) yield* passing(this.#domain.changed);
    const point = cluster.vms.find((vm) => vm.load !== undefined)?.load?.point as SimulatedSnapshot | undefined;
    const isLazy = point !== undefined && rollback.resume !== "eager";
    const wrong = isLazy ? undefined : wronglyRead(this.#domain, cluster);
    for (const vm of cluster.vms) {
      const lazy = isLazy && vm.load !== undefined ? this.#behind.lazyPages(vm, vm.load.host, rollback) : undefined;
      cluster.resume(vm, "announce", { sweeps: false, lazy });
      if (!isLazy) vm.load = undefined;
    }
    if (wrong !== undefined) this.#domain.restoredWrong(cluster, wrong, point!);
    // A VM that failed meanwhile is not known yet: this rollback goes on when it is.
    if (cluster.undetected.size > 0) return;
    const { failedAt } = cluster;
    if (failedAt === undefined) throw new Error(`${cluster.name}: rolled back without a failure`);
    cluster.failedAt = undefined;
    cluster.restore!.failedAt = failedAt;
    this.#disturb(cluster, point, failedAt);
    if (isLazy) {
      const rest = drive(this.#behind.bring(cluster, point, rollback));
      cluster.behind = this.#sim.process(rest, `${cluster.name}: pages behind`);
    } else closeRollback(this.#domain.ledger, cluster, { ttr: this.#sim.now - failedAt });
  }

  /** What guests and their clients see of the rollback: a clock that jumps on from the cut, and silence. */
  #disturb({ restore }: SimulatedCluster, point: SimulatedSnapshot | undefined, failedAt: number): void {
    const { ledger, scenario } = this.#domain;
    if (point !== undefined) ledger.observe("clockJump", restore!.firstInstruction! - point.cutAt);
    const roundTrip = 2 * scenario.dataCentre.latency;
    ledger.observe("tcpOutage", tcpInterruption(this.#sim.now - failedAt, scenario.snapshot.delivery, roundTrip));
  }

  /** Something that takes so many seconds and needs the disks of the VMs. */
  *#withDisks(seconds: number): Policy {
    if (this.#domain.disks?.spec.on === "store") yield* this.#withStore(seconds);
    else if (seconds > 0) yield* pass(seconds);
  }

  /** Something that takes so many seconds, and stands still while the shared store is out. */
  *#withStore(seconds: number): Policy {
    const { storeOutage } = this.#domain;
    for (let left = seconds; left > 0; ) {
      const before = storeOutage.seconds;
      yield* pass(left);
      left = storeOutage.seconds - before;
      while (storeOutage.on) yield* passing(this.#domain.changed);
    }
  }

  /** Gives every VM that is known to have lost its host another one; false when there is no room. */
  #place(cluster: SimulatedCluster, rollback: RollbackPlan, point: SimulatedSnapshot | undefined): boolean {
    const { centre, scenario } = this.#domain;
    const { vms } = cluster;
    // One whose failure is not known yet neither stays nor gets a host.
    const known = vms.filter((vm) => vm.host !== undefined || !cluster.undetected.has(vm));
    if (known.every((vm) => vm.host !== undefined)) return true;
    const chosen = this.#domain.placement.replace(
      centre.placeable,
      known,
      rollback,
      point && this.#domain.store.restores.contentsToPlace(point, known, this.#domain.similarityOf(cluster)),
    );
    if (chosen === undefined) return false;
    for (const [i, vm] of known.entries()) {
      if (vm.host !== undefined) continue;
      const host = centre.hosts[chosen[i]!]!;
      centre.reserve(host, scenario.cluster.vm);
      vm.host = host;
      vm.load = undefined;
    }
    return true;
  }
}

const enter = ({ tell, name }: SimulatedCluster, phase: RollbackGoesOn["phase"]): void => {
  tell?.({ kind: "rollback", cluster: name, phase });
};

const placesOf = ({ vms }: SimulatedCluster): Place[] =>
  vms.flatMap(({ name, host }) => (host === undefined ? [] : [{ vm: name, host: host.name }]));
