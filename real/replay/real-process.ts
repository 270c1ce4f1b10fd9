import type { Policy, Wait } from "../../models/testbed.ts";

/** Waits for something real. What is waited for no longer is told so by its signal, and goes on without anybody if it must. */
export function* awaiting<T>(begin: (signal: AbortSignal) => Promise<T>): Policy<T> {
  const abort = new AbortController();
  try {
    return (yield begin(abort.signal) as unknown as Wait) as T;
  } finally {
    abort.abort();
  }
}

/** Runs a policy on real time: what it yields are promises. Interrupts are thrown into it where it waits. */
export class RealProcess {
  /** Settles when the policy has; a process that was killed ends without an error. */
  readonly ended: Promise<void>;
  readonly #policy: Policy;
  readonly #thrown: unknown[] = [];
  #isKilled = false;
  #isAlive = true;
  #wake: () => void = () => {};

  constructor(policy: Policy) {
    this.#policy = policy;
    this.ended = this.#run().finally(() => {
      this.#isAlive = false;
    });
    // Whoever looks at it later hears of it then.
    this.ended.catch(() => {});
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Throws an error into the policy where it waits now, or next. */
  interrupt(error: unknown): void {
    this.#thrown.push(error);
    this.#wake();
  }

  /** Ends the policy where it waits; what it has in `finally` is run. */
  kill(): void {
    this.#isKilled = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    const policy = this.#policy;
    try {
      // Whoever makes a process has it before the policy begins.
      await undefined;
      if (this.#isKilled) return;
      let step = policy.next();
      while (!step.done) {
        const outcome = await this.#settled(step.value as unknown as Promise<unknown>);
        if (this.#isKilled) return;
        if (this.#thrown.length > 0) step = policy.throw(this.#thrown.shift());
        else if (outcome.isDone) step = policy.next(outcome.value);
        else step = policy.throw(outcome.error);
      }
    } finally {
      policy.return();
    }
  }

  #settled(
    wait: Promise<unknown>,
  ): Promise<{ readonly isDone: boolean; readonly value?: unknown; readonly error?: unknown }> {
    return new Promise((resolve) => {
      this.#wake = () => resolve({ isDone: false });
      wait.then(
        (value) => resolve({ isDone: true, value }),
        (error: unknown) => resolve({ isDone: false, error }),
      );
      if (this.#isKilled || this.#thrown.length > 0) this.#wake();
    });
  }
}
