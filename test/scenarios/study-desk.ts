import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import yargs from "yargs";
import { scenarioCommands } from "../../scenarios/commands/index.ts";
import { snapbackArgs } from "../runner/command.ts";
import { capturedLine } from "./captured-line.ts";

/** Forty runs that take a hundredth of a second each. */
export const scenario = `
horizon: 6h
fidelity: full
replications: 20
cluster: { vms: 3, workload: web }
failures: { host: infinitehbd }
sweep: { snapshot.interval: [10m, 30m] }
`;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with {@link scenario} as a.yaml, and the command line in it. */
export class StudyDesk {
  readonly folder = mkdtempSync(join(tmpdir(), "snapback-study-"));

  constructor() {
    this.write("a.yaml", scenario);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  clear(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Runs a command in this process, where it costs no start. */
  async snapback(...words: string[]): Promise<Ended> {
    const { line, out, err } = capturedLine(this.folder);
    const fail = (message: string, error?: Error): never => {
      throw error ?? new Error(message);
    };
    try {
      await yargs(words).command(scenarioCommands(line)).strict().exitProcess(false).fail(fail).parseAsync();
      return { status: 0, stdout: out(), stderr: err() };
    } catch (error) {
      return { status: 1, stdout: out(), stderr: `${err()}${(error as Error).message}` };
    }
  }

  /** Runs a command as a user does, with all that is printed of its errors. */
  process(...words: string[]): Ended {
    return spawnSync(process.execPath, snapbackArgs(...words), { cwd: this.folder, encoding: "utf8" });
  }

  /** Begins a command in a process of its own. */
  begin(...words: string[]): {
    readonly child: ChildProcess;
    readonly ended: Promise<{ code: number | null; signal: string | null }>;
  } {
    const child = spawn(process.execPath, snapbackArgs(...words), {
      cwd: this.folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    return { child, ended: new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal }))) };
  }

  /** What a command prints; it must succeed. */
  async printed(...words: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.snapback(...words);
    assert.is(status, 0, stderr);
    return stdout;
  }

  /** All estimates of a study, as JSON. */
  figures(results: string): Promise<string> {
    return this.printed("table", results, "--only", "all", "--format", "json");
  }

  /** Files in a folder; none if there is no such folder. */
  names(...path: string[]): string[] {
    const at = join(this.folder, ...path);
    return existsSync(at) ? readdirSync(at) : [];
  }

  shards(results: string): string[] {
    return this.names(results, "shards")
      .filter((one) => one.endsWith(".parquet"))
      .map((one) => join(this.folder, results, "shards", one));
  }
}
