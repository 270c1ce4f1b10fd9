import type { VmState } from "../../models/books/downtime.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import type { Cluster, Vm } from "../../models/testbed.ts";
import type { HostedGuest } from "../guest/hosted-guest.ts";
import type { PagesBehind } from "./pages-behind.ts";
import type { RealHost } from "./real-host.ts";
import type { RealPart } from "./real-snapshot.ts";
import type { RunEvents } from "./run-events.ts";

/** What is told to have been before something was, by so many seconds. */
const instant = 1e-6;

/** A VM of a replay, and the guest that plays it now. */
export class RealVm implements Vm {
  readonly name: string;
  readonly index: number;
  state: VmState = "up";
  /** Since when, in seconds since the run began. */
  since = 0;
  host: RealHost | undefined;
  guest: HostedGuest | undefined;
  /** Guests that have played it so far: each has files of its own. */
  lives = 0;
  /** The files of its disk, each a layer upon the one before; the last is written to. */
  disks: string[] = [];
  /** What the next version can build on. */
  version: RealPart | undefined;
  /** What it lacks of its memory comes behind it. */
  behind: PagesBehind | undefined;
  /** When all had come that came behind it, seconds since the run began. */
  residentAt = 0;
  /** Frames that it touched first when it was restored last, in their order. */
  workingSet: readonly number[] = [];
  /** When it was heard of last, seconds since the run began; undefined while nobody listens. */
  heardAt: number | undefined;
  /** Since when it runs on without being reached. */
  cutOffAt: number | undefined;

  constructor(cluster: string, index: number) {
    this.name = `${cluster} vm ${index}`;
    this.index = index;
  }
}

export class RealCluster implements Cluster {
  readonly name = "cluster";
  readonly vms: readonly RealVm[];
  readonly #events: RunEvents;
  /** VMs that have failed without anybody knowing yet. */
  readonly undetected = new Set<RealVm>();
  /** Snapshots that were cut. */
  snapshots = 0;
  /** Of them, those after the last that holds all pages. */
  sinceWhole = 0;
  /** Failures found so far: what began under another number has been overtaken. */
  failures = 0;
  /** When the failure happened that the coming or present rollback is counted from. */
  failedAt: number | undefined;
  /** Settles when all that comes behind its guests is there, and has been looked at; undefined when nothing does. */
  behind: Promise<void> | undefined;
  /** Captures and starts under way: no next step touches their guests before they are over. */
  readonly #underWay = new Set<Promise<void>>();
  /** Copies under way: a rollback does not wait for those that it makes useless. */
  readonly #copying = new Set<Promise<void>>();

  #isOver = false;

  constructor({ cluster }: ClusterScenario, events: RunEvents) {
    this.vms = Array.from({ length: cluster.vms }, (_, index) => new RealVm(this.name, index));
    this.#events = events;
  }

  /** Its run has ended: nobody waits for its guests to be well. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** A VM goes to another state. */
  move(vm: RealVm, to: VmState, at?: number): void {
    if (vm.state === to) return;
    // Whatever one does that is cut off: until it is suspected or back, its failure is to be detected.
    if (vm.cutOffAt === undefined) this.#tell(vm, vm.state, to, at);
    vm.state = to;
    vm.since = at ?? this.#events.now;
  }

  /** A VM runs on, but cannot be reached: it is not up until it is back. */
  cutOff(vm: RealVm): void {
    if (vm.cutOffAt !== undefined) return;
    if (vm.state !== "detect") this.#tell(vm, vm.state, "detect", undefined);
    vm.cutOffAt = this.#events.now;
    vm.since = vm.cutOffAt;
  }

  /** It is back before anybody suspected it. */
  reconnect(vm: RealVm): void {
    if (vm.cutOffAt === undefined) return;
    if (vm.state !== "detect") this.#tell(vm, "detect", vm.state, undefined);
    vm.cutOffAt = undefined;
    vm.since = this.#events.now;
  }

  /** A VM is lost, and nobody knows yet. One that was cut off has not been up since. */
  lose(vm: RealVm): void {
    const { now } = this.#events;
    this.undetected.add(vm);
    this.move(vm, "detect");
    this.failedAt = Math.min(this.failedAt ?? now, vm.cutOffAt ?? now);
    vm.cutOffAt = undefined;
  }

  /** One that was up stood still for its cut, which is known only afterwards. */
  paused(vm: RealVm, from: number, to: number): void {
    // What is cut off is down for that.
    if (vm.cutOffAt !== undefined) return;
    const isUp = vm.state === "up";
    if (isUp ? from < vm.since : from >= vm.since) return;
    this.#tell(vm, "up", "pause", from);
    // It may have failed in the middle.
    this.#tell(vm, "pause", "up", isUp ? to : Math.max(from, Math.min(to, vm.since - instant)));
  }

  /** Keeps a task with its guests in mind until it is over, however it ends. */
  begun<T>(task: Promise<T>): Promise<T> {
    return kept(this.#underWay, task);
  }

  /** The same for one that copies what guests have left. */
  copying<T>(task: Promise<T>): Promise<T> {
    return kept(this.#copying, task);
  }

  /** Nothing is under way with its guests any more. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Nothing at all is. */
  async over(): Promise<void> {
    this.#isOver = true;
    await this.idle();
    while (this.#copying.size > 0) await Promise.all(this.#copying);
  }

  #tell(vm: RealVm, from: VmState, to: VmState, at: number | undefined): void {
    const host = vm.host === undefined ? {} : { host: vm.host.name };
    this.#events.tell({ kind: "vm", cluster: this.name, vm: vm.name, ...host, from, to }, at);
  }
}

const kept = <T>(tasks: Set<Promise<void>>, task: Promise<T>): Promise<T> => {
  const over = task.then(
    () => {},
    () => {},
  );
  tasks.add(over);
  void over.then(() => tasks.delete(over));
  return task;
};
