import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Message, Outcome, Skip } from "./outcome.ts";
import type { TestFile } from "./test-file.ts";

export type RunOptions = {
  readonly root: string;
  /** Options of Node with which the file, and what it starts of the repository, is loaded. */
  readonly execArgv: readonly string[];
  /** Aborted when the user interrupts the run. */
  readonly signal: AbortSignal;
  /** Seconds that a process may live on after its last test. */
  readonly lingers?: number;
  /** Seconds that a process has for taking away what it made, when it is to end before its last test. */
  readonly tidies?: number;
};

const child = fileURLToPath(new URL("child.ts", import.meta.url));
const keptOutput = 16_384;

/** Ends the process and all that it started, without waiting for anybody's consent. */
const killGroup = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // ESRCH: nobody is left
  }
};

/** Runs one file of tests in a process group of its own, and returns when nothing of it is left. */
export const runFile = (
  { path, limit }: TestFile,
  { root, execArgv, signal, lingers = 10, tidies = 20 }: RunOptions,
): Promise<Outcome> =>
  new Promise((resolve) => {
    const start = performance.now();
    const skips: Skip[] = [];
    const failures: string[] = [];
    const troubles: string[] = [];
    let passed = 0;
    let ended = false;
    let killed = false;
    let output = "";

    const runner = spawn(process.execPath, [...execArgv, child, join(root, path)], {
      cwd: root,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, FORCE_COLOR: "0" }, // uvu's errors are taken apart again: colours would be in the way
    });

    let killing: NodeJS.Timeout | undefined;
    // Asked first, as what it made may be no process; a file that does not listen to that is over at once.
    const kill = (trouble: string): void => {
      killed = true;
      troubles.push(trouble);
      runner.kill("SIGTERM");
      killing ??= setTimeout(() => killGroup(runner.pid), 1000 * tidies);
    };
    const interrupt = (): void => kill("interrupted");
    const hung = (): void => {
      const ended = output.match(/[•✘] /g)?.length ?? 0; // uvu's marks
      kill(`it was killed after ${limit} s, in its test number ${ended + 1} (more time: "// limit: 600s" at its top)`);
    };
    const lingered = (): void =>
      kill(
        `its tests ended but its process did not within ${lingers} s: a timer, server or child process is left open`,
      );
    let timer = setTimeout(hung, limit * 1000);
    signal.addEventListener("abort", interrupt, { once: true });

    const keep = (chunk: Buffer): void => {
      output = (output + chunk).slice(-keptOutput);
    };
    runner.stdout?.on("data", keep);
    runner.stderr?.on("data", keep);

    runner.on("message", (message: Message) => {
      if (message.kind === "suite") {
        passed += message.passed;
        failures.push(...message.failures);
      } else if (message.kind === "skip") skips.push({ title: message.title, reason: message.reason });
      else if (message.kind === "trouble") troubles.push(message.trouble);
      else {
        ended = true;
        clearTimeout(timer);
        timer = setTimeout(lingered, lingers * 1000);
      }
    });
    runner.on("error", (error) => troubles.push(`its process could not be started: ${error.message}`));
    // What a finished file left running would hold the pipes open and disturb the files after it.
    runner.on("exit", () => killGroup(runner.pid));
    runner.on("close", (code, signalName) => {
      clearTimeout(timer);
      clearTimeout(killing);
      signal.removeEventListener("abort", interrupt);
      if (!killed) {
        if (signalName !== null) troubles.push(`its process was ended by ${signalName}`);
        else if (code === 13) troubles.push("a test waits for a promise that never settles");
        else if (code !== 0) troubles.push(`its process crashed with exit code ${code}`);
        else if (!ended) troubles.push("a test ended the process before the last test did");
      }
      const seconds = (performance.now() - start) / 1000;
      // uvu counts a test that skipped itself as passed.
      resolve({ path, seconds, passed: passed - skips.length, skips, failures, troubles, output });
    });
  });
