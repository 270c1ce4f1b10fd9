/**
 * The semantics of the core once more, slow and obviously right: the agenda is an array that is sorted before each step,
 * everything that can be waited for keeps a plain list of who waits, and nothing is cached or reused. Tests run the same
 * programs on the core and on this, and compare the trails.
 */

const URGENT = 0;
const NORMAL = 1;

/** An error with the name that the core's error class has. */
export class LawBroken extends Error {
  constructor(name: string, cause?: unknown) {
    super(name, { cause });
    this.name = name;
  }
}

export class ReferenceInterrupt {
  readonly name = "Interrupt";
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }
}

interface Entry {
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
    this.processed = true;
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
    if (this.waiters.length > 0) this.fail(new LawBroken("WaitedForCancelled"));
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

/** Happens when `needed` of its events have happened; fails when one fails before. */
export class ReferenceCondition extends ReferenceEvent implements ReferenceWaiter {
  readonly #events: readonly ReferenceEvent[];
  readonly #needed: number;
  #happened = 0;

  constructor(sim: ReferenceSimulation, events: readonly ReferenceEvent[], needed: number) {
    super(sim);
    this.#events = events;
    this.#needed = needed;
    this.#attend();
  }

  wake(event: ReferenceEvent): boolean {
    if (this.triggered) return false;
    if (event.failed) this.fail(event.outcome);
    else if (++this.#happened === this.#needed) this.succeed();
    return true;
  }

  override happen(): void {
    this.#detach();
    if (!this.failed) this.outcome = new Set(this.#happenings());
    super.happen();
  }

  /** It needs its events no longer; nor do the conditions among them for which nobody else waits. */
  #detach(): void {
    for (const event of this.#events) {
      event.leave(this);
      if (event instanceof ReferenceCondition && event.waiters.length === 0 && !event.triggered && !event.left) {
        event.left = true;
        event.#detach();
      }
    }
  }

  #happenings(): ReferenceEvent[] {
    return this.#events.flatMap((event) => [
      ...(event instanceof ReferenceCondition ? event.#happenings() : []),
      ...(event.processed ? [event] : []),
    ]);
  }

  #attend(): void {
    this.#happened = 0;
    try {
      for (const event of this.#events) if (!event.join(this)) this.wake(event);
    } catch (error) {
      for (const event of this.#events) event.leave(this);
      throw error;
    }
  }

  override abandoned(): void {
    this.left = true;
    for (const event of this.#events) event.desert(this);
  }

  override rejoin(): void {
    this.left = false;
    this.#attend();
  }
}

export type ReferenceBody = Generator<unknown, unknown, unknown>;

/** A process: an event that happens when its body ends. */
export class ReferenceProcess extends ReferenceEvent implements ReferenceWaiter {
  readonly #body: ReferenceBody;
  #target: ReferenceEvent | undefined;
  #entry: Entry | undefined;

  constructor(sim: ReferenceSimulation, body: ReferenceBody) {
    super(sim);
    this.#body = body;
    this.#entry = sim.scheduleUrgent(() => this.#drive(() => body.next()));
  }

  get isAlive(): boolean {
    return !this.triggered;
  }

  interrupt(cause?: unknown): void {
    if (this.triggered) throw new LawBroken("InterruptedTheDead");
    if (this.sim.active === this) throw new LawBroken("InterruptedItself");
    this.deliver(cause);
  }

  deliver(cause: unknown): void {
    this.sim.scheduleUrgent(() => {
      if (this.triggered) return;
      this.#stopWaiting();
      this.#drive(() => this.#body.throw(new ReferenceInterrupt(cause)));
    });
  }

  kill(): void {
    if (this.triggered) return;
    if (this.sim.running.includes(this)) throw new LawBroken("KilledWhileRunning");
    this.#stopWaiting();
    this.#drive(() => this.#body.return(undefined));
  }

  wake(event: ReferenceEvent): boolean {
    this.#target = undefined;
    this.#drive(() => (event.failed ? this.#body.throw(event.outcome) : this.#body.next(event.outcome)));
    return true;
  }

  #stopWaiting(): void {
    this.#target?.desert(this);
    this.#target = undefined;
    this.sim.withdraw(this.#entry);
  }

  /** Resumes the body, again and again until it has to wait or is over. */
  #drive(resume: () => IteratorResult<unknown, unknown>): void {
    this.sim.running.push(this);
    try {
      let result = resume();
      while (!result.done) {
        const wish = result.value;
        try {
          if (this.#waitFor(wish)) return;
        } catch (error) {
          result = this.#body.throw(error);
          continue;
        }
        const { failed, outcome } = wish as ReferenceEvent;
        result = failed ? this.#body.throw(outcome) : this.#body.next(outcome);
      }
      this.succeed(result.value);
    } catch (error) {
      this.fail(error);
    } finally {
      this.sim.running.pop();
    }
  }

  /** Begins to wait; false if what it waits for has happened. */
  #waitFor(wish: unknown): boolean {
    if (typeof wish === "number") {
      if (!(wish >= 0)) throw new LawBroken("InvalidDelay");
      this.#entry = this.sim.schedule(wish, () => this.#drive(() => this.#body.next()));
      return true;
    }
    if (!(wish instanceof ReferenceEvent)) throw new LawBroken("NotAnEvent");
    if (!wish.join(this)) return false;
    this.#target = wish;
    return true;
  }
}
