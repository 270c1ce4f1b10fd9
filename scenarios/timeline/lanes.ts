import type { LifeCycleEvent, RollbackEnds, TransferBegins } from "../../models/life-cycle-events.ts";
import type { Bar, BarKind, Lane, Mark, TimelineData } from "../../results/timeline/data.ts";
import type { CastEvent, TimelineTitle } from "./format.ts";

interface OpenLane {
  readonly kind: Lane["kind"];
  readonly name: string;
  readonly bars: Bar[];
  readonly marks: Mark[];
}

interface Begun {
  readonly at: number;
  readonly kind: BarKind;
  readonly note: string;
}

const bytes = (amount: number): string =>
  amount >= 1e9 ? `${(amount / 1e9).toFixed(2)} GB` : `${(amount / 1e6).toFixed(1)} MB`;
const seconds = (amount: number): string => `${Number(amount.toPrecision(4))} s`;

/** The lanes of a whole run. @throws Error unless it begins with who takes part */
export const lanesOf = (title: TimelineTitle, events: readonly LifeCycleEvent[]): TimelineData => {
  const [cast] = events;
  if (cast?.kind !== "begin") throw new Error("a run begins with who takes part");
  const lanes = new TimelineLanes(title);
  lanes.begin(cast);
  for (const event of events) lanes.event(event);
  return lanes.end();
};

/** Puts events together to bars on lanes: of each cluster its snapshots and its VMs, then the hosts. */
export class TimelineLanes {
  readonly #title: TimelineTitle;
  readonly #lanes = new Map<string, OpenLane>();
  readonly #hostsOf = new Map<string, string>();
  /** What goes on, by lane; VMs and hosts have one thing, snapshots are told apart by their numbers. */
  readonly #begun = new Map<string, Begun>();
  /** When the snapshots that are not cut yet were planned; one that never is has no end. */
  readonly #planned = new Map<string, number>();
  readonly #notes = new Map<string, number>();
  readonly #transfers = new Map<number, { readonly at: number; readonly begins: TransferBegins }>();

  constructor(title: TimelineTitle) {
    this.#title = title;
  }

  begin({ hosts, clusters, at }: CastEvent): void {
    for (const { name, vms } of clusters) {
      this.#open("snapshots", name);
      for (const { vm, host } of vms) {
        this.#open("vm", vm);
        this.#hostsOf.set(vm, host);
        this.#begun.set(vm, { at, kind: "up", note: `${vm} is up on ${host}` });
      }
    }
    for (const { name, rack } of hosts) this.#open("host", name, `${name}, rack ${rack}`);
  }

  event(event: LifeCycleEvent): void {
    const { at } = event;
    switch (event.kind) {
      case "snapshot":
        this.#snapshot(event);
        return;
      case "vm": {
        if (event.host !== undefined) this.#hostsOf.set(event.vm, event.host);
        this.#end(event.vm, event.vm, at);
        const where = event.host === undefined ? "" : ` on ${event.host}`;
        this.#begun.set(event.vm, { at, kind: event.to, note: `${event.vm}: ${event.to}${where}` });
        return;
      }
      case "failure": {
        if (event.ignored) return;
        const lost = event.vms.length === 0 ? "" : `, with ${event.vms.join(", ")}`;
        const note = `${named(event)} ${event.suspected === true ? "is taken for dead" : event.component === "slowDisk" ? "slows down" : "fails"}${event.permanent ? " for good" : ""}${lost}`;
        if (this.#lanes.has(event.name)) {
          this.#mark(event.name, { at, kind: "failure", note });
          if (event.component === "host")
            this.#begun.set(event.name, { at, kind: "down", note: `${event.name} is down` });
        }
        for (const vm of event.vms) this.#mark(vm, { at, kind: "failure", note });
        return;
      }
      case "return":
        if (event.component === "host") this.#end(event.name, event.name, at);
        this.#mark(event.name, { at, kind: "return", note: `${named(event)} is back` });
        return;
      case "detection":
        this.#mark(event.cluster, { at, kind: "found", note: `found to have failed: ${event.vms.join(", ")}` });
        return;
      case "rollback":
        if (event.phase === "chosen") {
          const point = event.snapshot === undefined ? "starts cold" : `goes back to snapshot ${event.snapshot}`;
          this.#mark(event.cluster, { at, kind: "chosen", note: `${point}, ${seconds(event.lost)} of work lost` });
        } else if (event.phase === "done") this.#mark(event.cluster, { at, kind: "done", note: outcome(event) });
        return;
      case "transfer":
        if (event.state === "begin") this.#transfers.set(event.id, { at, begins: event });
        else {
          const begun = this.#transfers.get(event.id);
          this.#transfers.delete(event.id);
          if (begun !== undefined) this.#flow(begun.begins, begun.at, at, event.state, event.moved);
        }
        return;
      default:
    }
  }

