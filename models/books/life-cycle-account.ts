import type {
  ComponentFails,
  LifeCycleEvent,
  RollbackEnds,
  RunBegins,
  SnapshotChanges,
  TransferEnds,
} from "../life-cycle-events.ts";
import { type Columns, columnsOf } from "./columns.ts";
import { Downtime } from "./downtime.ts";
import { Ledger, type Sum } from "./ledger.ts";

/** The columns that events tell. How far the guests came and what their write faults cost them they do not. */
const told =
  /^(availability(Net)?|downtime.*|(pause|captureDuration|durabilityLatency|restorePointAge|rpo|rto|ttr|residency)(Mean|P50|P95|Max)|intervalAchieved|cutSkew|cuts(Broken|Forced)|orphans|messagesDropped|p(Vm)?(Intact|Degraded|Failed)|pUsable|underReplicated|(reRead|zeroFilled|killed)Bytes|stor(edBytes|edPeak)|stagedBytes|(capture|source|link|repair)Bytes|restore(Source|Link)?Bytes|snapshots.*|rollbacks|(vm|host|disk|slowDisk|rack|uplink|store)Failures|shocks|falseSuspicions|ignoredOutages)$/;

/** What is followed of one cluster. */
interface Followed {
  readonly downtime: Downtime;
  readonly vms: number;
  /** When its restore point was cut, and up to when its age has been counted. */
  cutAt: number;
  countedTo: number;
  /** The cut before, since the snapshots began or began again. */
  lastCut: number | undefined;
  /** The cut under way: when each VM was paused, the longest pause, and the first and the last VM's cut. */
  readonly pausedAt: Map<string, number>;
  longestPause: number;
  firstCut: number;
}

/**
 * Keeps the books of a run by its life-cycle events alone, whichever testbed wrote them: result columns of model.md,
 * section 9, over a window of time. Over a whole run without jumps they are the columns of the run.
 */
export class LifeCycleAccount {
  readonly #from: number;
  readonly #ledger = new Ledger();
  readonly #clusters = new Map<string, Followed>();
  #now = 0;
  #jumped = 0;
  #jumpedBefore = 0;
  #copies = 0;
  #staged = 0;
  #under = 0;
  #storedTo = 0;

  /** @param from start of the window, seconds; its end is that of the events */
  constructor(from = 0) {
    this.#from = from;
  }

  /** Seconds of the window that were jumped over: no event tells of them, and the columns leave them out. */
  get jumped(): number {
    return this.#jumped - this.#jumpedBefore;
  }

  /** Seconds of the window so far, less what was jumped over. Before the window time stands still. */
  get now(): number {
    return this.#now <= this.#from ? 0 : this.#now - this.#from - this.jumped;
  }

  /** To be read after the last event. */
  get columns(): Columns {
    const columns = columnsOf(this.#ledger, this.#clusters.size * this.now);
    return Object.fromEntries(Object.entries(columns).filter(([column]) => told.test(column)));
  }

  enter(event: LifeCycleEvent): void {
    this.#now = event.at;
    switch (event.kind) {
      case "begin":
        this.#begin(event);
        break;
      case "vm":
        this.#pause(event.cluster, event.vm, event.from, event.to);
        this.#cluster(event.cluster).downtime.move(event.from, event.to);
        break;
      case "restore-point":
        this.#age(this.#cluster(event.cluster));
        this.#cluster(event.cluster).cutAt = this.#steady - event.age;
        break;
      case "cut":
        this.#cluster(event.cluster).firstCut = Math.min(this.#cluster(event.cluster).firstCut, this.#steady);
        break;
      case "crossing":
        this.#add("orphans", event.orphans);
        this.#add("messagesDropped", event.dropped);
        this.#add("cutsForced", event.forced);
        break;
      case "snapshot":
        if (event.state === "planned") this.#plan(event.cluster);
        else if (event.state === "broken") this.#add("cutsBroken", 1);
        else this.#snapshot(event);
        break;
      case "detection":
        this.#cluster(event.cluster).lastCut = undefined;
        break;
      case "failure":
        this.#add(failureSum(event), 1);
        break;
      case "shock":
        this.#add("shocks", 1);
        break;
      case "corruption":
        if (event.state === "begins") this.#add("corruptions", 1);
        break;
      case "rollback":
        if (event.phase === "chosen") this.#add("lostWork", event.lost);
        if (event.phase === "done") this.#rollback(event);
        break;
      case "transfer":
        if (event.state !== "begin") this.#transfer(event);
        break;
      case "stored":
        this.#store();
        this.#copies = event.copies;
        this.#staged = event.staged;
        this.#under = event.underReplicated;
        if (this.#counts) this.#ledger.storedPeak = Math.max(this.#ledger.storedPeak, event.copies);
        break;
      case "jump":
        this.#jumped += event.to - event.at;
        this.#jumpedBefore += Math.max(0, Math.min(event.to, this.#from) - event.at);
        break;
      case "end":
        this.#end();
        break;
      case "return":
        break;
    }
  }

  get #counts(): boolean {
    return this.#now >= this.#from;
  }

  /** Time that jumps leave alone: ages and distances between cuts are measured on it. */
  get #steady(): number {
    return this.#now - this.#jumped;
  }

