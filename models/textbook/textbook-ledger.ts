import type { TextbookOutcome } from "./textbook.ts";
import type { TextbookPhase } from "./textbook-unit.ts";

type TimedPhase = Exclude<TextbookPhase, "over">;
const timedPhases: readonly TimedPhase[] = ["work", "verify", "pause", "await", "detect", "restore"];

/** How a run of the textbook model ended. */
export interface TextbookEnd {
  /** NaN if the job was not finished. */
  readonly finish: number;
  readonly end: number;
  /** The phase that was open, for `open` seconds, when the run ended. */
  readonly phase: TextbookPhase;
  readonly open: number;
  /** Seconds of work that stand, without that of an open phase. */
  readonly progress: number;
}

/**
 * The books of one run. Completed phases of a fixed length are counted and multiplied by it, so that round inputs give
 * round sums however long the run; only the others are added up.
 */
export class TextbookLedger {
  private readonly completed = new Map(timedPhases.map((phase) => [phase, new Map<number, number>()]));
  private readonly partial: Record<TimedPhase, number> = {
    work: 0,
    verify: 0,
    pause: 0,
    await: 0,
    detect: 0,
    restore: 0,
  };
  private phases = 0;
  private lostWork = 0;
  private failuresEffective = 0;
  private failuresIgnored = 0;
  private silentErrorsFound = 0;
  private ended: TextbookEnd | undefined;

  /** A phase of this nominal length has run to its end. */
  complete(phase: TextbookPhase, length: number): void {
    if (phase === "over") return;
    const counts = this.completed.get(phase)!;
    counts.set(length, (counts.get(length) ?? 0) + 1);
    this.phases++;
  }

  /** A phase of no nominal length has lasted so long. */
  add(phase: TextbookPhase, seconds: number): void {
    if (phase === "over") return;
    this.partial[phase] += seconds;
    this.phases++;
  }

  /** A failure has struck `seconds` into a phase, and undoes `lost` seconds of work besides those of this phase. */
  fail(phase: TextbookPhase, seconds: number, lost: number): void {
    if (phase === "over") return;
    this.failuresEffective++;
    this.add(phase, seconds);
    this.lostWork += lost + (phase === "work" ? seconds : 0);
  }

  ignoreFailure(): void {
    this.failuresIgnored++;
  }

  /** A verification has found that `lost` seconds of work are in vain. */
  findSilentError(lost: number): void {
    this.silentErrorsFound++;
    this.lostWork += lost;
  }

  close(end: TextbookEnd): void {
    this.ended = end;
    this.add(end.phase, end.open);
  }

  /** The columns, after the invariants have been checked: time is conserved, and so is work. */
  outcome(snapshotsCommitted: number): TextbookOutcome {
    const { lostWork, failuresEffective, failuresIgnored, silentErrorsFound, ended } = this;
    if (ended === undefined) throw new Error("textbook: the columns were asked for before the run ended");
    const { finish, end, phase, open, progress } = ended;
    const timeWorking = this.time("work");
    const timeVerify = this.time("verify");
    const timeSnapshot = this.time("pause") + this.time("await");
    const timeDown = this.time("detect");
    const timeRestore = this.time("restore");
    const kept = progress + (phase === "work" ? open : 0);
    // Each phase rounds the clock and the sums by at most this.
    const rounding = 4 * (this.phases + 10) * Number.EPSILON * end;
    const spent = timeWorking + timeVerify + timeSnapshot + timeDown + timeRestore;
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
      timeVerify,
      timeSnapshot,
      timeDown,
      timeRestore,
      snapshotsCommitted,
      failuresEffective,
      failuresIgnored,
      silentErrorsFound,
      // The sums may exceed the run by their rounding, which was checked above.
      workRatio: Math.min(1, kept / end),
      availability: Math.min(1, timeWorking / end),
    };
  }

  private time(phase: TimedPhase): number {
    let sum = this.partial[phase];
    for (const [length, count] of this.completed.get(phase)!) sum += length * count;
    return sum;
  }
}
