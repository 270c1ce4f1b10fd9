import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { Made } from "../ownership/made.ts";
import { endProcesses, type ProcessId, processWith } from "../ownership/processes.ts";
import { environmentOf } from "./programs.ts";
import type { Arguments, Exited } from "./protocol.ts";

/** The processes that an agent started: it ends no others. */
export class OwnedProcesses {
  readonly #owner: string;
  readonly #files: string;
  readonly #made: Made;
  readonly #running = new Map<number, { readonly id: ProcessId; readonly ended: Promise<void> }>();
  readonly #onExit: (exited: Exited) => void;

  /** `owner` is the folder of the record, `files` where processes run. */
  constructor(owner: string, files: string, onExit: (exited: Exited) => void) {
    this.#owner = owner;
    this.#files = files;
    this.#made = new Made(owner);
    this.#onExit = onExit;
  }

  /**
   * Starts a program in the folder of files, with nothing to read and with what it writes in `<name>.log`. It carries its
   * owner's name from its first instruction on, so that it is found even if the agent dies before its number is noted.
   */
  spawn({ name, command: [program = "", ...args] }: Arguments<"spawn">): Promise<ProcessId> {
    const log = openSync(join(this.#files, `${name}.log`), "a", 0o600);
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, {
        cwd: this.#files,
        env: environmentOf(this.#owner),
        stdio: ["ignore", log, log],
        detached: true,
      });
      closeSync(log);
      child.once("error", reject);
      child.once("spawn", () => {
        const pid = child.pid!;
        // Not reaped before its exit is told of, so the number is still its own.
        const id = processWith(pid) ?? { pid, start: 0 };
        this.#made.note({ kind: "process", ...id });
        const ended = new Promise<void>((end) =>
          child.once("exit", (code, signal) => {
            this.#running.delete(pid);
            this.#made.forget({ kind: "process", ...id });
            this.#onExit({ exited: pid, code, signal });
            end();
          }),
        );
        this.#running.set(pid, { id, ended });
        resolve(id);
      });
    });
  }

  /** Returns once its end has been told of. @throws Error if it is none of this agent's */
  async stop({ pid, patience }: Arguments<"stop">): Promise<void> {
    const running = this.#running.get(pid);
    if (running === undefined) throw new Error(`process ${pid} is none that this agent has running`);
    await endProcesses([running.id], patience);
    await running.ended;
  }
}
