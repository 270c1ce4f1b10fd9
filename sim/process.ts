import { NOWHERE, type Occurrence } from "./agenda.ts";
import {
  ForeignEvent,
  InterruptedItself,
  InterruptedTheDead,
  InvalidDelay,
  KilledWhileRunning,
  NotAnEvent,
  NotYoursToTrigger,
} from "./errors.ts";
import { Interrupt } from "./interrupt.ts";
import { FAILED, SimEvent, TRIGGERED, type Waitable } from "./sim-event.ts";
import type { Simulation } from "./simulation.ts";

/** The body of a process: a generator that yields what it waits for and returns the value of the process. */
export type Process<R = void> = Generator<number | Waitable, R, unknown>;

type Body = Process<unknown>;
type Step = IteratorResult<number | Waitable, unknown>;

// Generators are resumed by the language's own functions: `body.next()` is looked up anew for each kind of body.
const generator: Body = Object.getPrototypeOf(Object.getPrototypeOf((function* () {})()));
const { next, throw: throwInto, return: returnFrom } = generator;

/** Whether something is a generator, of whatever function. */
export const isGenerator = (body: unknown): boolean => Object.prototype.isPrototypeOf.call(generator, body as object);

// The three ways to resume a body.
const NEXT = 0;
const THROW = 1;
const RETURN = 2;

/**
 * A process that was started by `sim.process`. It is an event that happens when the process ends: its value is what
 * the body returned, and it fails with what the body threw. If it fails and nobody waits for it, `run` throws.
 */
export class ProcessHandle<R = void> extends SimEvent<R> {
  declare readonly sim: Simulation;
  declare private readonly body: Body;
  /** What it waits for, if that is an event. */
  declare private target: SimEvent<unknown> | null;
  /** Where on the agenda it is, if it waits for time to pass or has not started. */
  declare private place: number;
  /** @internal Neighbours in the list of living processes. */
  declare older: ProcessHandle<unknown> | null;
  /** @internal */
  declare newer: ProcessHandle<unknown> | null;

  /** @internal */
  constructor(sim: Simulation, body: Process<R>, label: string | number) {
    super(sim, label);
    this.body = body;
    this.target = null;
    this.place = sim.agenda.scheduleUrgent(this);
    this.older = null;
    this.newer = null;
  }

  override get name(): string {
    return typeof this.label === "number" ? `process ${this.label}` : (this.label ?? "process");
  }

  /** True until its body has returned, thrown or been killed. */
  get isAlive(): boolean {
    return (this.state & TRIGGERED) === 0;
  }

  /** What it waits for, in words; null if it is not waiting. */
  get waitsFor(): string | null {
    if (!this.isAlive || this.sim.isRunning(this)) return null;
    if (this.target !== null) return this.target.name;
    const until = this.sim.agenda.timeOf(this.place);
    return until === Number.POSITIVE_INFINITY ? "an interrupt, for ever" : `time ${until}`;
  }

  /**
   * Throws an `Interrupt` at the place where the process waits: at this instant, before everything that is not urgent.
   * Its wait is over; what it waited for, if an event, can still happen and be waited for again. An unstarted process
   * starts first. If the process ends before it is delivered, the interrupt is dropped.
   * @param cause is for the process to read from `interrupt.cause`.
   * @throws InterruptedTheDead if the process has ended.
   * @throws InterruptedItself if the process does it.
   */
  interrupt(cause?: unknown): void {
    if (!this.isAlive) throw new InterruptedTheDead(this.name);
    if (this.sim.active === this) throw new InterruptedItself(this.name);
    this.deliver(cause);
  }

  /** @internal */
  deliver(cause: unknown): void {
    this.sim.agenda.scheduleUrgent(new Interruption(this, new Interrupt(cause)));
  }

  /**
   * Ends the process now: what it waits for is withdrawn and its `finally` blocks run before this returns (a `finally`
   * that yields delays the end). Those who wait for the process get the value undefined. Killing the dead does nothing.
   * @throws KilledWhileRunning if the process does it, or is running what does it.
   */
  kill(): void {
    if (!this.isAlive) return;
    if (this.sim.isRunning(this)) throw new KilledWhileRunning(this.name);
    if (this.sim.trace !== null) this.sim.trace.record(this.sim.now, "kill", this, "");
    this.withdraw();
    this.#drive(RETURN, undefined);
  }

