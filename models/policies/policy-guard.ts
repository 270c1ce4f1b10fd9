import { Interrupted, type Policy, type Wait } from "../testbed.ts";
import { PolicyFailed } from "./policy-failed.ts";

/** A wait that a verb has made: nothing else may be yielded. */
class Ticket {
  readonly wait: Wait;

  constructor(wait: Wait) {
    this.wait = wait;
  }
}

/** Is yielded by a verb that cannot go on. */
const abort = Symbol("abort");

/** So often may a policy ask for something at one instant. */
const mostAtOnce = 100_000;

/**
 * Stands between a policy and its testbed: lets only waits of verbs pass, keeps the policy from asking for ever without
 * letting time pass, and turns what it throws or breaks into one {@link PolicyFailed}, after which it never goes on.
 * `Scope` is what a verb needs to know of the generator that asks for it: the policy itself, or one of its cycles.
 */
export class PolicyGuard<Scope> {
  readonly #name: string;
  readonly #clock: { readonly now: number };
  readonly #onInterrupt: (scope: Scope) => void;
  #scope: Scope;
  #failure: unknown;
  #instant = Number.NaN;
  #asked = 0;

  constructor(name: string, clock: { readonly now: number }, scope: Scope, onInterrupt: (scope: Scope) => void) {
    this.#name = name;
    this.#clock = clock;
    this.#scope = scope;
    this.#onInterrupt = onInterrupt;
  }

  /** Of the generator that runs at this moment. */
  get scope(): Scope {
    return this.#scope;
  }

  /**
   * Runs a policy, or a cycle of it, on the waits of guarded verbs.
   * @throws PolicyFailed
   */
  *run(begin: () => Policy, scope: Scope = this.#scope): Policy {
    const body = this.step(begin, scope);
    if (!isGenerator(body)) this.fail(`is no generator but ${kindOf(body)}: write function*`);
    try {
      let step = this.step(() => body.next(), scope);
      while (!step.done) {
        const wait = this.#opened(step.value);
        let resume: () => IteratorResult<Wait, void>;
        try {
          const outcome = yield wait;
          resume = () => body.next(outcome);
        } catch (error) {
          this.#suffer(error);
          resume = () => body.throw(error);
        }
        step = this.step(resume, scope);
      }
    } finally {
      this.step(() => body.return(), scope);
    }
  }

  /** Begins a verb of the testbed and passes on what it waits for, as tickets. */
  *verb<R>(begin: () => Policy<R>): Policy<R> {
    try {
      this.ask();
      const verb = begin();
      try {
        let step = verb.next();
        while (!step.done) {
          let resume: () => IteratorResult<Wait, R>;
          try {
            const outcome = yield new Ticket(step.value) as unknown as Wait;
            resume = () => verb.next(outcome);
          } catch (error) {
            resume = () => verb.throw(error);
          }
          step = resume();
        }
        return step.value;
      } finally {
        verb.return(undefined as never);
      }
    } catch (error) {
      this.#suffer(error);
      // Whoever runs the policy ends it here: thrown into it, the failure might be caught, again and again.
      if (this.#failure !== undefined) yield abort as unknown as Wait;
      throw error;
    }
  }

  /** Lets the policy's own code go on; what it throws is its failure. */
  step<T>(go: () => T, scope: Scope): T {
    const outer = this.#scope;
    this.#scope = scope;
    let result: T;
    try {
      result = go();
    } catch (error) {
      this.#failure ??= this.#asFailure(error);
      throw this.#failure;
    } finally {
      this.#scope = outer;
    }
    if (this.#failure !== undefined) throw this.#failure;
    return result;
  }

  #asFailure(error: unknown): unknown {
    if (error instanceof PolicyFailed) return error;
    const what =
      error instanceof Interrupted ? `does not catch what interrupts it (${error.message})` : `throws ${String(error)}`;
    return new PolicyFailed(this.#name, this.#clock.now, what, { cause: error });
  }

  /** An error has come from the testbed. */
  #suffer(error: unknown): void {
    if (error instanceof Interrupted) this.#onInterrupt(this.#scope);
    else this.#failure ??= error;
  }

  #opened(wish: unknown): Wait {
    if (wish === abort) throw this.#failure;
    this.ask();
    if (wish instanceof Ticket) return wish.wait;
    const hint = isGenerator(wish) ? "write yield* instead of yield" : "yield* what a verb of the testbed returns";
    return this.fail(`yields ${kindOf(wish)}, which is nothing to wait for: ${hint}`);
  }

  /** Counts what is asked for at one instant: a policy that never waits would keep time from passing. */
  ask(): void {
    const { now } = this.#clock;
    if (now !== this.#instant) {
      this.#instant = now;
      this.#asked = 0;
    }
    this.#asked += 1;
    if (this.#asked > mostAtOnce) this.fail(`asked for ${mostAtOnce} things without letting time pass`);
  }

  /** Ends the policy. @param what it did, as it reads behind its name */
  fail(what: string): never {
    this.#failure ??= new PolicyFailed(this.#name, this.#clock.now, what);
    throw this.#failure;
  }
}

const isGenerator = (value: unknown): value is Policy =>
  typeof value === "object" && value !== null && "next" in value && "throw" in value && "return" in value;

const kindOf = (value: unknown): string => {
  if (value instanceof Promise) return "a promise";
  if (isGenerator(value)) return "a generator";
  if (typeof value === "object" && value !== null) return "an object";
  return value === undefined ? "undefined" : `the ${typeof value} ${String(value)}`;
};
