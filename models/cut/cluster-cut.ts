import type { SimEvent, Timer } from "../../sim/index.ts";
import { captureOf } from "../capture/captures.ts";
import type { VmCapture } from "../capture/vm-capture.ts";
import type { RoundCosts } from "../guest/throttle.ts";
import type { SnapshotPlan } from "../scenario.ts";
import { passing } from "../simulation/drive.ts";
import type { SimulatedCluster } from "../simulation/simulated-cluster.ts";
import type { SimulatedDomain } from "../simulation/simulated-domain.ts";
import { SimulatedSnapshot, type VmPart } from "../simulation/simulated-snapshot.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import type { Policy } from "../testbed.ts";
import { CutMessages } from "./cut-messages.ts";
import type { Desynchrony } from "./desynchrony.ts";
import { buildsOnVersions, type Extent, extentOf } from "./extent.ts";
import { Pace } from "./pace.ts";
import { messageRule } from "./protocols.ts";
import { savedPart } from "./saved-part.ts";
import { longestStandstill } from "./standstill.ts";
import { anyTraffic } from "./traffic.ts";

/**
 * One snapshot of a cluster on its way from planned to cut, and until its pages are saved. A cut protocol leads each VM
 * through {@link prepare}, {@link pause}, {@link hold} and {@link release}, in this order; VMs are called by their index.
 */
export class ClusterCut {
  readonly cluster: SimulatedCluster;
  readonly captures: readonly VmCapture[];
  readonly messages: CutMessages;
  /** Happens when all pages of all VMs are saved. */
  readonly saved: SimEvent<void>;
  /** Once the last VM has passed its cut. */
  snapshot: SimulatedSnapshot | undefined;
  /** The longest time for which a VM stood still, in seconds. */
  longestPause = 0;
  readonly #domain: SimulatedDomain;
  readonly #plan: SnapshotPlan;
  readonly #extent: Extent;
  readonly #parts: (VmPart | undefined)[];
  readonly #pausedAt: Float64Array;
  readonly #resumedAt: Float64Array;
  readonly #late: Timer[] = [];
  /** VMs that would be ready, but cannot be reached. */
  readonly #unheard = new Map<SimulatedVm, () => void>();
  #cut = 0;
  #unsaved: number;
  #firstCut = Number.POSITIVE_INFINITY;
  #progress = 0;

