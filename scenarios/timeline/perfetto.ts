import type {
  LifeCycleEvent,
  RestorePointIsChosen,
  RollbackEnds,
  RollbackGoesOn,
  SnapshotChanges,
  TransferBegins,
  TransferEnds,
} from "../../models/life-cycle-events.ts";
import type { Details, Track } from "../../results/chrome-trace.ts";
import { Canvas } from "./canvas.ts";
import type { CastEvent, Summary, TimelineFormat, TimelineTitle } from "./format.ts";

/** The process of what belongs to no cluster and no host. */
const dataCentre = 1;
/** The track of a process that speaks of all of it. */
const whole = 1;

/**
 * Draws a timeline for https://ui.perfetto.dev or chrome://tracing. Each cluster is a process: its snapshots are slices
 * from cut to durable, in two parts, its rollbacks lie on a track of their own, and each VM has a track of its states.
 * Each host is a process with its outages and the transfers that read or write it.
 */
export class PerfettoTimeline implements TimelineFormat {
  readonly #canvas: Canvas;
  readonly #title: TimelineTitle;
  /** Where everything that has a name is drawn. */
  readonly #tracks = new Map<string, Track>();
  /** Snapshots of each cluster that are cut and not durable yet. */
  readonly #inFlight = new Map<string, number>();
  /** When the restore point of each cluster was cut. */
  readonly #cutAt = new Map<string, number>();

  constructor(title: TimelineTitle) {
    this.#title = title;
    this.#canvas = new Canvas(title.from);
  }

  begin({ clusters, hosts }: CastEvent): string {
    this.#cast(dataCentre, "data centre");
    for (const [i, cluster] of clusters.entries()) {
      const pid = dataCentre + 1 + i;
      this.#cast(pid, cluster.name);
      this.#cutAt.set(cluster.name, 0);
      for (const [j, { vm }] of cluster.vms.entries()) {
        const track = { pid, tid: whole + 1 + j };
        this.#canvas.thread(track, vm);
        this.#canvas.begin(vm, track, "up", 0);
        this.#tracks.set(vm, track);
      }
    }
    for (const [i, { name }] of hosts.entries()) this.#cast(dataCentre + 1 + clusters.length + i, name);
    return this.#canvas.take();
  }

  event(event: LifeCycleEvent): string {
    this.#canvas.reach(event.at);
    this.#draw(event);
    return this.#canvas.take();
  }

  end({ columns, events, shown }: Summary): string {
    const figures = Object.entries(columns).filter(([, value]) => !Number.isNaN(value));
    this.#canvas.reach(this.#title.to);
    this.#canvas.finish(this.#title.to, { ...this.#title, events, shown, ...Object.fromEntries(figures) });
    return this.#canvas.take();
  }

