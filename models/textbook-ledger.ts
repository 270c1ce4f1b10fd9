import type { TextbookOutcome, TextbookSpec } from "./textbook.ts";
import { type JobShape, jobShape } from "./textbook-shape.ts";
import type { TextbookPhase } from "./textbook-unit.ts";

type TimedPhase = Exclude<TextbookPhase, "over">;

/** How a run of the textbook model ended. */
export interface TextbookEnd {
  /** NaN if the job was not finished. */
  readonly finish: number;
  readonly end: number;
  /** The phase that was open, for `open` seconds, when the run ended. */
  readonly phase: TextbookPhase;
  readonly open: number;
  /** Intervals of work that stand. */
  readonly done: number;
}

/**
 * The books of one run. Completed phases are counted and multiplied by their length, so that round inputs give round
 * sums however long the run; only interrupted ones are added up.
 */
export class TextbookLedger {
  private readonly spec: TextbookSpec;
  private readonly shape: JobShape;
  private readonly completed: Record<TimedPhase, number> = { work: 0, pause: 0, await: 0, detect: 0, restore: 0 };
  private readonly partial: Record<TimedPhase, number> = { work: 0, pause: 0, await: 0, detect: 0, restore: 0 };
  private lastIntervalsDone = 0;
  private lostWork = 0;
  private failuresEffective = 0;
  private failuresIgnored = 0;
  private ended: TextbookEnd | undefined;

  constructor(spec: TextbookSpec) {
    this.spec = spec;
    this.shape = jobShape(spec);
  }

  /** A phase has run to its end; `done` intervals had been done when it started. */
  complete(phase: TextbookPhase, done: number, seconds: number): void {
    if (phase === "over") return;
    if (phase === "await") this.partial.await += seconds;
    else if (phase === "work" && done === this.shape.intervals - 1) this.lastIntervalsDone++;
    else this.completed[phase]++;
  }

  /** A failure has struck `seconds` into a phase and rolls back from `done` intervals to `restorePoint`. */
  fail(phase: TextbookPhase, seconds: number, done: number, restorePoint: number): void {
    if (phase === "over") return;
    this.failuresEffective++;
    this.partial[phase] += seconds;
    this.lostWork += this.progress(done) - this.progress(restorePoint) + (phase === "work" ? seconds : 0);
  }

  ignoreFailure(): void {
    this.failuresIgnored++;
  }

  close(end: TextbookEnd): void {
    this.ended = end;
    if (end.phase !== "over") this.partial[end.phase] += end.open;
  }

  /** The columns, after the invariants have been checked: time is conserved, and so is work. */
  outcome(snapshotsCommitted: number): TextbookOutcome {
    const { completed, partial, spec, lostWork, failuresEffective, failuresIgnored, ended } = this;
    if (ended === undefined) throw new Error("textbook: the columns were asked for before the run ended");
    const { finish, end, phase, open, done } = ended;
    const { interval, lastInterval } = this.shape;
    // An interval without end is never completed, and 0 × Infinity is no number.
    const fullIntervals = completed.work === 0 ? 0 : completed.work * interval;
    const lastIntervals = this.lastIntervalsDone === 0 ? 0 : this.lastIntervalsDone * lastInterval;
    const timeWorking = fullIntervals + lastIntervals + partial.work;
    const timeSnapshot = completed.pause * spec.pause + partial.pause + partial.await;
    const timeDown = completed.detect * spec.detect + partial.detect;
    const timeRestore = completed.restore * spec.restore + partial.restore;
    const kept = this.progress(done) + (phase === "work" ? open : 0);
    // Each phase rounds the clock and the sums by at most this.
    const phases = completed.work + completed.pause + completed.detect + completed.restore + failuresEffective + 10;
    const rounding = 4 * phases * Number.EPSILON * end;
    const spent = timeWorking + timeSnapshot + timeDown + timeRestore;
    if (!(Math.abs(spent - end) <= rounding)) {
      throw new Error(`textbook: time is not conserved: the phases add up to ${spent} s in a run of ${end} s`);
    }
    if (!(Math.abs(timeWorking - lostWork - kept) <= rounding)) {
      throw new Error(
        `textbook: work is not conserved: ${timeWorking} s were worked, ${lostWork} s lost, ${kept} s stand`,
      );
    }
    return {
      finish,
      lostWork,
      timeWorking,
      timeSnapshot,
      timeDown,
      timeRestore,
      snapshotsCommitted,
      failuresEffective,
      failuresIgnored,
      // The sums may exceed the run by their rounding, which was checked above.
      workRatio: Math.min(1, kept / end),
      availability: Math.min(1, timeWorking / end),
    };
  }

  private progress(done: number): number {
    if (done === this.shape.intervals) return this.spec.work!;
    return done === 0 ? 0 : done * this.shape.interval;
  }
}
