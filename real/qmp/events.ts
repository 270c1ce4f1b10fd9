import { QmpOverflowError } from "./errors.ts";

/** An event of QEMU; the timestamp is the host's clock in seconds. */
export type QmpEvent = {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly timestamp: number;
};

type Waiting = {
  readonly resolve: (result: IteratorResult<QmpEvent>) => void;
  readonly reject: (reason: unknown) => void;
};

/**
 * The events since a subscription, in order. They wait in a queue of their own, so a consumer that is slow, or that
 * never reads, holds up neither replies nor other consumers; at most `limit` wait. Iterating ends by throwing when the
 * connection ends or more would wait, after what waited by then has been given.
 */
export class QmpSubscription implements AsyncIterableIterator<QmpEvent> {
  readonly #queue: QmpEvent[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #onClose: (subscription: QmpSubscription) => void;
  readonly #limit: number;
  #end: Error | "closed" | undefined;

  constructor(limit: number, onClose: (subscription: QmpSubscription) => void) {
    this.#limit = limit;
    this.#onClose = onClose;
  }

  push(event: QmpEvent): void {
    if (this.#end) return;
    const waiting = this.#waiting.shift();
    if (waiting) waiting.resolve({ value: event, done: false });
    else if (this.#queue.length < this.#limit) this.#queue.push(event);
    else {
      this.fail(new QmpOverflowError(`more than ${this.#limit} events of QEMU wait unread, the last ${event.event}`));
      this.#onClose(this);
    }
  }

  fail(error: Error): void {
    this.#end ??= error;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }

  next(): Promise<IteratorResult<QmpEvent>> {
    const event = this.#queue.shift();
    if (event) return Promise.resolve({ value: event, done: false });
    if (this.#end === "closed") return Promise.resolve({ value: undefined, done: true });
    if (this.#end) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<QmpEvent>> {
    this.#end ??= "closed";
    this.#queue.length = 0;
    for (const waiting of this.#waiting.splice(0)) waiting.resolve({ value: undefined, done: true });
    this.#onClose(this);
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