  /** Everything that still goes on ends with the window. */
  end(): TimelineData {
    const { scenario, seed, replication, from, to } = this.#title;
    for (const [key] of [...this.#begun]) this.#end(key, key.split("\n")[0]!, to);
    for (const { at, begins } of this.#transfers.values()) this.#flow(begins, at, to, "goes on", begins.bytes);
    const lanes = [...this.#lanes.values()].map(({ kind, name, bars, marks }) => ({
      kind,
      name,
      bars: bars.toSorted((one, other) => one.from - other.from),
      marks: marks.filter(({ at }) => at >= from),
    }));
    const title = `${scenario}, seed ${seed}, replication ${replication}`;
    return { title, from, to, lanes, notes: [...this.#notes.keys()] };
  }

  #snapshot(event: LifeCycleEvent & { readonly kind: "snapshot" }): void {
    const { at, cluster, snapshot, state } = event;
    const key = `${cluster}\n${snapshot}`;
    if (event.state === "planned") {
      this.#planned.set(key, at);
      return;
    }
    const planned = this.#planned.get(key);
    this.#planned.delete(key);
    if (planned !== undefined)
      this.#bar(
        cluster,
        { from: planned, to: at, kind: "planned" },
        `snapshot ${snapshot} of ${cluster}: planned${event.state === "broken" ? ", and never cut" : ""}`,
      );
    if (event.state === "broken") return;
    const size = `snapshot ${snapshot} of ${cluster}, ${event.whole ? "all pages" : "what has changed"}, ${bytes(event.bytes)}`;
    if (state === "cut") this.#begun.set(key, { at, kind: "capturing", note: `${size}: captured` });
    else if (state === "captured") {
      this.#end(key, cluster, at);
      this.#begun.set(key, { at, kind: "copying", note: `${size}: copied` });
    } else if (state === "durable") {
      this.#end(key, cluster, at);
      this.#begun.set(key, { at, kind: "durable", note: `${size}: durable` });
    } else this.#end(key, cluster, at);
  }

  #flow(
    { errand, vm, vms, from, to, bytes: amount }: TransferBegins,
    begun: number,
    ended: number,
    how: string,
    moved: number,
  ): void {
    const what = vms === undefined ? vm : `${vms.length} VMs`;
    const ends = [from, to].map((names) => (names.length > 4 ? `${names.length} hosts` : names.join(", ")));
    const note = `${errand} of ${what}: ${bytes(moved)} of ${bytes(amount)}, from ${ends[0]} to ${ends[1] === "" ? "memory" : ends[1]}, ${how}`;
    for (const host of new Set([...from, ...to])) this.#bar(host, { from: begun, to: ended, kind: errand }, note);
  }

  #open(kind: Lane["kind"], key: string, name = key): void {
    this.#lanes.set(key, { kind, name, bars: [], marks: [] });
  }

  #end(key: string, lane: string, at: number): void {
    const begun = this.#begun.get(key);
    this.#begun.delete(key);
    if (begun !== undefined) this.#bar(lane, { from: begun.at, to: at, kind: begun.kind }, begun.note);
  }

  #bar(lane: string, bar: Omit<Bar, "note">, text: string): void {
    if (bar.to < this.#title.from) return;
    let note = this.#notes.get(text);
    if (note === undefined) {
      note = this.#notes.size;
      this.#notes.set(text, note);
    }
    this.#lanes.get(lane)?.bars.push({ ...bar, note });
  }

  #mark(lane: string, mark: Mark): void {
    this.#lanes.get(lane)?.marks.push(mark);
  }
}

/** Most names say what they are of. */
const named = ({ component, name }: { readonly component: string; readonly name: string }): string =>
  name.includes(component) ? name : `${component} of ${name}`;

const outcome = ({ outcome: how, rto, ttr, residency }: RollbackEnds): string =>
  [
    `rolled back: ${how}`,
    `first instruction ${seconds(rto)} after the failure`,
    ttr === undefined ? "" : `as fast as before ${seconds(ttr)}`,
    residency === undefined ? "" : `all pages ${seconds(residency)}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
