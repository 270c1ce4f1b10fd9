import type { FailureLevel } from "./textbook-failures.ts";

/** Work that stands, or that a snapshot holds. */
export interface Progress {
  readonly intervals: number;
  readonly seconds: number;
}

const nothing: Progress = { intervals: 0, seconds: 0 };

/** The snapshots of the textbook model: those that may be restored, and those that wait to become usable. */
export class TextbookRestorePoints {
  /** Snapshots that became usable. */
  committed = 0;
  /** Rollbacks since a snapshot held more work than any before it. */
  setbacks = 0;
  /** Every so many snapshots one is of the second level too. */
  private readonly every: number;
  private nearest = nothing;
  private far = nothing;
  private mostIntervals = 0;
  /** In order. */
  private readonly inFlight: { readonly usableAt: number; readonly holds: Progress }[] = [];

  constructor(every: number) {
    this.every = every;
  }

  take(holds: Progress, usableAt: number): void {
    this.inFlight.push({ holds, usableAt });
  }

  /** When the newest snapshot becomes usable, if it is not. */
  get lastUsableAt(): number | undefined {
    return this.inFlight.at(-1)?.usableAt;
  }

  /** A snapshot that becomes usable changes nothing until it is asked for, so it is noticed then. */
  commitDue(now: number): void {
    let due = 0;
    while (due < this.inFlight.length && this.inFlight[due]!.usableAt <= now) due++;
    if (due > 0) this.commit(due);
  }

  commitAll(): void {
    this.commit(this.inFlight.length);
  }

  /** What the newest snapshot that is left holds; the others are forgotten. */
  rollBack(level: FailureLevel): Progress {
    if (level === "second") this.nearest = this.far;
    this.inFlight.length = 0;
    this.setbacks++;
    return this.nearest;
  }

  private commit(snapshots: number): void {
    for (const { holds } of this.inFlight.splice(0, snapshots)) {
      this.nearest = holds;
      if (holds.intervals % this.every === 0) this.far = holds;
      if (holds.intervals > this.mostIntervals) {
        this.mostIntervals = holds.intervals;
        this.setbacks = 0;
      }
    }
    this.committed += snapshots;
  }
}
