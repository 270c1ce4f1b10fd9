import { Agenda } from "./agenda.ts";
import { Arrival } from "./arrival.ts";
import { Deadlock, ForeignEvent, InvalidTime, NotAGenerator, NothingToHappen, ReentrantRun } from "./errors.ts";
import { InstantEnd } from "./instant-end.ts";
import { isGenerator, type Process, ProcessHandle } from "./process.ts";
import { FAILED, SimEvent } from "./sim-event.ts";
import { Timeout } from "./timeout.ts";
import { Timer } from "./timer.ts";
import type { Trace } from "./trace.ts";

export interface SimulationOptions {
  /** Time at which the clock starts: 0 unless told otherwise. */
  readonly start?: number;
  /** Is told of everything that happens. */
  readonly trace?: Trace;
}

/**
 * A simulation: a clock, an agenda of what is still to happen, and the processes that live in it.
 *
 * The order of what happens is total: by time, then priority (starts of processes and interrupts are urgent), then the
 * order in which it was scheduled. The same program makes the same run.
 */
export class Simulation {
  /** @internal */
  readonly agenda: Agenda;
  /** @internal */
  readonly trace: Trace | null;
  #active: ProcessHandle<unknown> | null = null;
  /** Processes that are running what the active process does to them or through them. */
  readonly #outer: ProcessHandle<unknown>[] = [];
  #newest: ProcessHandle<unknown> | null = null;
  #created = 0;
  #running = false;

  /** @throws InvalidTime if the start is not a finite number. */
  constructor(options: SimulationOptions = {}) {
    const { start = 0, trace = null } = options;
    if (!Number.isFinite(start)) throw new InvalidTime(start, null);
    this.agenda = new Agenda(start);
    this.trace = trace;
  }

  /** The time. */
  get now(): number {
    return this.agenda.now;
  }

  /** The process that is running at this moment, if any. */
  get active(): ProcessHandle<unknown> | null {
    return this.#active;
  }

  /** The living processes, the oldest first. */
  get processes(): ProcessHandle<unknown>[] {
    const living: ProcessHandle<unknown>[] = [];
    for (let process = this.#newest; process !== null; process = process.older) living.push(process);
    return living.reverse();
  }

  /** Who waits for what, a line for each waiting process. */
  get waiting(): string[] {
    return this.processes
      .filter((process) => process.waitsFor !== null)
      .map((process) => `${process.name} waits for ${process.waitsFor}`);
  }

  /**
   * Starts a process, at this instant, before everything that is not urgent.
   * @param body is a generator, that is, what a generator function returned.
   * @param name is for errors, traces and reports: `process 1`, `process 2`, … unless given.
   * @throws NotAGenerator
   */
  process<R>(body: Process<R>, name?: string): ProcessHandle<R> {
    const label = name ?? ++this.#created;
    if (!isGenerator(body)) {
      throw new NotAGenerator(typeof label === "number" ? `process ${label}` : label, body);
    }
    const process = new ProcessHandle(this, body, label);
    const older = this.#newest;
    if (older !== null) older.newer = process as ProcessHandle<unknown>;
    process.older = older;
    this.#newest = process as ProcessHandle<unknown>;
    if (this.trace !== null) this.trace.record(this.now, "start", process, "");
    return process;
  }

  /** An event that happens when you say so. The name is for errors, traces and reports. */
  event<T = void>(name?: string): SimEvent<T> {
    return new SimEvent<T>(this, name ?? null);
  }

  /**
   * An event that happens after `delay`, with a value.
   * @throws InvalidDelay if the delay is negative or not a number.
   */
  timeout(delay: number): Timeout<void>;
  timeout<T>(delay: number, value: T): Timeout<T>;
  timeout(delay: number, value?: unknown): Timeout<unknown> {
    return new Timeout(this, delay, value);
  }

  /** A timer that calls `callback` whenever it goes off; it has to be armed. */
  timer(callback: () => void, name = "timer"): Timer {
    return new Timer(this, callback, name);
  }

  /**
   * A callback for the end of an instant. Each `request()` has it called once, after everything else of the current
   * instant and before time moves on. If it schedules something for the same instant, that happens, and the callback
   * can be requested again.
   */
  endOfInstant(callback: () => void): InstantEnd {
    return new InstantEnd(this.agenda, callback);
  }

  /**
   * Runs until nothing is left to happen; or up to a time, before what happens then; or until an event has happened.
   * @returns the value of the event, if one was given.
   * @throws InvalidTime if the time is before now.
   * @throws Deadlock if the event can no longer happen.
   * @throws UnhandledFailure if a process or event fails and nobody waits for it; the run may be continued.
   * @throws ReentrantRun if called from within a run.
   */
  run(until?: number): void;
  run<T>(until: SimEvent<T>): T;
  run<T>(until: number | SimEvent<T> = Number.POSITIVE_INFINITY): T | undefined {
    if (until instanceof SimEvent) return this.#runUntilEvent(until);
    this.#runUntilTime(until);
    return undefined;
  }

  /**
   * Does the one thing that happens next.
   * @throws NothingToHappen if there is none.
   * @throws ReentrantRun if called from within a run.
   */
  step(): void {
    this.#enterRun();
    try {
      const next = this.agenda.next(Number.POSITIVE_INFINITY);
      if (next === null) throw new NothingToHappen(this.now);
      next.occur();
    } finally {
      this.#running = false;
    }
  }

  /** Time of what happens next, Infinity if nothing is left. */
  peek(): number {
    return this.agenda.peek();
  }

  #runUntilTime(until: number): void {
    if (typeof until !== "number" || !(until >= this.now)) throw new InvalidTime(until, this.now);
    this.#enterRun();
    try {
      const { agenda } = this;
      if (until > agenda.now) {
        for (let next = agenda.next(until); next !== null; next = agenda.next(until)) next.occur();
        if (until !== Number.POSITIVE_INFINITY) agenda.skipTo(until);
      }
    } finally {
      this.#running = false;
    }
  }

  #runUntilEvent<T>(event: SimEvent<T>): T {
    if (event.sim !== this && event.sim !== null) throw new ForeignEvent("run", event.name);
    this.#enterRun();
    const arrival = new Arrival();
    try {
      if (!event.join(arrival)) arrival.wake();
      const { agenda } = this;
      while (!arrival.happened) {
        const next = agenda.next(Number.POSITIVE_INFINITY);
        if (next === null) throw new Deadlock(event.name, agenda.now, this.waiting);
        next.occur();
      }
    } finally {
      event.leave(arrival);
      this.#running = false;
    }
    if ((event.state & FAILED) !== 0) throw event.payload;
    return event.value;
  }

  #enterRun(): void {
    if (this.#running) throw new ReentrantRun(this.#active?.name ?? null);
    this.#running = true;
  }

  /** @internal A process begins to run. */
  enter(process: ProcessHandle<unknown>): void {
    if (this.#active !== null) this.#outer.push(this.#active);
    this.#active = process;
  }

  /** @internal It waits or has ended; `outer` ran before it. */
  leave(outer: ProcessHandle<unknown> | null): void {
    this.#active = outer;
    if (outer !== null) this.#outer.pop();
  }

  /** @internal */
  isRunning(process: ProcessHandle<unknown>): boolean {
    return this.#active === process || this.#outer.includes(process);
  }

  /** @internal The process has ended. */
  dismiss(process: ProcessHandle<unknown>): void {
    const { older, newer } = process;
    if (older !== null) older.newer = newer;
    if (newer !== null) newer.older = older;
    else this.#newest = older;
    process.older = null;
    process.newer = null;
  }
}
