/** Which track an event is drawn on: a group of tracks, called a process, and one of its tracks, called a thread. */
export interface Track {
  readonly pid: number;
  readonly tid: number;
}

/** Names and figures that a viewer shows beside an event. */
export type Details = { readonly [name: string]: string | number | boolean | readonly string[] };

/**
 * Writes the Chrome trace event format, which Perfetto (https://ui.perfetto.dev) and chrome://tracing open: each call
 * returns the text that comes next, so that a trace of any length can be written as it happens. Times are in seconds.
 *
 * @see https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU (Trace Event Format)
 */
export class ChromeTrace {
  #first = true;

  begin(): string {
    return '{"displayTimeUnit":"ms","traceEvents":[\n';
  }

  /** @param about what is true of the whole trace */
  end(about: Details): string {
    return `\n],"otherData":${JSON.stringify(about)}}\n`;
  }

  process(pid: number, name: string): string {
    return (
      this.#write({ ph: "M", pid, name: "process_name", args: { name } }) +
      this.#write({ ph: "M", pid, name: "process_sort_index", args: { sort_index: pid } })
    );
  }

  thread({ pid, tid }: Track, name: string): string {
    return (
      this.#write({ ph: "M", pid, tid, name: "thread_name", args: { name } }) +
      this.#write({ ph: "M", pid, tid, name: "thread_sort_index", args: { sort_index: tid } })
    );
  }

  /** What went on from one time to another; slices of one track lie within each other or apart. */
  slice(track: Track, name: string, from: number, to: number, args: Details = {}): string {
    return this.#write({ ph: "X", ...track, name, ts: micros(from), dur: micros(to) - micros(from), args });
  }

  instant(track: Track, name: string, at: number, args: Details = {}): string {
    return this.#write({ ph: "i", ...track, name, ts: micros(at), s: "t", args });
  }

  /** A slice that may overlap others; `id` tells which end belongs to which beginning within its category. */
  open(category: string, id: string, pid: number, name: string, at: number, args: Details = {}): string {
    return this.#write({ ph: "b", cat: category, id, pid, tid: 0, name, ts: micros(at), args });
  }

  close(category: string, id: string, pid: number, name: string, at: number, args: Details = {}): string {
    return this.#write({ ph: "e", cat: category, id, pid, tid: 0, name, ts: micros(at), args });
  }

  counter(pid: number, name: string, at: number, value: number): string {
    return this.#write({ ph: "C", pid, tid: 0, name, ts: micros(at), args: { value } });
  }

  #write(event: object): string {
    const line = `${this.#first ? "" : ",\n"}${JSON.stringify(event)}`;
    this.#first = false;
    return line;
  }
}

const micros = (seconds: number): number => seconds * 1e6;
