import type { Simulation } from "../sim/index.ts";
import { type Lifetime, lifetime, type RandomStream } from "./laws.ts";
import type { TextbookOutcome, TextbookSpec } from "./textbook.ts";
import { TextbookLedger } from "./textbook-ledger.ts";
import { type JobShape, jobShape, usableAfter } from "./textbook-shape.ts";

/** What the unit is doing. `await` is the time after the last pause of a job until its last snapshot is usable. */
export type TextbookPhase = "work" | "pause" | "await" | "detect" | "restore" | "over";

/** Failures in a row without a new snapshot after which a job without a horizon is given up. */
const hopeless = 1_000_000;

/** The unit of the textbook model: a state machine on two timers of the core, one for its phase and one for failures. */
export class TextbookUnit {
  /** Succeeds when the job is finished or the horizon is reached. */
  readonly over;
  private readonly sim: Simulation;
  private readonly spec: TextbookSpec;
  private readonly stream: RandomStream;
  private readonly horizon: number;
  private readonly life: Lifetime | undefined;
  private readonly ledger: TextbookLedger;
  private readonly shape: JobShape;
  private readonly phaseTimer;
  private readonly failureTimer;
  /** Seconds from the start of a pause until its snapshot may be restored. */
  private readonly usableAfter: number;
  private phase: TextbookPhase = "work";
  private phaseStart = 0;
  private phaseEnd = 0;
  /** Intervals of work done; the work of a rollback is undone by setting it back to `restorePoint`. */
  private done = 0;
  /** Intervals of work in the newest usable snapshot. */
  private restorePoint = 0;
  /** When the snapshots after `restorePoint` become usable, in order. */
  private readonly inFlight: number[] = [];
  private failuresSinceCommit = 0;

  constructor(sim: Simulation, spec: TextbookSpec, stream: RandomStream) {
    const { failures } = spec;
    this.sim = sim;
    this.spec = spec;
    this.stream = stream;
    this.horizon = spec.horizon ?? Number.POSITIVE_INFINITY;
    this.life = "law" in failures ? lifetime(failures) : undefined;
    this.ledger = new TextbookLedger(spec);
    this.usableAfter = usableAfter(spec);
    this.shape = jobShape(spec);
    this.over = sim.event<void>();
    this.phaseTimer = sim.timer(() => this.advance());
    this.failureTimer = sim.timer(() => this.strike());
  }

  /** Starts the first interval and the failure clock, or all failures of the list. Call once, at time 0. */
  start(): void {
    const { failures } = this.spec;
    if (!("law" in failures)) for (const at of failures) this.sim.timer(() => this.strike()).arm(at);
    if (this.horizon < Number.POSITIVE_INFINITY) this.sim.timer(() => this.reachHorizon()).arm(this.horizon);
    this.runFailureClock();
    this.work();
  }

  /** The columns of the finished run. */
  outcome(): TextbookOutcome {
    return this.ledger.outcome(this.restorePoint);
  }

  private enter(phase: TextbookPhase, duration: number, end = this.sim.now + duration): void {
    this.phase = phase;
    this.phaseStart = this.sim.now;
    this.phaseEnd = end;
    if (duration < Number.POSITIVE_INFINITY) this.phaseTimer.arm(duration);
  }

  private work(): void {
    const { intervals, interval, lastInterval } = this.shape;
    this.enter("work", this.done === intervals - 1 ? lastInterval : interval);
  }

  private pause(): void {
    this.commitDue();
    this.inFlight.push(this.sim.now + this.usableAfter);
    this.enter("pause", this.spec.pause);
  }

  /** All work is done and the last pause is over: the job is finished when its last snapshot is usable. */
  private awaitLast(): void {
    this.commitDue();
    const usable = this.inFlight.at(-1);
    if (usable === undefined) this.finish();
    else this.enter("await", usable - this.sim.now, usable);
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
    this.ledger.complete(this.phase, this.done, this.sim.now - this.phaseStart);
    switch (this.phase) {
      case "work":
        this.done++;
        if (this.done === this.shape.intervals && !this.spec.snapshotAfterLast) this.finish();
        else this.pause();
        break;
      case "pause":
        if (this.done < this.shape.intervals) this.work();
        else this.awaitLast();
        break;
      case "await":
        this.commit(this.inFlight.length);
        this.finish();
        break;
      case "detect":
        if (!this.spec.failDuringDetect) this.runFailureClock();
        this.enter("restore", this.spec.restore);
        break;
      case "restore":
        if (this.done === this.shape.intervals) this.finish();
        else this.work();
        break;
      case "over":
        break;
    }
  }

  /** A failure of the list or of the law, at this instant. */
  private strike(): void {
    this.settle();
    if (this.phase === "over") return;
    if (this.sim.now >= this.horizon) this.end(Number.NaN);
    else if (this.phase === "detect" && !this.spec.failDuringDetect) this.ledger.ignoreFailure();
    else this.fail();
  }

  private fail(): void {
    const hit = this.phase;
    this.commitDue();
    this.ledger.fail(hit, this.sim.now - this.phaseStart, this.done, this.restorePoint);
    this.failuresSinceCommit++;
    this.done = this.restorePoint;
    this.inFlight.length = 0;
    const detectAnew = hit !== "restore" || this.spec.restoreRepeatsDetect;
    if (this.spec.failDuringDetect || !detectAnew) this.runFailureClock();
    if (this.failuresSinceCommit === hopeless && this.horizon === Number.POSITIVE_INFINITY) this.giveUp();
    else if (detectAnew) this.enter("detect", this.spec.detect);
    else this.enter("restore", this.spec.restore);
  }

  /** Under a law: draws the time to the next failure, from now. */
  private runFailureClock(): void {
    if (this.life !== undefined) this.failureTimer.arm(this.life.sample(this.stream));
  }

  /** A snapshot that becomes usable changes nothing until it is asked for, so it is noticed then. */
  private commitDue(): void {
    let due = 0;
    while (due < this.inFlight.length && this.inFlight[due]! <= this.sim.now) due++;
    if (due > 0) this.commit(due);
  }

  private commit(snapshots: number): void {
    this.inFlight.splice(0, snapshots);
    this.restorePoint += snapshots;
    this.failuresSinceCommit = 0;
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
    this.commitDue();
    const open = finish === this.sim.now ? 0 : this.sim.now - this.phaseStart;
    this.ledger.close({ finish, end: this.sim.now, phase: last, open, done: this.done });
    this.phase = "over";
    this.over.succeed();
  }

  private giveUp(): void {
    const { workInterval, restore } = this.spec;
    this.phase = "over";
    this.over.fail(
      new RangeError(
        `textbook: ${hopeless} failures in a row without a new snapshot: with these failures a restore of ${restore} s ` +
          `and an interval of ${workInterval} s hardly ever pass. Give a horizon, or shorten the interval`,
      ),
    );
  }
}