  #cluster(name: string): Followed {
    const found = this.#clusters.get(name);
    if (found === undefined) throw new RangeError(`no begin event names the cluster ${name}`);
    return found;
  }

  #add(sum: Sum, amount: number): void {
    if (this.#counts) this.#ledger.add(sum, amount);
  }

  #begin({ clusters, quorum, pauseTolerance }: RunBegins): void {
    for (const { name, vms } of clusters) {
      this.#clusters.set(name, {
        downtime: new Downtime(this.#ledger, this, { vms: vms.length, quorum, pauseTolerance }),
        vms: vms.length,
        cutAt: this.#steady,
        countedTo: this.now,
        lastCut: undefined,
        pausedAt: new Map(),
        longestPause: 0,
        firstCut: Number.POSITIVE_INFINITY,
      });
    }
  }

  #plan(name: string): void {
    const cluster = this.#cluster(name);
    cluster.pausedAt.clear();
    cluster.longestPause = 0;
    cluster.firstCut = Number.POSITIVE_INFINITY;
  }

  #pause(name: string, vm: string, from: string, to: string): void {
    const cluster = this.#cluster(name);
    const since = cluster.pausedAt.get(vm);
    if (to === "pause") cluster.pausedAt.set(vm, this.#steady);
    else if (from === "pause" && since !== undefined)
      cluster.longestPause = Math.max(cluster.longestPause, this.#steady - since);
  }

  #snapshot({ cluster: name, state, age, captureDuration = age }: SnapshotChanges): void {
    const cluster = this.#cluster(name);
    if (state === "cut") this.#add("snapshots", 1);
    if (state === "durable") {
      this.#add("snapshotsDurable", 1);
      if (this.#counts) this.#ledger.observe("durabilityLatency", age);
    }
    if (state === "failed") this.#add("snapshotsFailed", 1);
    if (state === "lost") this.#add("snapshotsLost", 1);
    if (state !== "captured") return;
    const cutAt = this.#steady - age;
    if (this.#counts) {
      this.#ledger.observe("pause", cluster.longestPause);
      this.#ledger.observe("cutSkew", cutAt - cluster.firstCut);
      this.#ledger.observe("captureDuration", captureDuration);
      if (cluster.lastCut !== undefined) this.#ledger.observe("intervalAchieved", cutAt - cluster.lastCut);
    }
    cluster.lastCut = cutAt;
  }

  #rollback(event: RollbackEnds): void {
    if (!this.#counts) return;
    this.#ledger.add("rollbacks", 1);
    this.#ledger.add(event.outcome, 1);
    const { vms } = event;
    if (vms === "failed") this.#ledger.add("vmFailed", this.#cluster(event.cluster).vms);
    else {
      this.#ledger.add("vmIntact", vms.intact);
      this.#ledger.add("vmDegraded", vms.degraded);
      for (const one of ["reRead", "zeroFilled", "killed"] as const) this.#ledger.add(`${one}Bytes`, vms[one]);
    }
    for (const one of ["rpo", "rto", "ttr", "residency"] as const) {
      const value = event[one];
      if (value !== undefined) this.#ledger.observe(one, value);
    }
  }

  #transfer({ errand, moved, sourceBytes, linkBytes }: TransferEnds): void {
    this.#add("sourceBytes", sourceBytes);
    this.#add("linkBytes", linkBytes);
    if (errand === "capture") this.#add("captureBytes", moved);
    if (errand === "repair") this.#add("repairBytes", moved);
    if (errand !== "restore") return;
    this.#add("restoreBytes", moved);
    this.#add("restoreSourceBytes", sourceBytes);
    this.#add("restoreLinkBytes", linkBytes);
  }

  #age(cluster: Followed): void {
    const age = this.#steady - cluster.cutAt;
    const elapsed = this.now - cluster.countedTo;
    if (elapsed > 0) this.#ledger.observeRamp("restorePointAge", age - elapsed, age, elapsed);
    cluster.countedTo = this.now;
  }

  #store(): void {
    const elapsed = this.now - this.#storedTo;
    if (elapsed > 0) this.#ledger.storedPeak = Math.max(this.#ledger.storedPeak, this.#copies);
    this.#ledger.add("storedByteSeconds", this.#copies * elapsed);
    this.#ledger.add("stagedByteSeconds", this.#staged * elapsed);
    this.#ledger.add("underReplicatedSeconds", this.#under * elapsed);
    this.#storedTo = this.now;
  }

  #end(): void {
    for (const cluster of this.#clusters.values()) {
      this.#age(cluster);
      cluster.downtime.end();
    }
    this.#store();
  }
}

const failureSum = ({ component, ignored, suspected }: ComponentFails): Sum =>
  ignored ? "ignoredOutages" : suspected ? "falseSuspicions" : `${component}Failures`;
