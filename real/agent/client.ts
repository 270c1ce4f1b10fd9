import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { lineSplitter } from "../line-splitter.ts";
import { printable } from "../printable.ts";
import { TestbedError } from "../testbed-error.ts";
import {
  type Arguments,
  type Exited,
  type Greeting,
  leaseSeconds,
  mostLineBytes,
  type Result,
  results,
  type Said,
  said,
  type Verb,
} from "./protocol.ts";

type Pending = {
  readonly verb: Verb;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
};

const mostStderr = 4096;

/** Milliseconds that an agent which did not start as it should gets to end. */
const endDeadline = 5000;

/**
 * The controller's end of an agent. What the agent says is parsed strictly: a host that sends anything else, or more
 * than a line may hold, is not heard any further.
 */
export class AgentClient {
  readonly host: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #pending = new Map<number, Pending>();
  readonly #onExited: (exited: Exited) => void;
  #lastId = 0;
  #end: TestbedError | undefined;
  #stderr = "";
  #ready!: () => void;
  #failed!: (error: TestbedError) => void;
  readonly #readiness = new Promise<void>((resolve, reject) => {
    this.#ready = resolve;
    this.#failed = reject;
  });
  readonly #beat: NodeJS.Timeout;

  private constructor(host: string, child: ChildProcessWithoutNullStreams, onExited: (exited: Exited) => void) {
    this.host = host;
    this.#child = child;
    this.#onExited = onExited;
    this.#readiness.catch(() => {});
    const split = lineSplitter(mostLineBytes, (line) => this.#receive(line));
    child.stdout.on("data", (chunk) => {
      if (this.#end) return;
      try {
        split(chunk);
      } catch (error) {
        this.#fail((error as Error).message);
      }
    });
    child.stderr.on("data", (chunk) => {
      this.#stderr = `${this.#stderr}${chunk}`.slice(-mostStderr);
    });
    child.stdin.on("error", () => {});
    child.on("error", (error) => this.#fail(error.message));
    child.on("close", () => this.#fail(`its agent ended${this.#stderr.trim() ? `: ${printable(this.#stderr)}` : ""}`));
    this.#beat = setInterval(() => void this.ask("ping", {}, leaseSeconds * 1000).catch(() => {}), leaseSeconds * 250);
    this.#beat.unref();
  }

  /**
   * Sends the program and the greeting to a Node that waits for them, and waits for the agent, at most `deadline`
   * milliseconds.
   * @throws TestbedError naming the host
   */
  static async start(
    child: ChildProcessWithoutNullStreams,
    program: string,
    greeting: Greeting,
    deadline: number,
    onExited: (exited: Exited) => void = () => {},
  ): Promise<AgentClient> {
    const client = new AgentClient(greeting.host, child, onExited);
    child.stdin.write(`${JSON.stringify(program)}\n${JSON.stringify(greeting)}\n`);
    const timer = setTimeout(() => client.#fail(`its agent did not start in ${deadline / 1000} s`), deadline);
    try {
      await client.#readiness;
      return client;
    } catch (error) {
      await client.close(endDeadline);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @throws TestbedError if the agent refuses, does not answer within `deadline` milliseconds, or is gone */
  ask<V extends Verb>(verb: V, given: Arguments<V>, deadline: number): Promise<Result<V>> {
    if (this.#end) return Promise.reject(this.#end);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new TestbedError(`${this.host}: its agent did not answer ${verb} in ${deadline / 1000} s`));
      }, deadline);
      // What is resolved with has passed the verb's own schema.
      this.#pending.set(id, { verb, resolve: resolve as (value: unknown) => void, reject, timer });
      this.#child.stdin.write(`${JSON.stringify({ id, verb, arguments: given })}\n`);
    });
  }

  /** Lets the agent end all that it made, and itself; after `deadline` milliseconds the connection is cut. */
  async close(deadline: number): Promise<void> {
    this.#fail("its connection was closed");
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), deadline);
    await once(this.#child, "close");
    clearTimeout(timer);
  }

  #receive(line: string): void {
    if (this.#end) return;
    let read: unknown;
    try {
      read = JSON.parse(line);
    } catch {
      read = undefined;
    }
    const { success, data } = said.safeParse(read);
    if (!success)
      this.#fail(
        `said "${printable(line).slice(0, 80)}", which no agent says; a shell must print nothing in sessions without a terminal (see its startup files)`,
      );
    else this.#take(data);
  }

  #take(message: Said): void {
    if ("ready" in message) this.#ready();
    else if ("fatal" in message) this.#fail(message.fatal);
    else if ("exited" in message) this.#onExited(message);
    else {
      const pending = this.#pending.get(message.id);
      if (pending === undefined) return; // The answer to a request whose deadline has passed.
      this.#pending.delete(message.id);
      clearTimeout(pending.timer);
      this.#settle(pending, message);
    }
  }

  #settle({ verb, resolve, reject }: Pending, answer: Extract<Said, { id: number }>): void {
    const result = "result" in answer ? results[verb].safeParse(answer.result) : undefined;
    if ("error" in answer) reject(new TestbedError(`${this.host}: ${answer.error}`));
    else if (result?.success) resolve(result.data);
    else reject(new TestbedError(`${this.host}: its agent answered ${verb} with something else`));
  }

  #fail(reason: string): void {
    if (this.#end) return;
    this.#end = new TestbedError(`${this.host}: ${reason}`);
    clearInterval(this.#beat);
    // An agent takes the end of its input as the end of its task.
    this.#child.stdin.end();
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(this.#end);
    }
    this.#pending.clear();
    this.#failed(this.#end);
  }
}
