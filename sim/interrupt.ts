/**
 * What an interrupted process finds thrown at the place where it waited. It is an `Error` to `instanceof` and to
 * whoever prints it, but captures no stack: the stack would be the engine's, and capturing it costs 20 times the rest.
 */
export class Interrupt implements Error {
  /** What the interrupting party passed: for a preemption a `Preemption`. */
  readonly cause: unknown;

  constructor(cause?: unknown) {
    this.cause = cause;
  }

  get name(): string {
    return "Interrupt";
  }

  get message(): string {
    return this.cause === undefined ? "interrupted" : `interrupted: ${String(this.cause)}`;
  }

  get stack(): string {
    return `${this.name}: ${this.message}`;
  }

  toString(): string {
    return this.stack;
  }
}

Object.setPrototypeOf(Interrupt.prototype, Error.prototype);
