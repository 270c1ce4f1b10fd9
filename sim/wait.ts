/**
 * What `yield*` runs when a process waits for an event: it yields the event, and returns what the process is resumed
 * with. It is its own result object, so that a wait allocates nothing else.
 */
export class Wait {
  declare value: unknown;
  declare done: boolean;
  declare private asked: boolean;

  constructor(event: unknown) {
    this.value = event;
    this.done = false;
    this.asked = false;
  }

  next(received: unknown): this {
    if (this.asked) {
      this.value = received;
      this.done = true;
    }
    this.asked = true;
    return this;
  }

  throw(error: unknown): never {
    throw error;
  }

  return(value: unknown): this {
    this.value = value;
    this.done = true;
    return this;
  }

  [Symbol.iterator](): this {
    return this;
  }
}
