import type { Simulation } from "../../sim/index.ts";
import { type Lifetime, lifetime } from "../laws.ts";
import type { TextbookOutcome, TextbookSpec, TextbookStreams } from "./textbook.ts";
import { type FailureLevel, TextbookFailures } from "./textbook-failures.ts";
import { TextbookLedger } from "./textbook-ledger.ts";
import { type Progress, TextbookRestorePoints } from "./textbook-restore-points.ts";
import { type JobShape, jobShape, usableAfter } from "./textbook-shape.ts";

/** What the unit is doing. `await` is the time after the last pause of a job until its last snapshot is usable. */
export type TextbookPhase = "work" | "verify" | "pause" | "await" | "detect" | "restore" | "over";

/** Setbacks in a row without a new snapshot after which a job without a horizon is given up. */
const hopeless = 1_000_000;

/** The unit of the textbook model: a state machine on a timer of the core for its phase, and others for its failures. */
export class TextbookUnit {
  /** Succeeds when the job is finished or the horizon is reached. */
  readonly over;
  private readonly sim: Simulation;
  private readonly spec: TextbookSpec;
  private readonly horizon: number;
  private readonly failures: TextbookFailures;
  private readonly silentErrors: Lifetime | undefined;
  private readonly streams: TextbookStreams;
  private readonly ledger = new TextbookLedger();
  private readonly shape: JobShape;
  private readonly phaseTimer;
  private phase: TextbookPhase = "work";
  private phaseStart = 0;
  private phaseEnd = 0;
  /** Length of the phase as planned. */
  private length = 0;
  /** Work of the intervals that are done; a rollback sets it back to a restore point. */
  private done: Progress = { intervals: 0, seconds: 0 };
  private readonly points;
  /** Whose failure is being recovered from. */
  private recovery: FailureLevel = "first";
  /** Work until the next silent error; below 0 one has struck since the restore point. */
  private soundFor = Number.POSITIVE_INFINITY;

  constructor(sim: Simulation, spec: TextbookSpec, streams: TextbookStreams) {
    this.sim = sim;
    this.spec = spec;
    this.streams = streams;
    this.horizon = spec.horizon ?? Number.POSITIVE_INFINITY;
    const ofLevel = { first: streams.failures, second: streams.secondLevel };
    this.failures = new TextbookFailures(sim, spec, ofLevel, (level) => this.strike(level));
    this.silentErrors = spec.silentErrors && lifetime(spec.silentErrors);
    this.shape = jobShape(spec);
    this.points = new TextbookRestorePoints(spec.secondLevel?.every ?? 1);
    this.over = sim.event<void>();
    this.phaseTimer = sim.timer(() => this.advance());
  }

  /** Starts the first interval and the failure clocks. Call once, at time 0. */
  start(): void {
    this.failures.start();
    if (this.horizon < Number.POSITIVE_INFINITY) this.sim.timer(() => this.reachHorizon()).arm(this.horizon);
    this.failures.renew();
    this.renewSilentErrors();
    this.work();
  }

  /** The columns of the finished run. */
  outcome(): TextbookOutcome {
    return this.ledger.outcome(this.points.committed);
  }

  /** A phase begins; `end` tells when it ends if adding its length would not give exactly that. */
  private enter(phase: TextbookPhase, length: number, end = this.sim.now + length): void {
    this.phase = phase;
    this.length = length;
    this.phaseStart = this.sim.now;
    this.phaseEnd = end;
    if (length < Number.POSITIVE_INFINITY) this.phaseTimer.arm(length);
  }

  /** The length of a phase, of which the spec gives the length or the mean. */
  private lengthOf(mean: number): number {
    return this.spec.phases === "exponential" && mean > 0 ? this.streams.phases.exponential(mean) : mean;
  }

  private work(): void {
    const { intervals, interval, lastInterval } = this.shape;
    this.enter("work", this.lengthOf(this.done.intervals === intervals - 1 ? lastInterval : interval));
  }

  private workIsDone(): void {
    const intervals = this.done.intervals + 1;
    // Equal intervals are multiplied, not added up: round inputs give round sums.
    const fixed = intervals === this.shape.intervals ? this.spec.work! : intervals * this.shape.interval;
    this.done = { intervals, seconds: this.spec.phases === "exponential" ? this.done.seconds + this.length : fixed };
    this.soundFor -= this.length;
    const { verify = 0 } = this.spec;
    if (verify > 0 || this.silentErrors !== undefined) this.enter("verify", this.lengthOf(verify));
    else this.workIsSound();
  }

  private workIsSound(): void {
    if (this.done.intervals === this.shape.intervals && !this.spec.snapshotAfterLast) this.finish();
    else this.pause();
  }

