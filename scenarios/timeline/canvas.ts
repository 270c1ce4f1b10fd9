import { ChromeTrace, type Details, type Track } from "../../results/chrome-trace.ts";

/** A slice that may overlap others. */
export interface Slice {
  readonly category: string;
  readonly id: string;
  readonly pid: number;
  readonly name: string;
  readonly args: Details;
}

/** Something of which one goes on at a time, such as the state of a VM. */
interface Stretch {
  readonly track: Track;
  readonly name: string;
  readonly since: number;
}

/**
 * Draws a window of time: what went on when it begins is drawn from there, and what still goes on at its end up to
 * there. Everything that goes on is called by a key.
 */
export class Canvas {
  readonly #trace = new ChromeTrace();
  readonly #from: number;
  readonly #stretches = new Map<string, Stretch>();
  readonly #slices = new Map<string, Slice>();
  #within = false;
  #text = "";

  constructor(from: number) {
    this.#from = from;
    this.#text = this.#trace.begin();
  }

  /** The text that has come since the last call. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  process(pid: number, name: string): void {
    this.#text += this.#trace.process(pid, name);
  }

  thread(track: Track, name: string): void {
    this.#text += this.#trace.thread(track, name);
  }

  /** Time has come to `at`. */
  reach(at: number): void {
    if (this.#within || at < this.#from) return;
    this.#within = true;
    for (const slice of this.#slices.values()) this.#open(slice, this.#from);
  }

  mark(track: Track, name: string, at: number, args: Details = {}): void {
    if (this.#within) this.#text += this.#trace.instant(track, name, at, args);
  }

  count(pid: number, name: string, at: number, value: number): void {
    if (this.#within) this.#text += this.#trace.counter(pid, name, at, value);
  }

  goesOn(key: string): boolean {
    return this.#stretches.has(key) || this.#slices.has(key);
  }

  /** A slice begins that may overlap others; one that goes on already does not begin again. */
  open(key: string, slice: Slice, at: number): void {
    if (this.#slices.has(key)) return;
    this.#slices.set(key, slice);
    if (this.#within) this.#open(slice, at);
  }

  close(key: string, at: number, args: Details = {}): void {
    const slice = this.#slices.get(key);
    this.#slices.delete(key);
    if (slice === undefined || !this.#within) return;
    this.#text += this.#trace.close(slice.category, slice.id, slice.pid, slice.name, at, args);
  }

  begin(key: string, track: Track, name: string, since: number): void {
    this.#stretches.set(key, { track, name, since });
  }

  end(key: string, at: number, args: Details = {}): void {
    const stretch = this.#stretches.get(key);
    this.#stretches.delete(key);
    if (stretch !== undefined) this.span(stretch.track, stretch.name, stretch.since, at, args);
  }

  /** What went on from one time to another. */
  span(track: Track, name: string, since: number, until: number, args: Details = {}): void {
    if (until > this.#from) this.#text += this.#trace.slice(track, name, Math.max(since, this.#from), until, args);
  }

  /** The window ends. */
  finish(at: number, about: Details): void {
    // Parts end before the whole that they began in.
    for (const key of [...this.#stretches.keys()].reverse()) this.end(key, at);
    for (const key of [...this.#slices.keys()].reverse()) this.close(key, at);
    this.#text += this.#trace.end(about);
  }

  #open({ category, id, pid, name, args }: Slice, at: number): void {
    this.#text += this.#trace.open(category, id, pid, name, at, args);
  }
}
