import type { AgentClient } from "../agent/client.ts";
import type { Result } from "../agent/protocol.ts";

const quick = 10_000;

/** Pages that come behind a guest which runs already. */
export class PagesBehind {
  readonly #source: AgentClient;
  readonly #token: string;
  /** What has come when all have; rejects if they cannot be had any more. */
  readonly whole: Promise<Result<"givePages">>;

  constructor(source: AgentClient, token: string, whole: Promise<Result<"givePages">>) {
    this.#source = source;
    this.#token = token;
    this.whole = whole;
    whole.catch(() => {});
  }

  /** All of them are to come as fast as they can. */
  async hurry(): Promise<void> {
    await this.#source.ask("hurryPages", { token: this.#token }, quick);
    await this.whole;
  }
}
