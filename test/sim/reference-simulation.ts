/**
 * The semantics of the core once more, slow and obviously right: the agenda is an array that is sorted before each step,
 * everything that can be waited for keeps a plain list of who waits, and nothing is cached or reused. Tests run the same
 * programs on the core and on this, and compare the trails.
 */

import type { ReferenceProcess } from "./reference-process.ts";

const URGENT = 0;
const NORMAL = 1;

/** An error with the name that the core's error class has. */
export class LawBroken extends Error {
  constructor(name: string, cause?: unknown) {
    super(name, { cause });
    this.name = name;
  }
}

/** Something on the agenda. */
export interface Entry {
  readonly time: number;
  readonly priority: number;
  readonly sequence: number;
  readonly happen: () => void;
}

export class ReferenceSimulation {
  now = 0;
  /** The process that is running, and those that are running what it does. */
  readonly running: ReferenceProcess[] = [];
  #agenda: Entry[] = [];
  #sequence = 0;

  get active(): ReferenceProcess | undefined {
    return this.running.at(-1);
  }

  schedule(delay: number, happen: () => void, priority = NORMAL): Entry {
    const entry = { time: this.now + delay, priority, sequence: this.#sequence++, happen };
    if (entry.time < Number.POSITIVE_INFINITY) this.#agenda.push(entry);
    return entry;
  }

  scheduleUrgent(happen: () => void): Entry {
    return this.schedule(0, happen, URGENT);
  }

  withdraw(entry: Entry | undefined): void {
    this.#agenda = this.#agenda.filter((other) => other !== entry);
  }

  peek(): number {
    return Math.min(...this.#agenda.map((entry) => entry.time));
  }

  /** Does the first thing in the total order (time, priority, sequence). */
  step(): void {
    this.#agenda.sort((a, b) => a.time - b.time || a.priority - b.priority || a.sequence - b.sequence);
    const entry = this.#agenda.shift();
    if (entry === undefined) throw new LawBroken("NothingToHappen");
    this.now = entry.time;
    entry.happen();
  }

  /** Does everything that comes before `until`. */
  run(until: number): void {
    while (this.peek() < until) this.step();
    if (until < Number.POSITIVE_INFINITY) this.now = until;
  }
}

/** Somebody to be told of an event; says whether it took notice. */
export interface ReferenceWaiter {
  wake(event: ReferenceEvent): boolean;
}

/** Happens at most once, with a value or an error. */
export class ReferenceEvent {
  readonly sim: ReferenceSimulation;
  triggered = false;
  processed = false;
  failed = false;
  outcome: unknown = undefined;
  waiters: ReferenceWaiter[] = [];
  /** It stands in no queue any more, and will not happen unless it is waited for again; if cancelled, never. */
  left = false;
  cancelled = false;

  constructor(sim: ReferenceSimulation) {
    this.sim = sim;
  }

  get ok(): boolean {
    return this.triggered && !this.failed;
  }

  *[Symbol.iterator](): Generator<ReferenceEvent, unknown, unknown> {
    return yield this;
  }

  trigger(outcome: unknown): void {
    if (this.triggered) throw new LawBroken("AlreadyTriggered");
    this.triggered = true;
    this.outcome = outcome;
    this.sim.schedule(0, () => this.happen());
  }

  succeed(value?: unknown): void {
    this.trigger(value);
  }

  fail(error: unknown): void {
    if (this.triggered) throw new LawBroken("AlreadyTriggered");
    this.failed = true;
    this.trigger(error);
  }

  /** Tells everyone who waits, in the order in which they began to. */
  happen(): void {
    this.processed = !this.cancelled;
    let noticed = false;
    for (let waiter = this.waiters.shift(); waiter !== undefined; waiter = this.waiters.shift()) {
      if (waiter.wake(this)) noticed = true;
    }
    if (this.failed && !noticed && !this.cancelled) throw new LawBroken("UnhandledFailure", this.outcome);
  }

  /** Lets `waiter` wait; false if there is nothing to wait for any more. */
  join(waiter: ReferenceWaiter): boolean {
    if (this.left) this.rejoin();
    if (!this.processed) this.waiters.push(waiter);
    return !this.processed;
  }

  leave(waiter: ReferenceWaiter): void {
    const at = this.waiters.indexOf(waiter);
    if (at >= 0) this.waiters.splice(at, 1);
  }

  /** The waiter was interrupted or killed: if it was the last one, nobody wants the event now. */
  desert(waiter: ReferenceWaiter): void {
    this.leave(waiter);
    if (this.waiters.length === 0 && !this.triggered && !this.left) this.abandoned();
  }

  /** It will never happen: those who wait are told so. */
  giveUp(): void {
    this.left = true;
    this.cancelled = true;
    if (this.waiters.length === 0) return;
    this.failed = true;
    this.outcome = new LawBroken("WaitedForCancelled");
    this.sim.schedule(0, () => this.happen());
  }

  abandoned(): void {}

  rejoin(): void {
    throw new LawBroken("WaitedForCancelled");
  }
}

export class ReferenceTimeout extends ReferenceEvent {
  readonly #entry: Entry;

  constructor(sim: ReferenceSimulation, delay: number, value: unknown) {
    super(sim);
    this.#entry = sim.schedule(delay, () => {
      this.triggered = true;
      this.outcome = value;
      this.happen();
    });
  }

  cancel(): void {
    if (this.triggered) throw new LawBroken("CancelledTooLate");
    if (this.cancelled) return;
    this.sim.withdraw(this.#entry);
    this.giveUp();
  }
}

export class ReferenceTimer {
  readonly #sim: ReferenceSimulation;
  readonly #callback: () => void;
  #entry: Entry | undefined;

  constructor(sim: ReferenceSimulation, callback: () => void) {
    this.#sim = sim;
    this.#callback = callback;
  }

  arm(delay: number): void {
    this.cancel();
    this.#entry = this.#sim.schedule(delay, this.#callback);
  }

  cancel(): void {
    this.#sim.withdraw(this.#entry);
  }
}
