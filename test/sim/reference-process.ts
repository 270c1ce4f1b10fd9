import {
  type Entry,
  LawBroken,
  ReferenceEvent,
  type ReferenceSimulation,
  type ReferenceWaiter,
} from "./reference-simulation.ts";

export class ReferenceInterrupt {
  readonly name = "Interrupt";
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
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
