import type { LifeCycleEvent, SnapshotChanges, TransferBegins, TransferEnds } from "../../models/life-cycle-events.ts";
import { ChromeTrace, type Details, type Track } from "../../results/chrome-trace.ts";
import type { CastEvent, Summary, TimelineFormat, TimelineTitle } from "./format.ts";

const dataCentre = 1;
/** The track of a process that speaks of all of it. */
const whole = 1;

/** A stretch that goes on: of a VM's state, of a rollback or of one of its phases. */
interface Stretch {
  readonly track: Track;
  readonly name: string;
  readonly since: number;
}

/** A slice that may overlap others. */
interface Slice {
  readonly category: string;
  readonly id: string;
  readonly pid: number;
  readonly name: string;
  readonly args: Details;
}

/**
 * Draws a timeline for https://ui.perfetto.dev or chrome://tracing. Each cluster is a process with its VMs as tracks of
 * their states and the rollbacks above them; its snapshots are slices from cut to durable, in two parts. Each host is a
 * process with its outages and the transfers that read or write it. What went on when the window began is drawn from
 * there, and what goes on at its end up to there.
 */
export class PerfettoTimeline implements TimelineFormat {
  readonly #trace = new ChromeTrace();
  readonly #title: TimelineTitle;
  /** Process and track of everything that has a name. */
  readonly #tracks = new Map<string, Track>();
  readonly #stretches = new Map<string, Stretch>();
  readonly #slices = new Map<string, Slice>();
  readonly #inFlight = new Map<string, number>();
  #opened = false;
  #text = "";

  constructor(title: TimelineTitle) {
    this.#title = title;
  }

  begin(cast: CastEvent): string {
    this.#text = this.#trace.begin();
    this.#cast(cast);
    return this.#text;
  }

