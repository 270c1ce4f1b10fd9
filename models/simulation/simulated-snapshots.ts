import type { ProcessHandle, Simulation } from "../../sim/index.ts";
import { recordTime } from "../capture/record-time.ts";
import { ClusterCut } from "../cut/cluster-cut.ts";
import { extentOf } from "../cut/extent.ts";
import { cutBy } from "../cut/protocols.ts";
import { tcpInterruption } from "../cut/tcp-interruption.ts";
import { type DirtyCurve, dirtyCurve } from "../guest/dirty-curve.ts";
import { throttledSpeed } from "../guest/throttle.ts";
import type { SnapshotPlan, StoragePlan } from "../scenario.ts";
import type { Policy, Testbed } from "../testbed.ts";
import { drive, pass, passing } from "./drive.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedDomain } from "./simulated-domain.ts";
import type { SimulatedSnapshot } from "./simulated-snapshot.ts";

/** The verbs of the simulated testbed that take snapshots: cycles, cuts, captures, and the way to durability. */
export class SimulatedSnapshots implements Pick<Testbed, "every" | "snapshot" | "replicate"> {
  readonly #domain: SimulatedDomain;
  readonly #sim: Simulation;
  readonly #curve: DirtyCurve;

  constructor(domain: SimulatedDomain) {
    this.#domain = domain;
    this.#sim = domain.sim;
    this.#curve = dirtyCurve(domain.memory.classes, domain.memory.dirtyModel);
  }

