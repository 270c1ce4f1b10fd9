import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { shellWord } from "../text/shell-word.ts";
import type { StudyFolder } from "./study-folder.ts";

/** Slurm has refused something, or is not there. */
export class SlurmError extends Error {
  override readonly name = "SlurmError";
}

export interface SlurmOptions {
  /** Words that start this program. */
  readonly self: readonly string[];
  /** Processors of a task, and threads in it. */
  readonly workers: number;
  /** What else each task's command is told, such as `--time-limit 10m`. */
  readonly words: readonly string[];
  /** Options of sbatch, such as `--partition=short`. */
  readonly options: readonly string[];
}

/**
 * Submits chunks of a study as job arrays, a task each, and returns the identities of the jobs. Tasks that a node takes down
 * with it are queued again by Slurm, and go on where they were.
 *
 * @throws SlurmError
 */
export const submitChunks = async (
  folder: StudyFolder,
  chunks: readonly number[],
  { self, workers, words, options }: SlurmOptions,
): Promise<string[]> => {
  const largest = await largestArray();
  const logs = join(folder.path, "slurm");
  mkdirSync(logs, { recursive: true });
  const groups = new Map<number, number[]>();
  for (const chunk of chunks) {
    const offset = Math.floor(chunk / largest) * largest;
    groups.set(offset, [...(groups.get(offset) ?? []), chunk - offset]);
  }
  const jobs: string[] = [];
  for (const [offset, indexes] of groups) {
    const shard = [...self, "shard", folder.path].map(shellWord).join(" ");
    const rest = ["--workers", String(workers), ...words].map(shellWord).join(" ");
    const script = `#!/bin/sh\nexec ${shard} "$((SLURM_ARRAY_TASK_ID + ${offset}))" ${rest}\n`;
    const given = [
      "--parsable",
      `--array=${indexes.join(",")}`,
      "--requeue",
      `--cpus-per-task=${workers}`,
      "--job-name=snapback",
      `--output=${join(logs.replaceAll("%", "%%"), "%A_%a.log")}`,
      "--open-mode=append",
      ...options,
    ];
    const answer = await slurm("sbatch", given, script);
    const [job] = answer.trim().split(";");
    if (job === undefined || !/^\d+$/.test(job)) throw new SlurmError(`sbatch answered ${JSON.stringify(answer)}`);
    jobs.push(job);
  }
  return jobs;
};

/** Whether any task of these jobs is waiting, running, or about to. @throws SlurmError */
export const areQueued = async (jobs: readonly string[]): Promise<boolean> => {
  try {
    return (await slurm("squeue", ["--noheader", `--jobs=${jobs.join(",")}`, "--format=%i"])).trim() !== "";
  } catch (error) {
    // Jobs that ended a while ago are forgotten.
    if (/Invalid job id/.test((error as Error).message)) return false;
    throw error;
  }
};

export const cancelJobs = async (jobs: readonly string[]): Promise<void> => {
  await slurm("scancel", ["--quiet", ...jobs]);
};

/** Indexes of an array are below this. */
const largestArray = async (): Promise<number> => {
  const [, size] = /^MaxArraySize\s*=\s*(\d+)/m.exec(await slurm("scontrol", ["show", "config"])) ?? [];
  if (size === undefined) throw new SlurmError("scontrol show config tells no MaxArraySize");
  return Number(size);
};

const slurm = (command: string, words: readonly string[], input = ""): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, [...words], { stdio: ["pipe", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(
        new SlurmError(
          error.code === "ENOENT"
            ? `${command} is not here: --executor slurm needs Slurm's commands on PATH`
            : `${command}: ${error.message}`,
        ),
      ),
    );
    child.on("close", (status) =>
      status === 0 ? resolve(out) : reject(new SlurmError(`${command} failed: ${(err || out).trim()}`)),
    );
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