  event(event: LifeCycleEvent): string {
    this.#text = "";
    if (!this.#opened && event.at >= this.#title.from) this.#open();
    this.#draw(event);
    return this.#text;
  }

  end({ columns, events, shown }: Summary): string {
    const { to } = this.#title;
    this.#text = "";
    // Phases end before the rollback that they are part of.
    for (const key of [...this.#stretches.keys()].reverse()) this.#endStretch(key, to);
    for (const key of [...this.#slices.keys()].reverse()) this.#closeSlice(key, to);
    const figures = Object.entries(columns).filter(([, value]) => !Number.isNaN(value));
    return this.#text + this.#trace.end({ ...this.#title, events, shown, ...Object.fromEntries(figures) });
  }

  #draw(event: LifeCycleEvent): void {
    const { at } = event;
    switch (event.kind) {
      case "vm":
        this.#endStretch(event.vm, at);
        this.#beginStretch(event.vm, this.#track(event.vm), event.to, at);
        return;
      case "cut":
        this.#mark(event.vm, `cut of snapshot ${event.snapshot}`, at, { bytes: event.bytes, host: event.host });
        return;
      case "snapshot":
        if (event.state === "planned") this.#mark(event.cluster, `snapshot ${event.snapshot} planned`, at);
        else this.#snapshot(at, event);
        return;
      case "restore-point":
        this.#count(this.#track(event.cluster).pid, ageCounter, at, event.age);
        return;
      case "detection":
        this.#mark(event.cluster, "failure found", at, { vms: event.vms });
        return;
      case "failure": {
        const { name, permanent, ignored, vms } = event;
        this.#mark(name, ignored ? "fails, down already" : "fails", at, { permanent, vms });
        const { pid } = this.#track(name);
        if (!ignored && event.component !== "vm" && !this.#slices.has(`failure ${name}`))
          this.#openSlice(`failure ${name}`, { category: "failure", id: name, pid, name: "down", args: { name } }, at);
        return;
      }
      case "return":
        this.#closeSlice(`failure ${event.name}`, at);
        return;
      case "rollback":
        this.#rollback(at, event);
        return;
      case "transfer":
        this.#transfer(at, event);
        return;
      case "stored":
        this.#count(dataCentre, "copies [bytes]", at, event.copies);
        this.#count(dataCentre, "staged [bytes]", at, event.staged);
        return;
      case "jump": {
        const from = Math.max(at, this.#title.from);
        if (event.to <= from) return;
        const { cycles, approximate } = event;
        this.#text += this.#trace.slice(
          { pid: dataCentre, tid: whole },
          "jump",
          from,
          Math.min(event.to, this.#title.to),
          { cycles, approximate },
        );
        return;
      }
      case "begin":
      case "end":
        return;
    }
  }

  #cast({ clusters, hosts }: CastEvent): void {
    const name = (pid: number, called: string): void => {
      this.#text += this.#trace.process(pid, called) + this.#trace.thread({ pid, tid: whole }, called);
      this.#tracks.set(called, { pid, tid: whole });
    };
    name(dataCentre, "data centre");
    for (const [i, cluster] of clusters.entries()) {
      const pid = dataCentre + 1 + i;
      name(pid, cluster.name);
      for (const [j, { vm }] of cluster.vms.entries()) {
        const track = { pid, tid: whole + 1 + j };
        this.#text += this.#trace.thread(track, vm);
        this.#tracks.set(vm, track);
        this.#beginStretch(vm, track, "up", 0);
      }
    }
    for (const [i, host] of hosts.entries()) name(dataCentre + 1 + clusters.length + i, host.name);
  }

  #snapshot(at: number, { cluster, snapshot, state, age, whole, bytes }: SnapshotChanges): void {
    const { pid } = this.#track(cluster);
    const called = `snapshot ${snapshot}`;
    const id = `${cluster} ${called}`;
    const open = (part: string, args: Details = {}): void => {
      this.#openSlice(`${id} ${part}`, { category: "snapshot", id, pid, name: part, args }, at);
    };
    switch (state) {
      case "cut":
        this.#fly(cluster, pid, 1, at);
        open(called, { bytes, whole });
        open("capture");
        break;
      case "captured":
        this.#closeSlice(`${id} capture`, at);
        open("replicate");
        break;
      case "durable":
      case "failed":
        this.#fly(cluster, pid, -1, at);
        for (const part of ["replicate", "capture", called]) this.#closeSlice(`${id} ${part}`, at);
        this.#mark(cluster, `${called} ${state}`, at, { age });
        break;
      case "merged":
      case "deleted":
      case "lost":
        this.#mark(cluster, `${called} ${state}`, at, { age });
    }
  }

  /** Counts a snapshot that is cut and not durable yet, or no longer. */
  #fly(cluster: string, pid: number, change: number, at: number): void {
    const count = (this.#inFlight.get(cluster) ?? 0) + change;
    this.#inFlight.set(cluster, count);
    this.#count(pid, "snapshots in flight", at, count);
  }

  #rollback(at: number, event: LifeCycleEvent & { readonly kind: "rollback" }): void {
    const { cluster, phase } = event;
    const track = this.#track(cluster);
    const [all, part] = [`${cluster} rollback`, `${cluster} phase`];
    if (phase === "chosen") {
      const { snapshot = "image", degraded, lost, places } = event;
      const args = { snapshot, degraded, lost, places: places.map(({ vm, host }) => `${vm} on ${host}`) };
      this.#mark(cluster, "chosen", at, args);
      return;
    }
    this.#endStretch(part, at);
    if (phase === "done") {
      const { outcome, rpo, rto, ttr, residency } = event;
      this.#endStretch(all, at, { outcome, rpo, rto, ttr, residency });
      return;
    }
    if (!this.#stretches.has(all)) this.#beginStretch(all, track, "rollback", at);
    this.#beginStretch(part, track, phase, at);
  }

  #transfer(at: number, event: TransferBegins | TransferEnds): void {
    const { id, errand, vm, snapshot = "", bytes, from, to, state } = event;
    for (const host of new Set([...from, ...to])) {
      const key = `transfer ${id} ${host}`;
      if (state !== "begin") {
        const { moved, sourceBytes, linkBytes } = event;
        this.#closeSlice(key, at, { state, moved, sourceBytes, linkBytes });
        continue;
      }
      const { pid } = this.#track(host);
      const name = `${errand} ${vm}`;
      this.#openSlice(key, { category: "transfer", id: key, pid, name, args: { snapshot, bytes, from, to } }, at);
    }
  }

  /** The window begins: what goes on is drawn from here. */
  #open(): void {
    this.#opened = true;
    for (const slice of this.#slices.values()) this.#openNow(slice, this.#title.from);
  }

  #openSlice(key: string, slice: Slice, at: number): void {
    this.#slices.set(key, slice);
    if (this.#opened) this.#openNow(slice, at);
  }

  #openNow({ category, id, pid, name, args }: Slice, at: number): void {
    this.#text += this.#trace.open(category, id, pid, name, at, args);
  }

  #closeSlice(key: string, at: number, args: Details = {}): void {
    const slice = this.#slices.get(key);
    this.#slices.delete(key);
    if (slice === undefined || !this.#opened) return;
    this.#text += this.#trace.close(slice.category, slice.id, slice.pid, slice.name, at, args);
  }

  #beginStretch(key: string, track: Track, name: string, since: number): void {
    this.#stretches.set(key, { track, name, since });
  }

  #endStretch(key: string, at: number, args: Details = {}): void {
    const stretch = this.#stretches.get(key);
    this.#stretches.delete(key);
    if (stretch === undefined || at <= this.#title.from) return;
    const from = Math.max(stretch.since, this.#title.from);
    this.#text += this.#trace.slice(stretch.track, stretch.name, from, at, args);
  }

  #mark(who: string, name: string, at: number, args: Details = {}): void {
    if (this.#opened) this.#text += this.#trace.instant(this.#track(who), name, at, args);
  }

  #count(pid: number, name: string, at: number, value: number): void {
    if (this.#opened) this.#text += this.#trace.counter(pid, name, at, value);
  }

  /** Where something is drawn; what has no track of its own belongs to the data centre. */
  #track(name: string): Track {
    return this.#tracks.get(name) ?? { pid: dataCentre, tid: whole };
  }
}

const ageCounter = "restore point age [s]";
