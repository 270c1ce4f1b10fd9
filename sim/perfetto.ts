import type { Happening, Subject, Trace } from "./trace.ts";

export interface PerfettoTraceOptions {
  /** Seconds that one unit of simulated time is drawn as: 1 unless told otherwise. */
  readonly secondsPerUnit?: number;
}

/** One event of the Chrome trace event format, which Perfetto reads: phase, time in microseconds, process and thread. */
interface ChromeEvent {
  readonly ph: "B" | "E" | "i" | "C" | "M";
  readonly ts?: number;
  readonly pid: number;
  readonly tid?: number;
  readonly name?: string;
  readonly s?: "t";
  readonly args?: Readonly<Record<string, unknown>>;
}

const EVENTS = 0;

/** What is drawn of a living process: its lane, and whether a wait is open in it. */
interface Track {
  readonly lane: number;
  waits: boolean;
}

/**
 * Draws the trail of events: pass it as `new Simulation({ trace })`, write its text to a file after the run and open
 * that at https://ui.perfetto.dev or chrome://tracing.
 *
 * Each process is a slice from its start to its end with its waits in it; interrupts, kills and failures are marks on
 * it. A lane is used again when its process has ended, so there are as many lanes as processes ever lived at once.
 * Events and timers are marks on a lane of their own, and the users of each resource are a counter.
 */
export class PerfettoTrace implements Trace {
  readonly #scale: number;
  readonly #lines: string[] = [];
  readonly #tracks = new Map<Subject, Track>();
  readonly #freeLanes: number[] = [];
  #lanes = EVENTS;
  readonly #users = new Map<string, number>();

  constructor(options: PerfettoTraceOptions = {}) {
    const { secondsPerUnit = 1 } = options;
    if (!(secondsPerUnit > 0 && secondsPerUnit < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`secondsPerUnit must be a finite number above 0, not ${secondsPerUnit}`);
    }
    this.#scale = 1e6 * secondsPerUnit;
    this.#nameLane(EVENTS, "events and timers");
  }

  record(time: number, what: Happening, who: Subject, detail: string): void {
    const at = time * this.#scale;
    const track = this.#tracks.get(who);
    if (what === "start") this.#open(at, who);
    else if (what === "event" || what === "timer") this.#note(at, who);
    else if (what === "acquire") this.#count(at, detail, 1);
    else if (what === "release") this.#count(at, detail, -1);
    else if (track !== undefined) this.#follow(at, what, who, track, detail);
  }

  /** The parts of the text, for writing a long trail to a file piece by piece. */
  *[Symbol.iterator](): IterableIterator<string> {
    yield '{"displayTimeUnit":"ms","traceEvents":[\n';
    for (const [index, line] of this.#lines.entries()) yield index === 0 ? line : `,\n${line}`;
    yield "\n]}\n";
  }

  /** The trail as JSON in the Chrome trace event format. */
  toString(): string {
    return [...this].join("");
  }

  #open(ts: number, who: Subject): void {
    let lane = this.#freeLanes.pop();
    if (lane === undefined) {
      lane = ++this.#lanes;
      this.#nameLane(lane, `lane ${lane}`);
    }
    this.#tracks.set(who, { lane, waits: false });
    this.#write({ ph: "B", ts, pid: 1, tid: lane, name: who.name });
  }

  #follow(ts: number, what: Happening, who: Subject, track: Track, detail: string): void {
    const tid = track.lane;
    if (track.waits) this.#write({ ph: "E", ts, pid: 1, tid });
    track.waits = what === "wait";
    if (what === "wait") this.#write({ ph: "B", ts, pid: 1, tid, name: `waits for ${detail}` });
    if (what === "interrupt" || what === "kill" || what === "fail") {
      this.#write({ ph: "i", ts, pid: 1, tid, s: "t", name: what, args: { detail } });
    }
    if (what === "end" || what === "fail") {
      this.#write({ ph: "E", ts, pid: 1, tid });
      this.#tracks.delete(who);
      this.#freeLanes.push(tid);
    }
  }

  #note(ts: number, who: Subject): void {
    this.#write({ ph: "i", ts, pid: 1, tid: EVENTS, s: "t", name: who.name });
  }

  #count(ts: number, resource: string, change: number): void {
    const users = (this.#users.get(resource) ?? 0) + change;
    this.#users.set(resource, users);
    this.#write({ ph: "C", ts, pid: 1, name: resource, args: { users } });
  }

  #nameLane(lane: number, name: string): void {
    this.#write({ ph: "M", pid: 1, tid: lane, name: "thread_name", args: { name } });
  }

  #write(event: ChromeEvent): void {
    this.#lines.push(JSON.stringify(event));
  }
}