  #cast(pid: number, name: string): void {
    const track = { pid, tid: whole };
    this.#canvas.process(pid, name);
    this.#canvas.thread(track, name);
    this.#tracks.set(name, track);
  }

  /** What has no track of its own belongs to the data centre. */
  #track(name: string): Track {
    return this.#tracks.get(name) ?? { pid: dataCentre, tid: whole };
  }

  #draw(event: LifeCycleEvent): void {
    const { at } = event;
    switch (event.kind) {
      case "vm":
        this.#canvas.end(event.vm, at);
        this.#canvas.begin(event.vm, this.#track(event.vm), event.to, at);
        return;
      case "cut":
        this.#mark(event.vm, `cut of snapshot ${event.snapshot}`, at, { bytes: event.bytes, host: event.host });
        return;
      case "snapshot":
        // The age grows until another restore point takes over; a counter shows that only where it is sampled.
        this.#age(event.cluster, at);
        if (event.state === "planned" || event.state === "broken")
          this.#mark(event.cluster, `snapshot ${event.snapshot} ${event.state}`, at);
        else this.#snapshot(at, event);
        return;
      case "crossing": {
        const { orphans, dropped, forced } = event;
        this.#mark(event.cluster, `snapshot ${event.snapshot} crossed`, at, { orphans, dropped, forced });
        return;
      }
      case "restore-point":
        this.#cutAt.set(event.cluster, at - event.age);
        this.#age(event.cluster, at);
        return;
      case "failure": {
        const { component, name, permanent, ignored, vms } = event;
        const { pid } = this.#track(name);
        this.#mark(name, ignored ? "fails, down already" : "fails", at, { name, permanent, vms });
        if (ignored || component === "vm") return;
        this.#canvas.open(`down ${name}`, { category: "failure", id: name, pid, name: "down", args: { name } }, at);
        return;
      }
      case "return":
        this.#canvas.close(`down ${event.name}`, at);
        return;
      case "shock":
        this.#canvas.span({ pid: dataCentre, tid: whole }, event.name, at, at, { hosts: event.hosts });
        return;
      case "corruption":
        this.#mark(event.vm, `wrong data: ${event.state}`, at, { cluster: event.cluster, vm: event.vm });
        return;
      case "detection":
        this.#mark(event.cluster, "failure found", at, { vms: event.vms });
        return;
      case "rollback":
        this.#rollback(at, event);
        return;
      case "transfer":
        this.#transfer(at, event);
        return;
      case "stored":
        this.#canvas.count(dataCentre, "copies [bytes]", at, event.copies);
        this.#canvas.count(dataCentre, "staged [bytes]", at, event.staged);
        return;
      case "jump": {
        const { to, cycles, approximate } = event;
        for (const [cluster, cutAt] of this.#cutAt) this.#cutAt.set(cluster, cutAt + to - at);
        this.#canvas.span({ pid: dataCentre, tid: whole }, "jump", at, to, { cycles, approximate });
        return;
      }
      case "begin":
      case "end":
        return;
    }
  }

  #mark(who: string, name: string, at: number, args: Details = {}): void {
    this.#canvas.mark(this.#track(who), name, at, args);
  }

  #snapshot(at: number, { cluster, snapshot, state, age, whole, bytes }: SnapshotChanges): void {
    const { pid } = this.#track(cluster);
    const name = `snapshot ${snapshot}`;
    const id = `${cluster} ${name}`;
    const open = (part: string, args: Details = {}): void =>
      this.#canvas.open(`${id} ${part}`, { category: "snapshot", id, pid, name: part, args }, at);
    switch (state) {
      case "cut":
        this.#fly(cluster, 1, at);
        open(name, { bytes, whole });
        open("capture");
        return;
      case "captured":
        this.#canvas.close(`${id} capture`, at);
        open("replicate");
        return;
      case "durable":
      case "failed":
        this.#fly(cluster, -1, at);
        for (const part of ["replicate", "capture", name]) this.#canvas.close(`${id} ${part}`, at);
        this.#mark(cluster, `${name} ${state}`, at, { age });
        return;
      case "merged":
      case "deleted":
      case "lost":
        this.#mark(cluster, `${name} ${state}`, at, { age });
        return;
    }
  }

  #age(cluster: string, at: number): void {
    this.#canvas.count(this.#track(cluster).pid, "restore point age [s]", at, at - this.#cutAt.get(cluster)!);
  }

  #fly(cluster: string, change: number, at: number): void {
    const count = (this.#inFlight.get(cluster) ?? 0) + change;
    this.#inFlight.set(cluster, count);
    this.#canvas.count(this.#track(cluster).pid, "snapshots in flight", at, count);
  }

  #rollback(at: number, event: RollbackGoesOn | RestorePointIsChosen | RollbackEnds): void {
    const { cluster } = event;
    const track = this.#track(cluster);
    const [all, part] = [`rollback of ${cluster}`, `phase of ${cluster}`];
    if (event.phase === "chosen") {
      const { snapshot = "image", degraded, lost, places } = event;
      const args = { snapshot, degraded, lost, places: places.map(({ vm, host }) => `${vm} on ${host}`) };
      this.#mark(cluster, "chosen", at, args);
      return;
    }
    this.#canvas.end(part, at);
    if (event.phase === "done") {
      const { outcome, rpo, rto, ttr = "never", residency = "never" } = event;
      this.#canvas.end(all, at, { outcome, rpo, rto, ttr, residency });
      return;
    }
    if (!this.#canvas.goesOn(all)) this.#canvas.begin(all, track, "rollback", at);
    this.#canvas.begin(part, track, event.phase, at);
  }

  /** A transfer is drawn on every host that it reads or writes. */
  #transfer(at: number, event: TransferBegins | TransferEnds): void {
    const { id, errand, vm, snapshot = "", bytes, from, to } = event;
    for (const place of new Set([...from, ...to])) {
      const key = `transfer ${id} ${place}`;
      if (event.state === "begin") {
        const { pid } = this.#track(place);
        const args = { snapshot, bytes };
        this.#canvas.open(key, { category: "transfer", id: key, pid, name: `${errand} ${vm}`, args }, at);
      } else {
        const { state, moved } = event;
        this.#canvas.close(key, at, { state, moved });
      }
    }
  }
}