  private pause(): void {
    this.points.commitDue(this.sim.now);
    const { pause, secondLevel } = this.spec;
    const alsoFar = secondLevel !== undefined && this.done.intervals % secondLevel.every === 0;
    const length = this.lengthOf(pause) + (alsoFar ? this.lengthOf(secondLevel.pause) : 0);
    this.points.take(this.done, this.sim.now + usableAfter(this.spec, length));
    this.enter("pause", length);
  }

  /** All work is done and the last pause is over: the job is finished when its last snapshot is usable. */
  private awaitLast(): void {
    this.points.commitDue(this.sim.now);
    const usableAt = this.points.lastUsableAt;
    if (usableAt === undefined) this.finish();
    else this.enter("await", usableAt - this.sim.now, usableAt);
  }

  /** The phase timer has fired: the phase is over, and so are phases of length 0 that follow it. */
  private advance(): void {
    this.endPhase();
    this.settle();
  }

  /** Ends every phase that ends by now: this comes before any failure of the same instant. */
  private settle(): void {
    while (this.phase !== "over" && this.phaseEnd <= this.sim.now) this.endPhase();
  }

  private endPhase(): void {
    const nominal = this.phase !== "await" && this.spec.phases !== "exponential";
    if (nominal) this.ledger.complete(this.phase, this.length);
    else this.ledger.add(this.phase, this.sim.now - this.phaseStart);
    switch (this.phase) {
      case "work":
        this.workIsDone();
        break;
      case "verify":
        if (this.soundFor < 0) this.findSilentError();
        else this.workIsSound();
        break;
      case "pause":
        if (this.done.intervals < this.shape.intervals) this.work();
        else this.awaitLast();
        break;
      case "await":
        this.points.commitAll();
        this.finish();
        break;
      case "detect":
        if (!this.spec.failDuringDetect) this.failures.renew();
        this.restore();
        break;
      case "restore":
        if (this.done.intervals === this.shape.intervals) this.finish();
        else this.work();
        break;
      case "over":
        break;
    }
  }

  private detect(): void {
    this.enter("detect", this.lengthOf(this.costs.detect));
  }

  private restore(): void {
    this.enter("restore", this.lengthOf(this.costs.restore));
  }

  private get costs(): { readonly detect: number; readonly restore: number } {
    return this.recovery === "second" ? this.spec.secondLevel! : this.spec;
  }

  /** A failure of a list or of a law, at this instant. */
  private strike(level: FailureLevel): void {
    this.settle();
    if (this.phase === "over") return;
    if (this.sim.now >= this.horizon) this.end(Number.NaN);
    else if (this.phase === "detect" && !this.spec.failDuringDetect) this.ledger.ignoreFailure();
    else this.fail(level);
  }

  private fail(struck: FailureLevel): void {
    const hit = this.phase;
    this.points.commitDue(this.sim.now);
    const before = this.recovery;
    const recovering = hit === "detect" || hit === "restore";
    this.recovery = recovering && before === "second" ? before : struck;
    this.ledger.fail(hit, this.sim.now - this.phaseStart, this.rollBack());
    const detectAnew = hit !== "restore" || this.spec.restoreRepeatsDetect || this.recovery !== before;
    if (this.spec.failDuringDetect || !detectAnew) this.failures.renew();
    else this.failures.stop();
    if (this.isHopeless()) this.giveUp();
    else if (detectAnew) this.detect();
    else this.restore();
  }

  private findSilentError(): void {
    this.points.commitDue(this.sim.now);
    this.recovery = "first";
    this.ledger.findSilentError(this.rollBack());
    if (this.isHopeless()) this.giveUp();
    else this.restore();
  }

  /** Sets the work back to the newest snapshot that is left; returns the seconds of it that are lost. */
  private rollBack(): number {
    const { seconds } = this.done;
    this.done = this.points.rollBack(this.recovery);
    this.renewSilentErrors();
    return seconds - this.done.seconds;
  }

  private renewSilentErrors(): void {
    if (this.silentErrors !== undefined) this.soundFor = this.silentErrors.sample(this.streams.silentErrors);
  }

  private reachHorizon(): void {
    this.settle();
    if (this.phase !== "over") this.end(Number.NaN);
  }

  private finish(): void {
    this.end(this.sim.now);
  }

  private end(finish: number): void {
    const last = this.phase;
    this.points.commitDue(this.sim.now);
    const open = finish === this.sim.now ? 0 : this.sim.now - this.phaseStart;
    this.ledger.close({ finish, end: this.sim.now, phase: last, open, progress: this.done.seconds });
    this.phase = "over";
    this.over.succeed();
  }

  private isHopeless(): boolean {
    return this.points.setbacks === hopeless && this.horizon === Number.POSITIVE_INFINITY;
  }

  private giveUp(): void {
    const { workInterval, restore } = this.spec;
    this.phase = "over";
    this.over.fail(
      new RangeError(
        `textbook: ${hopeless} failures in a row without a new snapshot: with them a restore of ${restore} s ` +
          `and an interval of ${workInterval} s hardly ever pass. Give a horizon, or shorten the interval`,
      ),
    );
  }
}
