import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { StudyOutcome } from "../study/run-study.ts";
import { areQueued, cancelJobs, submitChunks } from "../study/slurm.ts";
import type { StudyFolder } from "../study/study-folder.ts";
import type { StudyPlan } from "../study/study-plan.ts";
import { StudyRecord } from "../study/study-state.ts";
import { CommandError, type CommandLine, checkWorkers } from "./command-line.ts";
import { showProgress } from "./progress.ts";
import { limitsOf, type StudyArguments } from "./study.ts";

/** How Slurm is to run a study. */
export interface SlurmArguments {
  readonly executor?: "local" | "slurm";
  /** Options of sbatch. */
  readonly slurm?: readonly string[];
  /** Does not wait for what was submitted. */
  readonly detach?: boolean;
}

/**
 * Has what is missing of a study run by Slurm, a task for each chunk, and waits for it; an interrupt takes back what waits.
 *
 * @throws CommandError if it was interrupted, SlurmError
 */
export const completeOnSlurm = async (
  line: CommandLine,
  folder: StudyFolder,
  plan: StudyPlan,
  given: StudyArguments & SlurmArguments,
): Promise<StudyOutcome> => {
  checkWorkers(given.workers);
  // Refused here, not by each task.
  limitsOf(given);
  if (given.failFast === true)
    throw new CommandError("--fail-fast: tasks of Slurm do not know of each other's failures");
  const { state } = await StudyRecord.read(folder, plan);
  const open = state.chunks.filter(({ runs, done, failed }) => done + (given.retryFailed === true ? 0 : failed) < runs);
  const had = state.done;
  if (open.length === 0) return { had, ran: 0, failed: [], interrupted: false };
  const words = [
    ...(given.timeLimit === undefined ? [] : ["--time-limit", given.timeLimit]),
    ...(given.memoryLimit === undefined ? [] : ["--memory-limit", given.memoryLimit]),
    ...(given.retryFailed === true ? ["--retry-failed"] : []),
  ];
  const jobs = await submitChunks(
    folder,
    open.map(({ chunk }) => chunk),
    { self: line.self, workers: given.workers ?? 1, words, options: given.slurm ?? [] },
  );
  line.progress.write(`submitted ${open.length} chunks as Slurm job ${jobs.join(" and ")}\n`);
  if (given.detach === true) return { had, ran: 0, failed: [], interrupted: true };
  const stop = new AbortController();
  const resume = line.onInterrupt(() => stop.abort());
  const bar = showProgress(line.progress, open.length, "chunks");
  let sealed = state.chunks.length - open.length;
  try {
    while (!stop.signal.aborted && (await areQueued(jobs))) {
      await sleep(askEvery, undefined, { signal: stop.signal }).catch(() => {});
      const now = new Set(folder.shards.flatMap(({ completes }) => completes?.chunk ?? [])).size;
      for (; sealed < now; sealed++) bar.advance();
    }
    if (stop.signal.aborted) {
      await cancelJobs(jobs);
      throw new CommandError(
        `interrupted, and job ${jobs.join(" and ")} is cancelled: what is finished is kept in ${folder.path}`,
      );
    }
  } finally {
    bar.end();
    resume();
  }
  const after = (await StudyRecord.read(folder, plan)).state;
  if (after.done + after.failed < after.runs)
    throw new CommandError(
      `${after.runs - after.done - after.failed} runs are missing though no task is left: their logs in ${join(folder.path, "slurm")} tell why, and the same command goes on`,
    );
  return { had, ran: after.done + after.failed - state.done - state.failed, failed: [], interrupted: false };
};

/** Between two questions to Slurm, which would mind more. Milliseconds. */
const askEvery = 2000;
