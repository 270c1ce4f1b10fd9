import { resolve } from "node:path";
import { chooseColumns, UnknownColumnError, usualColumns } from "../columns.ts";
import { codeFingerprint } from "../identity/code-fingerprint.ts";
import { type LoadedScenario, loadScenario } from "../load.ts";
import type { DrawnStudy } from "../plot/plot.ts";
import { runStudy, type StudyOutcome } from "../study/run-study.ts";
import { StudyError, StudyFolder } from "../study/study-folder.ts";
import { chunkCount, planId, planStudy, runCount, type StudyPlan } from "../study/study-plan.ts";
import { NoScenarioError } from "../text/inherit.ts";
import { ScenarioError } from "../text/issue.ts";
import { setTo } from "../text/override.ts";
import { duration, parseQuantity, size } from "../text/units.ts";
import { CommandError, type CommandLine, checkWorkers } from "./command-line.ts";
import { asSet, type RunOverrides } from "./overrides.ts";
import { liveProgress } from "./progress.ts";

/** How the runs of a study are run. */
export interface StudyArguments {
  readonly workers?: number;
  readonly timeLimit?: string;
  readonly memoryLimit?: string;
  readonly retryFailed?: boolean;
  readonly failFast?: boolean;
}

/** The folder that is meant, from where the command is given. */
export const studyFolder = ({ folder }: CommandLine, results: string): StudyFolder =>
  new StudyFolder(resolve(folder, results));

/** The plan in a folder. @throws StudyError if there is none */
export const planIn = (folder: StudyFolder): StudyPlan => {
  const { plan } = folder;
  if (plan === undefined)
    throw new StudyError(`${folder.path} holds no study: make one with snapback run <scenario> --results <folder>`);
  return plan;
};

/** Plans a scenario as it is given now. */
export const planOf = (
  { folder }: CommandLine,
  loaded: LoadedScenario,
  given: RunOverrides & { readonly scenario: string },
): StudyPlan => planStudy(loaded, { scenario: given.scenario, folder, set: asSet(given), code: codeFingerprint() });

/** The scenario of a plan, as long as it still is what was planned. @throws StudyError */
export const plannedScenario = ({ files }: CommandLine, plan: StudyPlan): LoadedScenario => {
  const overrides = plan.set.map((text) => setTo("--set", text));
  const loaded = loadScenario(plan.scenario, { files, folder: plan.folder, overrides });
  const now = planStudy(loaded, { ...plan, code: codeFingerprint() });
  if (planId(now) === planId(plan)) return loaded;
  const known = new Set(plan.points.map(({ id }) => id));
  const changed = now.points.filter(({ id }) => !known.has(id)).length;
  const what = now.code === plan.code ? `the scenario ${plan.scenario} has` : "the code has";
  throw new StudyError(
    `${what} changed since it was planned: ${changed} of ${now.points.length} points are not what they were. Plan it anew: snapback plan ${plan.scenario} --results <folder>`,
  );
};

/** A study to look at: its scenario, too, as long as it still is what was planned, and what is to be said if not. */
export const drawnStudy = (
  line: CommandLine,
  results: string,
): { readonly study: DrawnStudy; readonly remark: readonly string[] } => {
  const folder = studyFolder(line, results);
  const plan = planIn(folder);
  try {
    return { study: { folder, plan, loaded: plannedScenario(line, plan) }, remark: [] };
  } catch (error) {
    if (!(error instanceof StudyError || error instanceof ScenarioError || error instanceof NoScenarioError))
      throw error;
    const why = `closed forms are left out: ${error.message.split("\n")[0]}`;
    return { study: { folder, plan, loaded: undefined }, remark: [why] };
  }
};

/**
 * Runs what is missing of a study, with a bar; an interrupt ends it after the runs that are known by then.
 *
 * @throws CommandError if it was interrupted, or runs have failed
 */
