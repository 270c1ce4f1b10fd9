import type { Simulation } from "../../sim/index.ts";
import type { Host } from "../data-centre/data-centre.ts";
import { LazyPages } from "../guest/lazy-pages.ts";
import { pageSize } from "../guest/memory.ts";
import type { RollbackPlan } from "../scenario.ts";
import type { Policy } from "../testbed.ts";
import { closeRollback } from "./close-rollback.ts";
import { passing } from "./drive.ts";
import { PagesBehind } from "./pages-behind.ts";
import { RestoreFlows } from "./restore-flows.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedDomain } from "./simulated-domain.ts";
import type { SimulatedSnapshot } from "./simulated-snapshot.ts";
import type { SimulatedVm } from "./simulated-vm.ts";
import { wronglyRead } from "./wrongly-read.ts";

/** What is left of a restore when its guests run already: their pages come behind them. */
export class RestoreBehind {
  readonly #domain: SimulatedDomain;
  readonly #sim: Simulation;

  constructor(domain: SimulatedDomain) {
    this.#domain = domain;
    this.#sim = domain.sim;
  }

  /** A failure ends what comes behind the guests, and is a rollback of its own. */
  giveUp(cluster: SimulatedCluster): void {
    cluster.behind!.kill();
    closeRollback(this.#domain.ledger, cluster, {});
  }

  /** Pages come behind the guests, while snapshots go on that build on what they come from. */
  *bring(cluster: SimulatedCluster, point: SimulatedSnapshot, rollback: RollbackPlan): Policy {
    const chain = this.#domain.store.chain(cluster);
    const flows = new RestoreFlows(
      this.#domain,
      cluster,
      point,
      rollback,
      new PagesBehind(this.#sim, rollback.background),
    );
    chain.pinned = point;
    try {
      while (!flows.go()) {
        if (!flows.isStalled && !this.#isReadable(point)) {
          // What its guests lack cannot be read any more: they cannot go on either.
          cluster.failedAt ??= this.#sim.now;
          closeRollback(this.#domain.ledger, cluster, { isLost: true });
          this.#domain.interrupt({ cluster, vms: [] });
          return;
        }
        yield* passing(this.#domain.changed);
      }
    } finally {
      cluster.behind = undefined;
      chain.pinned = undefined;
      flows.end();
    }
    this.#domain.store.retain(cluster);
    const { now } = this.#sim;
    const restore = cluster.restore!;
    restore.resident = now;
    const late = cluster.vms.map((vm) => vm.lateness(now));
    this.#domain.ledger.add(
      "restoreMisses",
      late.reduce((sum, { misses }) => sum + misses, 0),
    );
    const responsiveAt = Math.max(...late.map((one) => one.responsiveAt));
    for (const vm of cluster.vms) if (vm.load?.kept === true) this.#domain.store.stage(vm);
    const wrong = wronglyRead(this.#domain, cluster);
    for (const vm of cluster.vms) vm.load = undefined;
    closeRollback(this.#domain.ledger, cluster, { ttr: responsiveAt - restore.failedAt! });
    if (wrong !== undefined) this.#domain.restoredWrong(cluster, wrong, point);
  }

  /** All that its VMs lack of it can be read now. */
  #isReadable(point: SimulatedSnapshot): boolean {
    const lacking = point.parts.flatMap(({ vm }) => (vm.load === undefined || vm.load.isDone ? [] : [vm]));
    return point.state === "durable" && this.#domain.store.restores.isReadable(point, lacking);
  }

  /** How far a guest gets whose pages come to this host behind it. */
  lazyPages(vm: SimulatedVm, host: Host, { resume, window }: RollbackPlan): LazyPages {
    const { dataCentre, cluster } = this.#domain.scenario;
    const { nic, disk } = dataCentre.host;
    const { workingSet } = cluster.workload;
    const isHere = vm.stagedOn === host;
    const roundTrip = isHere ? 0 : 2 * dataCentre.latency;
    const rate = isHere ? disk.read : Math.min(nic, disk.read);
    const miss = roundTrip + disk.latency + (workingSet.contiguity * pageSize) / rate;
    return new LazyPages({ ...workingSet, window: resume === "on-demand" ? 0 : window, miss });
  }
}