  *every(cluster: SimulatedCluster, asked: SnapshotPlan | (() => SnapshotPlan), cycle: () => Policy): Policy {
    const { store, ledger } = this.#domain;
    let plan = typeof asked === "function" ? asked() : asked;
    const chain = store.chain(cluster);
    const cycles = new Set<ProcessHandle>();
    let due = this.#sim.now + plan.interval - plan.costs.prepare;
    cluster.countedCut = undefined;
    try {
      for (;;) {
        if (due > this.#sim.now) yield* pass(due - this.#sim.now);
        // A capture has ended before the next cut; so many may still be replicating, and merges must keep up. What is
        // captured needs a disk to go to, and a new layer needs the store, if the VMs' disks lie there.
        while (
          chain.inFlight.length > plan.maxInFlight ||
          chain.backlog > 1 ||
          !cluster.hasDisks ||
          !this.#domain.disksReachable ||
          this.#lacksPages(cluster, plan)
        )
          yield* passing(this.#domain.changed);
        while (!store.makeRoom(cluster)) {
          cluster.fullSince ??= this.#sim.now;
          yield* passing(this.#domain.changed);
        }
        cluster.settleRoom();
        if (plan.onOverrun === "skip" && this.#sim.now > due) {
          due += Math.ceil((this.#sim.now - due) / plan.interval) * plan.interval;
          continue;
        }
        // A cut at the horizon would be of no use, and only rounding would tell whether it is before or after it.
        if (this.#domain.remaining <= plan.costs.prepare) yield* passing(this.#sim.event("the horizon"));
        this.#domain.fastForward?.boundary(cluster);
        const planned = this.#sim.now + plan.costs.prepare;
        const captured = this.#sim.event(`${cluster.name}: captured`);
        cluster.captured = captured;
        const running = this.#sim.process(drive(cycle()), `${cluster.name}: cycle`);
        cycles.add(running);
        for (const one of cycles) if (!one.isAlive) cycles.delete(one);
        yield* passing(captured);
        const { cutAt, resumedAt } = cluster;
        // A cut whose capture was broken off has no snapshot.
        if (cluster.capturedCut === cutAt) {
          const { countedCut } = cluster;
          if (countedCut !== undefined) ledger.observe("intervalAchieved", cutAt - countedCut);
          cluster.countedCut = cutAt;
        }
        if (typeof asked === "function") plan = asked();
        // From one cut to the next as they are planned: VMs that are late by chance do not put the next cut off.
        due = (plan.intervalFrom === "cut" ? planned : resumedAt) + plan.interval - plan.costs.prepare;
      }
    } finally {
      cluster.settleRoom();
      store.space.release(cluster);
      for (const one of cycles) if (one.isAlive) one.kill();
    }
  }

  *snapshot(cluster: SimulatedCluster, plan: SnapshotPlan): Policy<SimulatedSnapshot> {
    const { ledger, store } = this.#domain;
    const number = cluster.snapshots + 1;
    cluster.tell?.({ kind: "snapshot", cluster: cluster.name, snapshot: number, state: "planned" });
    const cut = new ClusterCut(this.#domain, cluster, plan);
    const begun = this.#sim.now;
    if (plan.onOverrun === "throttle") this.#throttle(cluster, plan);
    const { capture } = cluster.use;
    capture.begin();
    let saved: number | undefined;
    cluster.cut = cut;
    try {
      yield* cutBy(plan, cut);
      yield* passing(cut.saved);
      const { latency } = this.#domain.scenario.dataCentre.host.disk;
      if (latency > 0) yield* pass(latency);
      if (!broken(cut.snapshot!)) saved = bytesOf(cut.snapshot!);
    } finally {
      capture.end(saved);
      cut.cancel();
      cluster.cut = undefined;
    }
    const snapshot = cut.snapshot!;
    if (broken(snapshot)) {
      store.chains.discard(snapshot);
      cluster.captured?.succeed(undefined);
      cluster.captured = undefined;
      return snapshot;
    }
    if (plan.capture === "pre-copy") cluster.rounds = cut.roundsSince(begun);
    // Rounds are part of a pre-copy; what comes before the cut of the others is preparation only.
    const capturing = plan.capture === "pre-copy" ? begun + plan.costs.prepare : snapshot.cutAt;
    snapshot.captureDuration = this.#sim.now - capturing;
    snapshot.state = "captured";
    cluster.capturedCut = snapshot.cutAt;
    if (snapshot.whole) for (const { vm, source } of snapshot.parts) vm.stagedOn = source;
    store.recount();
    snapshot.pause = cut.longestPause;
    cluster.pauseLength = snapshot.pause;
    ledger.observe("pause", snapshot.pause);
    ledger.observe("cutSkew", cut.skew);
    const { standstill } = cut;
    if (standstill !== undefined) {
      const roundTrip = 2 * this.#domain.scenario.dataCentre.latency;
      ledger.observe("tcpInterruption", tcpInterruption(standstill, plan.delivery, roundTrip));
    }
    ledger.observe("captureDuration", snapshot.captureDuration);
    yield* this.#record(snapshot, plan);
    cluster.captured?.succeed(undefined);
    cluster.captured = undefined;
    return snapshot;
  }

  *replicate(snapshot: SimulatedSnapshot, _storage: StoragePlan): Policy {
    const { dataCentre } = this.#domain.scenario;
    const latency = dataCentre.latency + dataCentre.host.disk.latency;
    const use = snapshot.cluster.use.replicate;
    let copied: number | undefined;
    use.begin();
    try {
      if (latency > 0) yield* pass(latency);
      this.#domain.store.replicate(snapshot);
      while (snapshot.state === "captured") yield* passing(this.#domain.changed);
      if (snapshot.state !== "failed") copied = bytesOf(snapshot);
    } finally {
      use.end(copied);
    }
  }

  /** Hosts make records of what they have captured; the next cut waits for them. */
  *#record({ cluster, parts }: SimulatedSnapshot, { costs }: SnapshotPlan): Policy {
    const { centre } = this.#domain;
    const seconds = recordTime(parts, costs, ({ diskWrite }) => centre.capacityOf(diskWrite).slowness);
    if (seconds === 0) return;
    const { capture } = cluster.use;
    capture.begin();
    try {
      yield* pass(seconds);
    } finally {
      capture.end(undefined);
    }
  }

  /** All pages are to be saved, and some still come behind the guests. */
  #lacksPages(cluster: SimulatedCluster, plan: SnapshotPlan): boolean {
    return cluster.restore !== undefined && extentOf(plan, this.#domain.scenario.storage, cluster).capturesAll;
  }

  /** Sets the speed at which the guests run on from the coming cut. */
  #throttle(cluster: SimulatedCluster, plan: SnapshotPlan): void {
    cluster.speed = throttledSpeed({
      plan,
      pause: cluster.pauseLength,
      vms: cluster.vms.length,
      curve: this.#curve,
      use: cluster.use,
      epoch: cluster.takeEpoch(),
      rounds: cluster.rounds,
    });
  }
}

const broken = ({ stored }: SimulatedSnapshot): boolean => stored.some((part) => part.broken);

const bytesOf = ({ parts }: SimulatedSnapshot): number => parts.reduce((sum, { total }) => sum + total, 0);