export const completeStudy = async (
  line: CommandLine,
  folder: StudyFolder,
  plan: StudyPlan,
  loaded: LoadedScenario,
  given: StudyArguments & { readonly chunk?: number },
): Promise<StudyOutcome> => {
  checkWorkers(given.workers);
  const limits = limitsOf(given);
  const stop = new AbortController();
  const resume = line.onInterrupt(() => stop.abort());
  const bar = liveProgress(line, { of: loaded.watched, relative: loaded.stopping?.relative }, loaded.points.length);
  try {
    const { chunk, retryFailed, failFast } = given;
    const outcome = await runStudy(folder, plan, loaded.points, {
      workers: given.workers ?? line.cores,
      limits,
      signal: stop.signal,
      ...(chunk === undefined ? {} : { chunk }),
      ...(retryFailed === undefined ? {} : { retryFailed }),
      ...(failFast === undefined ? {} : { failFast }),
      onRound: (missing) => bar.expect(missing),
      onRun: ({ job, metrics }) => bar.advance(job.point, metrics),
    });
    if (outcome.interrupted)
      throw new CommandError(
        `interrupted after ${outcome.ran} runs, which are kept in ${folder.path}: give the same command again to go on`,
      );
    return outcome;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ENOSPC" && code !== "EROFS" && code !== "EACCES" && code !== "EDQUOT") throw error;
    throw new CommandError(
      `${(error as Error).message}\nNothing more can be written to ${folder.path}; what was finished before is kept, and the same command goes on from there`,
    );
  } finally {
    bar.end();
    resume();
  }
};

/** What went wrong, by message, with one run of each that shows it. */
export const failureReport = (plan: StudyPlan, { failed }: Pick<StudyOutcome, "failed">): string => {
  const byError = new Map<string, (typeof failed)[number][]>();
  for (const run of failed) byError.set(run.error!, [...(byError.get(run.error!) ?? []), run]);
  const lines = [...byError].map(([error, runs]) => {
    const [{ point, replication }] = runs as [(typeof failed)[number]];
    const set = [...plan.set, ...Object.entries(plan.points[point]!.labels).map(([path, value]) => `${path}=${value}`)];
    const shown = set.map((text) => ` --set '${text}'`).join("");
    return `${runs.length} × ${error}\n  snapback run ${plan.scenario}${shown} --replication ${replication}`;
  });
  return `${failed.length} runs failed:\n${lines.join("\n")}`;
};

/** @throws CommandError for limits that are none */
export const limitsOf = ({ timeLimit, memoryLimit }: StudyArguments) => ({
  ...(timeLimit === undefined ? {} : { time: positive("--time-limit", timeLimit, duration) }),
  ...(memoryLimit === undefined ? {} : { memory: positive("--memory-limit", memoryLimit, size) }),
});

const positive = (option: string, text: string, quantity: typeof duration): number => {
  const parsed = parseQuantity(quantity, text);
  if (!parsed.ok) throw new CommandError(`${option}: ${parsed.message}`);
  if (!(parsed.value > 0)) throw new CommandError(`${option}: give more than 0`);
  return parsed.value;
};

/** In a few words what a plan asks for. */
export const sizeOf = (plan: StudyPlan): string => {
  const { points, replications, stopping } = plan;
  const chunks = chunkCount(plan);
  const inChunks = `${runCount(plan)} runs in ${chunks} chunk${chunks === 1 ? "" : "s"} of ${plan.chunk}`;
  if (stopping !== undefined) {
    const until = `until ${stopping.of} is known within ${Number((100 * stopping.relative).toPrecision(3))} %`;
    return `${points.length} point${points.length === 1 ? "" : "s"} × ${stopping.floor} to ${replications} replications, ${until}; at most ${inChunks}`;
  }
  return `${points.length} point${points.length === 1 ? "" : "s"} × ${replications} replication${replications === 1 ? "" : "s"} = ${inChunks}`;
};

/** The columns that are shown: those asked for, or the usual ones. @throws CommandError */
export const columnsShown = (
  all: readonly string[],
  only: readonly string[] | undefined,
  points: number,
): readonly string[] => {
  if (only === undefined) return usualColumns(all, points);
  try {
    return chooseColumns(
      all,
      only.flatMap((list) => list.split(",")),
    );
  } catch (error) {
    throw error instanceof UnknownColumnError ? new CommandError(`--only: ${error.message}`) : error;
  }
};