  /** A process ends by itself, not by hand. */
  override succeed(): never {
    throw new NotYoursToTrigger(this.name);
  }

  /** A process ends by itself, not by hand. */
  override fail(): never {
    throw new NotYoursToTrigger(this.name);
  }

  /** @internal Its time has come: to start, to go on after a delay, or to be over. */
  override occur(): void {
    if ((this.state & TRIGGERED) !== 0) {
      super.occur();
      return;
    }
    this.place = NOWHERE;
    if (this.sim.trace !== null) this.sim.trace.record(this.sim.now, "resume", this, "");
    this.#drive(NEXT, undefined);
  }

  /** @internal */
  wake(event: SimEvent<unknown>): boolean {
    if (this.target !== event) return false;
    this.target = null;
    if (this.sim.trace !== null) this.sim.trace.record(this.sim.now, "resume", this, event.name);
    this.#drive((event.state & FAILED) === 0 ? NEXT : THROW, event.payload);
    return true;
  }

  /** @internal Ends the current wait and leaves nothing of it behind. */
  withdraw(): void {
    if (this.target !== null) {
      const target = this.target;
      this.target = null;
      target.desert(this);
    } else {
      this.sim.agenda.withdraw(this.place);
      this.place = NOWHERE;
    }
  }

  /** @internal */
  suffer(interrupt: Interrupt): void {
    if (!this.isAlive) return;
    if (this.sim.trace !== null) this.sim.trace.record(this.sim.now, "interrupt", this, String(interrupt.cause));
    this.withdraw();
    this.#drive(THROW, interrupt);
  }

  /** Runs the body up to its next wait, or to its end. */
  #drive(resume: 0 | 1 | 2, value: unknown): void {
    const sim = this.sim;
    const body = this.body;
    const outer = sim.active;
    sim.enter(this);
    try {
      let step: Step;
      if (resume === NEXT) step = next.call(body, value);
      else step = resume === THROW ? throwInto.call(body, value) : returnFrom.call(body, value);
      while (step.done !== true) {
        const wish = step.value;
        if (typeof wish === "number") {
          if (wish >= 0) {
            this.place = sim.agenda.schedule(this, wish);
            sim.leave(outer);
            if (sim.trace !== null) this.#recordWait();
            return;
          }
          step = throwInto.call(body, new InvalidDelay(this.name, wish));
        } else {
          const over = this.#await(wish);
          if (over === null) {
            sim.leave(outer);
            if (sim.trace !== null) this.#recordWait();
            return;
          }
          step = over;
        }
      }
      sim.leave(outer);
      this.#end(step.value, "end");
    } catch (error) {
      sim.leave(outer);
      this.state |= FAILED;
      this.#end(error, "fail");
    }
  }

  /** Begins to wait and returns null; if there is nothing to wait for, goes on and returns the next step. */
  #await(wish: unknown): Step | null {
    if (!(wish instanceof SimEvent)) return throwInto.call(this.body, new NotAnEvent(this.name, wish));
    if (wish.sim !== this.sim && wish.sim !== null) {
      return throwInto.call(this.body, new ForeignEvent(this.name, wish.name));
    }
    let waits: boolean;
    try {
      waits = wish.join(this);
    } catch (error) {
      return throwInto.call(this.body, error);
    }
    if (waits) {
      this.target = wish;
      return null;
    }
    return (wish.state & FAILED) === 0 ? next.call(this.body, wish.payload) : throwInto.call(this.body, wish.payload);
  }

  #end(outcome: unknown, how: "end" | "fail"): void {
    const { sim } = this;
    sim.dismiss(this);
    this.trigger(outcome);
    if (sim.trace !== null) sim.trace.record(sim.now, how, this, how === "fail" ? String(outcome) : "");
  }

  #recordWait(): void {
    this.sim.trace!.record(this.sim.now, "wait", this, this.waitsFor ?? "");
  }
}

/** An interrupt on its way to its process. */
class Interruption implements Occurrence {
  readonly #process: ProcessHandle<unknown>;
  readonly #interrupt: Interrupt;

  constructor(process: ProcessHandle<unknown>, interrupt: Interrupt) {
    this.#process = process;
    this.#interrupt = interrupt;
  }

  occur(): void {
    this.#process.suffer(this.#interrupt);
  }
}
