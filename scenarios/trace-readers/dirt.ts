/** A trace that cannot be read at all; dirty lines are only counted. */
export class TraceError extends Error {
  override readonly name = "TraceError";
}

/** Counts what is wrong with the lines of a trace, and remembers where each kind was met first. */
export class Dirt {
  readonly #kinds = new Map<string, { count: number; readonly first: string }>();

  /** @param where `line 17`, `record 17` */
  add(kind: string, where: string): void {
    const known = this.#kinds.get(kind);
    if (known === undefined) this.#kinds.set(kind, { count: 1, first: where });
    else known.count++;
  }

  count(kind: string): number {
    return this.#kinds.get(kind)?.count ?? 0;
  }

  /** One sentence for each kind: `1 second start while down ignored (first at record 71)`. */
  notes(): string[] {
    return [...this.#kinds].map(([kind, { count, first }]) => `${count} ${kind} (first at ${first})`);
  }
}

/** What is counted, in the words of the report. */
export const dirt = {
  secondStart: "× second start while down, ignored",
  endWithoutStart: "× end without start, ignored",
  zeroLength: "× outage of zero length, kept: the machine failed and was back within the resolution of the trace",
  neverReturned: "× never returned",
  unsorted: "× earlier than the line before, sorted",
  unparsable: "× line that cannot be read, skipped",
  backwards: "× end before start, skipped",
  afterSpan: "× start after the end of the observation, skipped",
  noFinalNewline: "× no end of line at the end of the file, which may have been cut off",
} as const;
