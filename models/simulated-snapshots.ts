import type { ProcessHandle, SimEvent, Simulation } from "../sim/index.ts";
import { drive, pass, passing } from "./drive.ts";
import { pageSize } from "./memory.ts";
import type { SnapshotPlan, StoragePlan } from "./scenario.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedDomain } from "./simulated-domain.ts";
import { SimulatedSnapshot, type VmPart } from "./simulated-snapshot.ts";
import type { Policy, Testbed } from "./testbed.ts";

/** The verbs of the simulated testbed that take snapshots: cycles, cuts, captures, and the way to durability. */
export class SimulatedSnapshots implements Pick<Testbed, "every" | "snapshot" | "replicate"> {
  readonly #domain: SimulatedDomain;
  readonly #sim: Simulation;

  constructor(domain: SimulatedDomain) {
    this.#domain = domain;
    this.#sim = domain.sim;
  }

  *every(cluster: SimulatedCluster, plan: SnapshotPlan, cycle: () => Policy): Policy {
    const { store, ledger } = this.#domain;
    const chain = store.chain(cluster);
    const cycles = new Set<ProcessHandle>();
    let due = this.#sim.now + plan.interval - plan.costs.prepare;
    let lastCut: number | undefined;
    try {
      for (;;) {
        if (due > this.#sim.now) yield* pass(due - this.#sim.now);
        // A capture has ended before the next cut; so many may still be replicating, and merges must keep up.
        while (chain.inFlight.length > plan.maxInFlight || chain.backlog > 1) yield* passing(this.#domain.changed);
        if (plan.onOverrun === "skip" && this.#sim.now > due) {
          due += Math.ceil((this.#sim.now - due) / plan.interval) * plan.interval;
          continue;
        }
        // A cut at the horizon would be of no use, and only rounding would tell whether it is before or after it.
        if (this.#domain.remaining <= plan.costs.prepare) yield* passing(this.#sim.event("the horizon"));
        this.#domain.fastForward?.boundary(cluster);
        cluster.captured = this.#sim.event(`${cluster.name}: captured`);
        const running = this.#sim.process(drive(cycle()), `${cluster.name}: cycle`);
        cycles.add(running);
        for (const one of cycles) if (!one.isAlive) cycles.delete(one);
        yield* passing(cluster.captured);
        const { cutAt, resumedAt } = cluster;
        if (lastCut !== undefined) ledger.observe("intervalAchieved", cutAt - lastCut);
        lastCut = cutAt;
        due = (plan.intervalFrom === "cut" ? cutAt : resumedAt) + plan.interval - plan.costs.prepare;
      }
    } finally {
      for (const one of cycles) if (one.isAlive) one.kill();
    }
  }

  *snapshot(cluster: SimulatedCluster, plan: SnapshotPlan): Policy<SimulatedSnapshot> {
    const { ledger, store } = this.#domain;
    const { costs } = plan;
    if (costs.prepare > 0) yield* pass(costs.prepare);
    // A VM that has failed never answers the barrier: the cut waits until the failure is found.
    if (cluster.vms.some((vm) => !vm.running))
      yield* passing(this.#sim.event(`${cluster.name}: all VMs at the barrier`));
    const snapshot = this.#cut(cluster, plan);
    const captured = this.#sim.event(`${cluster.name}: pages of the cut`);
    let pause: number;
    if (plan.capture === "stop-and-copy") {
      if (costs.fixed > 0) yield* pass(costs.fixed);
      this.#capture(snapshot, plan, captured);
      yield* passing(captured);
      cluster.resume("pause", { sweeps: false });
      pause = this.#sim.now - snapshot.cutAt;
      cluster.resumedAt = this.#sim.now;
    } else {
      pause = costs.device + costs.armPerPage * pagesOf(snapshot);
      if (pause > 0) yield* pass(pause);
      cluster.resume("pause", { sweeps: true });
      cluster.resumedAt = this.#sim.now;
      this.#capture(snapshot, plan, captured);
      yield* passing(captured);
    }
    const { latency } = this.#domain.scenario.dataCentre.host.disk;
    if (latency > 0) yield* pass(latency);
    snapshot.state = "captured";
    if (snapshot.whole) for (const { vm, source } of snapshot.parts) vm.stagedOn = source;
    store.recount();
    ledger.observe("pause", pause);
    ledger.observe("cutSkew", 0);
    ledger.observe("captureDuration", this.#sim.now - snapshot.cutAt);
    cluster.captured?.succeed(undefined);
    return snapshot;
  }

  *replicate(snapshot: SimulatedSnapshot, _storage: StoragePlan): Policy {
    const { dataCentre } = this.#domain.scenario;
    const latency = dataCentre.latency + dataCentre.host.disk.latency;
    if (latency > 0) yield* pass(latency);
    this.#domain.store.replicate(snapshot);
    while (snapshot.state === "captured") yield* passing(this.#domain.changed);
  }

  /** Freezes every VM and notes what this snapshot holds of each. */
  #cut(cluster: SimulatedCluster, plan: SnapshotPlan): SimulatedSnapshot {
    const { ledger, store, memory } = this.#domain;
    const chain = store.chain(cluster);
    const whole = plan.record === "full" || !cluster.tracking;
    const { progress } = cluster;
    const work = cluster.pause();
    const parts = cluster.vms.map((vm, i): VmPart => {
      let bytes = chain.wholeBytes;
      let total = memory.bytes;
      if (whole) vm.inSet.fill(1);
      else {
        bytes = new Float64Array(memory.classes.length);
        vm.dirtyPages(work[i]!, bytes);
        total = 0;
        for (let c = 0; c < bytes.length; c++) {
          const { pages } = memory.classes[c]!;
          vm.inSet[c] = pages === 0 ? 0 : bytes[c]! / pages;
          bytes[c]! *= pageSize;
          total += bytes[c]!;
        }
      }
      const source = vm.host!;
      const copies = store.copiesFor(vm, source, whole);
      return { vm, bytes, total, copies, source, delivered: undefined, transfer: undefined, replicated: false };
    });
    const number = ++cluster.snapshots;
    const snapshot = new SimulatedSnapshot({ cluster, number, cutAt: this.#sim.now, progress, whole, parts });
    chain.inFlight.push(snapshot);
    cluster.tracking = plan.record !== "full";
    cluster.cutAt = this.#sim.now;
    ledger.add("snapshots", 1);
    ledger.add("vmSnapshots", cluster.vms.length);
    return snapshot;
  }

  /** Copies the pages of the cut to the disks of the capturing hosts. */
  #capture(snapshot: SimulatedSnapshot, plan: SnapshotPlan, captured: SimEvent<void>): void {
    const { costs } = plan;
    const unprotect = plan.capture === "post-copy" && plan.record !== "lazy-incremental" ? costs.unprotectPerPage : 0;
    const cap = pageSize / (pageSize / costs.copyRate + unprotect);
    let open = snapshot.parts.length;
    for (const part of snapshot.parts) {
      if (!part.source.up || part.vm.state === "detect") continue;
      const transfer = this.#domain.transfers.start({
        errand: "capture",
        bytes: part.total,
        route: this.#domain.centre.toDisk(part.source),
        cap,
        onDone: () => {
          part.vm.endSweep(this.#sim.now);
          part.transfer = undefined;
          open -= 1;
          if (open === 0) captured.succeed(undefined);
        },
        onBroken: () => {
          part.transfer = undefined;
        },
      });
      part.transfer = transfer;
      if (plan.capture === "post-copy") part.vm.sweepWith(transfer);
    }
  }
}

/** Pages that are protected at the cut, on the VM that has most of them: the barrier waits for it. */
const pagesOf = (snapshot: SimulatedSnapshot): number =>
  snapshot.parts.reduce((most, part) => Math.max(most, part.total), 0) / pageSize;
