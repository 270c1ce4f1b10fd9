import type { ProcessHandle, SimEvent, Simulation, Waitable } from "../sim/index.ts";
import { Interrupt, type Process } from "../sim/index.ts";
import { pageSize } from "./memory.ts";
import { placeVms } from "./placement/vm-placement.ts";
import type { RollbackPlan, SnapshotPlan, StoragePlan } from "./scenario.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedDomain } from "./simulated-domain.ts";
import { SimulatedSnapshot, type VmPart } from "./simulated-snapshot.ts";
import type { SimulatedVm } from "./simulated-vm.ts";
import { type FailureReport, Interrupted, type Policy, type Testbed, type Wait } from "./testbed.ts";

/** Runs policies in virtual time: the verbs of {@link Testbed} over the cost models of model.md. */
export class SimulatedTestbed implements Testbed {
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
        if (due > this.#sim.now) yield* this.#pass(due - this.#sim.now);
        // A capture has ended before the next cut; so many may still be replicating, and merges must keep up.
        while (chain.inFlight.length > plan.maxInFlight || chain.backlog > 1) yield* this.#change();
        if (plan.onOverrun === "skip" && this.#sim.now > due) {
          due += Math.ceil((this.#sim.now - due) / plan.interval) * plan.interval;
          continue;
        }
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
    if (costs.prepare > 0) yield* this.#pass(costs.prepare);
    // A VM that has failed never answers the barrier: the cut waits until the failure is found.
    if (cluster.vms.some((vm) => !vm.running))
      yield* passing(this.#sim.event(`${cluster.name}: all VMs at the barrier`));
    const snapshot = this.#cut(cluster, plan);
    const captured = this.#sim.event(`${cluster.name}: pages of the cut`);
    let pause: number;
    if (plan.capture === "stop-and-copy") {
      if (costs.fixed > 0) yield* this.#pass(costs.fixed);
      this.#capture(snapshot, plan, captured);
      yield* passing(captured);
      cluster.resume("pause", { sweeps: false });
      pause = this.#sim.now - snapshot.cutAt;
      cluster.resumedAt = this.#sim.now;
    } else {
      pause = costs.device + costs.armPerPage * pagesOf(snapshot);
      if (pause > 0) yield* this.#pass(pause);
      cluster.resume("pause", { sweeps: true });
      cluster.resumedAt = this.#sim.now;
      this.#capture(snapshot, plan, captured);
      yield* passing(captured);
    }
    const { latency } = this.#domain.scenario.dataCentre.host.disk;
    if (latency > 0) yield* this.#pass(latency);
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
    if (latency > 0) yield* this.#pass(latency);
    this.#domain.store.replicate(snapshot);
    while (snapshot.state === "captured") yield* this.#change();
  }

  *plan(cluster: SimulatedCluster, rollback: RollbackPlan): Policy<SimulatedSnapshot | undefined> {
    const { store } = this.#domain;
    const chain = store.chain(cluster);
    cluster.restore ??= { lost: 0 };
    const reached = cluster.progress;
    for (const vm of cluster.vms) {
      cluster.stop(vm);
      if (!cluster.undetected.has(vm)) cluster.move(vm, "plan");
    }
    cluster.hold(reached);
    if (rollback.planTime > 0) yield* this.#pass(rollback.planTime);
    for (;;) {
      const found = chain.newestReadable();
      const give = found === undefined && (chain.versions.length === 0 || rollback.unreachable === "cold");
      if ((found !== undefined || give) && this.#place(cluster, rollback)) {
        for (const vm of cluster.vms) if (vm.state === "noSpare") cluster.move(vm, "plan");
        store.abandon(cluster);
        store.rollBackTo(found?.point, cluster);
        cluster.restore.lost += cluster.setBack(found?.point.progress);
        cluster.restore.degraded = found?.degraded ?? false;
        cluster.restore.cold = found === undefined;
        return found?.point;
      }
      // Waiting for a host, to run on or with the pages: some VM has none.
      for (const vm of cluster.vms) if (vm.state === "plan") cluster.move(vm, "noSpare");
      yield* this.#change();
    }
  }

  *transfer(cluster: SimulatedCluster, point: SimulatedSnapshot, _rollback: RollbackPlan): Policy {
    const { dataCentre } = this.#domain.scenario;
    const chain = this.#domain.store.chain(cluster);
    for (const vm of cluster.vms) if (!cluster.undetected.has(vm)) cluster.move(vm, "transfer");
    const latency = dataCentre.latency + dataCentre.host.disk.latency;
    if (latency > 0) yield* this.#pass(latency);
    try {
      for (;;) {
        let open = 0;
        for (const part of point.parts) {
          if (isLoaded(part.vm, point)) continue;
          open += 1;
          if (part.vm.load?.transfer === undefined && part.vm.host?.up === true) this.#load(cluster, point, part.vm);
          if (isLoaded(part.vm, point)) open -= 1;
        }
        if (open === 0) break;
        if (chain.newestReadable()?.point !== point) throw new Interrupted({ cluster, vms: [] });
        yield* this.#change();
      }
    } finally {
      for (const { vm } of point.parts) {
        if (vm.load?.transfer === undefined) continue;
        vm.load.remaining = vm.load.transfer.remaining;
        this.#domain.transfers.cancel(vm.load.transfer);
        vm.load.transfer = undefined;
      }
    }
    cluster.restore!.resident = this.#sim.now;
  }

  *resume(cluster: SimulatedCluster, rollback: RollbackPlan): Policy {
    for (const vm of cluster.vms) if (!cluster.undetected.has(vm)) cluster.move(vm, "resume");
    if (rollback.resumeTime > 0) yield* this.#pass(rollback.resumeTime);
    for (const vm of cluster.vms) if (vm.state === "resume") this.#domain.store.stage(vm);
    cluster.tracking = this.#domain.scenario.snapshot.record !== "full";
    cluster.restore!.firstInstruction = this.#sim.now;
  }

  *coldStart(cluster: SimulatedCluster, rollback: RollbackPlan): Policy {
    for (const vm of cluster.vms) {
      vm.stagedOn = undefined;
      if (!cluster.undetected.has(vm)) cluster.move(vm, "coldStart");
    }
    cluster.tracking = false;
    if (rollback.coldStart > 0) yield* this.#pass(rollback.coldStart);
    cluster.restore!.firstInstruction = this.#sim.now;
    cluster.restore!.resident = this.#sim.now;
    cluster.startedAt = this.#domain.clock.now;
    this.#domain.notify();
  }

  *announce(cluster: SimulatedCluster, rollback: RollbackPlan): Policy {
    const { ledger } = this.#domain;
    for (const vm of cluster.vms) if (!cluster.undetected.has(vm)) cluster.move(vm, "announce");
    if (rollback.announceTime > 0) yield* this.#pass(rollback.announceTime);
    cluster.resume("announce", { sweeps: false });
    for (const vm of cluster.vms) vm.load = undefined;
    // A VM that failed meanwhile is not known yet: this rollback goes on when it is.
    if (cluster.undetected.size > 0) return;
    const { failedAt } = cluster;
    const { lost, degraded, cold, firstInstruction, resident } = cluster.restore!;
    if (failedAt === undefined) throw new Error(`${cluster.name}: rolled back without a failure`);
    ledger.add("rollbacks", 1);
    ledger.add(cold === true ? "failed" : degraded === true ? "degraded" : "intact", 1);
    ledger.observe("rpo", lost);
    ledger.observe("rto", firstInstruction! - failedAt);
    ledger.observe("residency", resident! - failedAt);
    ledger.observe("ttr", this.#sim.now - failedAt);
    cluster.failedAt = undefined;
    cluster.restore = undefined;
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

  /** Gives every VM that is known to have lost its host another one; false when there is no room. */
  #place(cluster: SimulatedCluster, rollback: RollbackPlan): boolean {
    const { centre, scenario } = this.#domain;
    const { vms } = cluster;
    const homeless = vms.filter((vm) => vm.host === undefined && !cluster.undetected.has(vm));
    if (homeless.length === 0) return true;
    const placed = vms.flatMap((vm) => (vm.host === undefined ? [] : [vm.host.index]));
    const chosen = placeVms(rollback.placement, centre.hosts, scenario.cluster, placed, homeless.length);
    if (chosen === undefined) return false;
    for (const [i, vm] of homeless.entries()) {
      const host = centre.hosts[chosen[i]!]!;
      centre.reserve(host, scenario.cluster.vm);
      vm.host = host;
      vm.load = undefined;
    }
    return true;
  }

  /** Brings one VM's pages to its host. */
  #load(cluster: SimulatedCluster, point: SimulatedSnapshot, vm: SimulatedVm): void {
    const { store, transfers } = this.#domain;
    const host = vm.host!;
    if (vm.load?.point !== point || vm.load.host !== host) vm.load = { point, host, transfer: undefined, done: false };
    const { load } = vm;
    const restore = store.restoreRoute(point, vm, host);
    if (restore === undefined) return;
    const bytes = Math.min(load.remaining ?? restore.bytes, restore.bytes);
    load.transfer = transfers.start({
      errand: "restore",
      bytes,
      route: restore.route,
      onDone: () => {
        load.transfer = undefined;
        load.done = true;
        this.#domain.notify();
      },
      onBroken: (remaining) => {
        load.transfer = undefined;
        load.remaining = remaining;
        if (!cluster.undetected.has(vm)) this.#domain.notify();
      },
    });
  }

  *#pass(seconds: number): Policy {
    yield seconds as unknown as Wait;
  }

  *#change(): Policy {
    yield this.#domain.changed as unknown as Wait;
  }
}

function* passing(event: Waitable): Policy {
  yield event as unknown as Wait;
}

const isLoaded = (vm: SimulatedVm, point: SimulatedSnapshot): boolean =>
  vm.load?.done === true && vm.load.point === point && vm.load.host === vm.host;

/** Pages that are protected at the cut, on the VM that has most of them: the barrier waits for it. */
const pagesOf = (snapshot: SimulatedSnapshot): number =>
  snapshot.parts.reduce((most, part) => Math.max(most, part.total), 0) / pageSize;

/** Runs a policy as a process of the core; an interrupt by the core is thrown into it as {@link Interrupted}. */
export function* drive(policy: Policy): Process {
  try {
    let step = policy.next();
    while (!step.done) {
      let resume: () => IteratorResult<Wait, void>;
      try {
        const outcome = yield step.value as unknown as Waitable;
        resume = () => policy.next(outcome);
      } catch (thrown) {
        const error = thrown instanceof Interrupt ? new Interrupted(thrown.cause as FailureReport) : thrown;
        resume = () => policy.throw(error);
      }
      step = resume();
    }
  } finally {
    policy.return();
  }
}