  constructor(domain: SimulatedDomain, cluster: SimulatedCluster, plan: SnapshotPlan) {
    const { sim, centre, transfers, memory, ledger } = domain;
    this.#domain = domain;
    this.#plan = plan;
    this.cluster = cluster;
    this.saved = sim.event(`${cluster.name}: pages of the cut`);
    this.#extent = extentOf(plan, domain.scenario.storage, cluster);
    const whole = this.#extent.capturesAll;
    const paused = domain.disks?.pausedFor(plan) ?? plan;
    const pace = plan.cut === "paced" ? { pace: new Pace(cluster.vms, plan, domain.scenario.dataCentre) } : {};
    const site = { sim, centre, transfers, plan: paused, memory, ledger, snapshot: this.#number, whole, ...pace };
    this.captures = cluster.vms.map((vm) => captureOf(vm, site));
    this.#parts = cluster.vms.map(() => undefined);
    this.#pausedAt = new Float64Array(cluster.vms.length);
    this.#resumedAt = new Float64Array(cluster.vms.length);
    this.#unsaved = cluster.vms.length;
    this.messages = new CutMessages(domain, cluster, () =>
      cluster.vms.filter((vm, i) => this.#parts[i] === undefined && vm.running && !vm.cutOff).map((vm) => vm.index),
    );
  }

  get desynchrony(): Desynchrony {
    return this.cluster.desynchrony;
  }

  /** What the rounds of the slowest VM took, of a capture that began at `begun` and ends now. */
  roundsSince(begun: number): RoundCosts | undefined {
    const sent = this.captures.flatMap((capture) => (capture.sent === undefined ? [] : [capture.sent]));
    const slowest = sent.reduce((most, one) => (one.seconds > most.seconds ? one : most), { bytes: 0, seconds: 0 });
    if (slowest.seconds === 0) return undefined;
    const overhead = this.#domain.sim.now - begun - slowest.seconds;
    return { rate: slowest.bytes / slowest.seconds, overhead };
  }

  /** From the first cut of a VM to the last, in seconds. */
  get skew(): number {
    return this.snapshot === undefined ? Number.NaN : this.snapshot.cutAt - this.#firstCut;
  }

  /** For how long a connection between two VMs stood still at most, in seconds; undefined if no two VMs talk. */
  get standstill(): number | undefined {
    const { traffic } = this.#domain.scenario.cluster;
    if (!anyTraffic(traffic)) return undefined;
    return longestStandstill(
      { from: this.#pausedAt, to: this.#resumedAt },
      traffic,
      messageRule(this.#plan) === "drop",
    );
  }

  /**
   * Gets the capture of a VM ready, `late` seconds after the others. A VM that has failed never is; one that is cut off
   * hears of the cut when it can be reached again.
   */
  prepare(i: number, late: number, ready: () => void): void {
    const capture = this.captures[i]!;
    if (late > 0) this.#late.push(this.timer(() => this.#prepare(capture, ready)).arm(late));
    else this.#prepare(capture, ready);
  }

  #prepare(capture: VmCapture, ready: () => void): void {
    capture.prepare(() => {
      if (capture.vm.cutOff) this.#unheard.set(capture.vm, ready);
      else if (capture.vm.running) ready();
    });
  }

  /** The guest stops, and what is to be saved of it is noted. */
  pause(i: number): void {
    const { now } = this.#domain.sim;
    const vm = this.cluster.vms[i]!;
    // A running mean, so that VMs that are cut together give just the progress that all of them have.
    this.#progress += (this.cluster.progress - this.#progress) / (this.#cut + 1);
    const work = this.cluster.pause(vm);
    this.cluster.tracking = buildsOnVersions(this.#plan, this.#domain.scenario.storage);
    const part = savedPart(this.#domain, this.cluster, vm, { snapshot: this.#number, ...this.#extent, work });
    this.#parts[i] = part;
    this.#tellOf(part);
    this.#pausedAt[i] = now;
    this.#firstCut = Math.min(this.#firstCut, now);
    this.#cut += 1;
    this.messages.cut(i);
    if (this.#cut === this.captures.length) this.#complete();
  }

  /** Does what has to be done of the capture while the guest stands still. */
  hold(i: number, release: () => void): void {
    this.captures[i]!.hold(this.#parts[i]!, release);
  }

  /** The guest runs on. */
  release(i: number): void {
    const vm = this.cluster.vms[i]!;
    const { now } = this.#domain.sim;
    this.longestPause = Math.max(this.longestPause, now - this.#pausedAt[i]!);
    this.#resumedAt[i] = now;
    this.cluster.resumedAt = now;
    this.cluster.resume(vm, "pause", { sweeps: this.#plan.capture === "post-copy" });
    this.captures[i]!.finish(this.#parts[i]!, () => {
      this.#unsaved -= 1;
      if (this.#unsaved === 0) this.saved.succeed(undefined);
    });
    if (this.#cut < this.captures.length && vm.running) this.messages.runsOn(i);
  }

  timer(call: () => void): Timer {
    return this.#domain.sim.timer(call);
  }

  /** Waits until `begin` has called back for every VM. */
  *all(what: string, begin: (i: number, done: () => void) => void): Policy {
    let open = this.captures.length;
    const all = this.#domain.sim.event(`${this.cluster.name}: all VMs ${what}`);
    for (const i of this.captures.keys()) {
      begin(i, () => {
        open -= 1;
        if (open === 0) all.succeed(undefined);
      });
    }
    yield* passing(all);
  }

  /** No message reaches a VM that is cut off. */
  cutOff(vm: SimulatedVm): void {
    this.messages.lose(vm.index);
  }

  reconnect(vm: SimulatedVm): void {
    const ready = this.#unheard.get(vm);
    this.#unheard.delete(vm);
    ready?.();
  }

  /** A VM has failed in the middle of it. */
  lose(vm: SimulatedVm): void {
    this.#unheard.delete(vm);
    this.captures[vm.index]!.lose();
    this.messages.lose(vm.index);
  }

  /** The snapshot is given up, if it is not saved. */
  cancel(): void {
    for (const timer of this.#late) timer.cancel();
    this.#unheard.clear();
    for (const capture of this.captures) capture.cancel();
    // A failure between the first cut and the last: there never was a snapshot of the cluster.
    if (this.#cut === 0 || this.snapshot !== undefined) return;
    this.#domain.ledger.add("cutsBroken", 1);
    const { tell, name } = this.cluster;
    tell?.({ kind: "snapshot", cluster: name, snapshot: this.#number, state: "broken" });
  }

  /** What the snapshot will be called once it is complete. */
  get #number(): number {
    return this.cluster.snapshots + 1;
  }

  #tellOf({ vm, source, snapshot, total }: VmPart): void {
    const { tell, name } = this.cluster;
    tell?.({ kind: "cut", cluster: name, vm: vm.name, host: source.name, snapshot, bytes: total });
  }

  /** Every VM of the cluster has passed its cut point. */
  #complete(): void {
    const { cluster } = this;
    const { ledger, store, sim } = this.#domain;
    const { capturesAll, storesAll } = this.#extent;
    cluster.cutAt = sim.now;
    this.snapshot = new SimulatedSnapshot({
      cluster,
      number: this.#number,
      cutAt: sim.now,
      progress: this.#progress,
      whole: storesAll,
      parts: this.#parts as VmPart[],
      shared: store.sharedBy(cluster, this.#number, this.#parts as VmPart[], storesAll),
    });
    cluster.snapshots += 1;
    // Counted only where it matters: what grows for ever never repeats.
    cluster.sinceWhole = capturesAll || this.#plan.fullEvery === Number.POSITIVE_INFINITY ? 0 : cluster.sinceWhole + 1;
    store.chain(cluster).inFlight.push(this.snapshot);
    store.roomTaken(cluster);
    // What it builds on may have been lost since the first VM was cut.
    store.chains.dropStranded(cluster);
    ledger.add("snapshots", 1);
    ledger.add("vmSnapshots", cluster.vms.length);
    this.messages.count(this.snapshot.number, messageRule(this.#plan) === "drop");
  }
}
