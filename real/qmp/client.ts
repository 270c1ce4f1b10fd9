import { connect, type Socket } from "node:net";
import { LineTooLongError, lineSplitter } from "../line-splitter.ts";
import { socketPath } from "../socket-path.ts";
import { QmpCommandError, QmpConnectionError, QmpDeadlineError, QmpLineError } from "./errors.ts";
import { type QmpEvent, QmpSubscription } from "./events.ts";

type Fields = Readonly<Record<string, unknown>>;
type Pending = {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
};

/** How much a QEMU that misbehaves can make its client hold. */
export type QmpLimits = {
  /** Bytes of one line; QEMU's longest replies (schema, CPU models) stay far below the default. */
  readonly lineBytes?: number;
  /** Events that wait in one subscription. */
  readonly unreadEvents?: number;
};

const mostLineBytes = 64 * 2 ** 20;
const mostUnreadEvents = 10_000;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A client of QEMU's machine protocol on a Unix socket. Replies are matched by `id`, so events may come at any moment,
 * even before the greeting. Subscribe before executing: a subscription holds the events that follow it, no others.
 * What a QEMU can make the client hold is bounded: a line that does not end ends the connection, and events that nobody
 * reads end their subscription.
 */
export class QmpClient {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #subscriptions = new Set<QmpSubscription>();
  readonly #limits: Required<QmpLimits>;
  #lastId = 0;
  #end: QmpConnectionError | undefined;
  #ended!: (reason: QmpConnectionError) => void;
  /**
   * Resolves with the reason when the connection ends, whoever ended it and whether or not a command is under way;
   * never rejects.
   */
  readonly closed = new Promise<QmpConnectionError>((resolve) => {
    this.#ended = resolve;
  });
  #greeted!: () => void;
  readonly #greeting = new Promise<void>((resolve) => {
    this.#greeted = resolve;
  });

  private constructor(path: string, limits: QmpLimits) {
    this.#limits = { lineBytes: mostLineBytes, unreadEvents: mostUnreadEvents, ...limits };
    this.#socket = connect(socketPath(path));
    const split = lineSplitter(this.#limits.lineBytes, (line) => this.#receive(line));
    this.#socket.on("data", (chunk) => {
      try {
        split(chunk);
      } catch (error) {
        const { message } = error as Error;
        if (error instanceof LineTooLongError) this.#fail(new QmpLineError(`QEMU at ${path} sent ${message}`));
        else this.#failWith(`not QMP, from ${path}: ${message}`);
      }
    });
    this.#socket.on("error", (error) => this.#failWith(`the QMP connection to ${path} failed: ${error.message}`));
    this.#socket.on("close", () => this.#failWith(`the QMP connection to ${path} ended`));
  }

  /**
   * Connects, waits for the greeting and leaves negotiation mode, all within `deadline` milliseconds.
   * @throws {QmpConnectionError | QmpCommandError | QmpDeadlineError}
   */
  static async connect(path: string, deadline: number, limits: QmpLimits = {}): Promise<QmpClient> {
    const client = new QmpClient(path, limits);
    try {
      await client.#send("qmp_capabilities", {}, deadline, client.#greeting);
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** The `return` of a command, or the typed error: refused, no reply within `deadline` milliseconds, connection ended. */
  execute(command: string, args: Fields, deadline: number): Promise<unknown> {
    return this.#send(command, args, deadline);
  }

  /** The events from now on; more than the limit unread end it with a QmpOverflowError, and nothing else. */
  subscribe(): QmpSubscription {
    const forget = (closed: QmpSubscription): void => void this.#subscriptions.delete(closed);
    const subscription = new QmpSubscription(this.#limits.unreadEvents, forget);
    if (this.#end) subscription.fail(this.#end);
    else this.#subscriptions.add(subscription);
    return subscription;
  }

  close(): void {
    this.#failWith("the QMP connection was closed by its user");
  }

  #send(command: string, args: Fields, deadline: number, after?: Promise<void>): Promise<unknown> {
    if (this.#end) return Promise.reject(this.#end);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new QmpDeadlineError(`QEMU did not answer ${command} within ${deadline} ms`));
      }, deadline);
      this.#pending.set(id, { command, resolve, reject, timer });
      const write = () => {
        if (!this.#end) this.#socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
      };
      if (after) void after.then(write);
      else write();
    });
  }

  #receive(line: string): void {
    if (this.#end) return;
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      this.#failWith(`not QMP, a line that is no JSON: ${line.slice(0, 80)}`);
      return;
    }
    if (!isFields(message)) this.#failWith(`not QMP, a line that is no object: ${line.slice(0, 80)}`);
    else if ("QMP" in message) this.#greeted();
    else if (typeof message["event"] === "string") this.#publish(message["event"], message);
    else if ("return" in message || isFields(message["error"])) this.#reply(message);
    else this.#failWith(`not QMP, neither greeting, event nor reply: ${line.slice(0, 80)}`);
  }

  #publish(event: string, message: Fields): void {
    const data = isFields(message["data"]) ? message["data"] : {};
    const time = isFields(message["timestamp"]) ? message["timestamp"] : {};
    const timestamp = Number(time["seconds"]) + Number(time["microseconds"]) / 1e6;
    const published: QmpEvent = { event, data, timestamp };
    for (const subscription of this.#subscriptions) subscription.push(published);
  }

  #reply(message: Fields): void {
    const id = message["id"];
    // Without an id QEMU answers a line that it could not parse: no command can be told to have failed.
    if (typeof id !== "number") {
      this.#failWith(`QEMU answered without an id: ${JSON.stringify(message).slice(0, 200)}`);
      return;
    }
    const error = message["error"];
    if (isFields(error) && (typeof error["class"] !== "string" || typeof error["desc"] !== "string")) {
      this.#failWith(`not QMP, an error that does not say what is wrong: ${JSON.stringify(message).slice(0, 80)}`);
      return;
    }
    const pending = this.#pending.get(id);
    if (!pending) return; // The reply to a command whose deadline has passed.
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (isFields(error))
      pending.reject(new QmpCommandError(pending.command, String(error["class"]), String(error["desc"])));
    else pending.resolve(message["return"]);
  }

  #failWith(reason: string): void {
    this.#fail(new QmpConnectionError(reason));
  }

  #fail(reason: QmpConnectionError): void {
    if (this.#end) return;
    this.#end = reason;
    this.#socket.destroy();
    for (const { command, reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(reason.beforeReplyTo(command));
    }
    this.#pending.clear();
    for (const subscription of this.#subscriptions) subscription.fail(this.#end);
    this.#subscriptions.clear();
    this.#ended(reason);
  }
}
