import { savingCeiling, sharingVms, storedMix } from "../../models/analytic/storage-saving.ts";
import { isPrecise } from "../../results/statistics/sequential-stop.ts";
import { aggregate, type PointResult } from "../aggregate.ts";
import { chooseColumns, UnknownColumnError, usualColumns } from "../columns.ts";
import { type LoadedScenario, loadScenario } from "../load.ts";
import { collapseNotes } from "../notes.ts";
import { type FinishedRun, RunFailed, runAll } from "../run.ts";
import type { Scenario } from "../scenario.ts";
import { isLoss, judged, Sequential } from "../sequential.ts";
import { closedForms } from "../simulate.ts";
import { storedColumns, storedResults } from "../study/study-results.ts";
import { StudyRecord } from "../study/study-state.ts";
import { pointTable, sweepTable } from "../table.ts";
import type { Job } from "../worker.ts";
import { CommandError, type CommandLine, checkWorkers } from "./command-line.ts";
import { completeOnSlurm, type SlurmArguments } from "./on-slurm.ts";
import { overridesOf, type RunOverrides } from "./overrides.ts";
import { liveProgress } from "./progress.ts";
import { completeStudy, failureReport, planOf, type StudyArguments, studyFolder } from "./study.ts";

interface RunArguments extends RunOverrides, StudyArguments, SlurmArguments {
  readonly scenario: string;
  readonly replication?: number;
  readonly only?: readonly string[];
  readonly json?: boolean;
  /** Folder in which every run is kept. */
  readonly results?: string;
}

/** Simulates every point of a scenario and prints a table, or JSON and nothing else. */
export const run = async (line: CommandLine, given: RunArguments): Promise<void> => {
  const { files, folder } = line;
  const loaded = loadScenario(given.scenario, { files, folder, overrides: overridesOf(given) });
  const { replication } = given;
  if (replication !== undefined && !(Number.isSafeInteger(replication) && replication >= 0)) {
    throw new CommandError("--replication: expected a whole number from 0 on");
  }
  checkWorkers(given.workers);
  if (given.executor !== "slurm" && (given.slurm !== undefined || given.detach === true))
    throw new CommandError("--slurm and --detach are for --executor slurm");
  const { results, failures } =
    given.results === undefined
      ? { results: await runNow(line, loaded, given), failures: undefined }
      : await runKept(line, loaded, given);
  if (results !== undefined) show(line, loaded, results, given);
  if (failures !== undefined) throw new CommandError(failures);
};

const show = (
  line: CommandLine,
  loaded: LoadedScenario,
  results: readonly PointResult[],
  given: RunArguments,
): void => {
  const columns = columnsOf(results, given);
  const notes = collapseNotes(results.flatMap((result) => result.notes));
  // Standard output is for programs here; what qualifies the figures must not be lost all the same.
  if (given.json)
    for (const note of notes.filter((one) => one.includes("approximate"))) line.progress.write(`${note}\n`);
  const files = loaded.files.length === 0 ? {} : { files: loaded.files };
  const forms = results.map((result) => ({ ...machineForm(result, columns), ...files }));
  line.print(given.json ? JSON.stringify(forms, null, 2) : report(loaded, results, columns));
};

/** Nothing is kept: the first run that fails ends it all. */
const runNow = async (line: CommandLine, loaded: LoadedScenario, given: RunArguments): Promise<PointResult[]> => {
  const named = Object.entries(studyOptions).find(([key]) => given[key as keyof RunArguments] !== undefined);
  if (named !== undefined) throw new CommandError(`${named[1]} is for runs that are kept: give --results, too`);
  return aggregate(loaded, loaded.seed, await runPoints(line, loaded, given));
};

const studyOptions = {
  timeLimit: "--time-limit",
  memoryLimit: "--memory-limit",
  retryFailed: "--retry-failed",
  failFast: "--fail-fast",
  executor: "--executor",
  slurm: "--slurm",
  detach: "--detach",
};

/** Runs what the folder does not have, and estimates from all that it has. */
const runKept = async (
  line: CommandLine,
  loaded: LoadedScenario,
  given: RunArguments,
): Promise<{ readonly results: PointResult[] | undefined; readonly failures: string | undefined }> => {
  const folder = studyFolder(line, given.results!);
  const plan = planOf(line, loaded, given);
  folder.keepPlan(plan);
  const outcome =
    given.executor === "slurm"
      ? await completeOnSlurm(line, folder, plan, given)
      : await completeStudy(line, folder, plan, loaded, given);
  if (given.executor === "slurm" && given.detach === true) return { results: undefined, failures: undefined };
  const { done, failed, runs } = (await StudyRecord.read(folder, plan)).state;
  line.progress.write(`${outcome.ran} runs now, ${outcome.had} were done before\n`);
  const before = failed - outcome.failed.length;
  const failures =
    outcome.failed.length > 0
      ? failureReport(plan, outcome)
      : before > 0
        ? `${before} runs have failed: snapback explain tells why, and --retry-failed runs them once more`
        : undefined;
  if (done === 0 && failures !== undefined) throw new CommandError(failures);
  if (done === 0) throw new CommandError(`none of ${runs} runs is done, ${failed} have failed`);
  const scenarios = loaded.points.map(({ scenario }) => scenario);
  return { results: await storedResults(folder, plan, storedColumns(folder), scenarios), failures };
};

const runPoints = async (line: CommandLine, loaded: LoadedScenario, given: RunArguments): Promise<FinishedRun[]> => {
  const { points, seed, replications, stopping, watched } = loaded;
  const { replication } = given;
  const runs: FinishedRun[] = [];
  const sequential = new Sequential(points.length, replications, replication === undefined ? stopping : undefined);
  const missing = (): Job[] =>
    replication === undefined
      ? points.flatMap((_, point) => sequential.missing(point))
      : points.flatMap((_, point) => (runs.length === 0 ? [{ point, replication }] : []));
  const progress = liveProgress(line, { of: watched, relative: stopping?.relative }, points.length);
  try {
    for (let jobs = missing(); jobs.length > 0; jobs = missing()) {
      progress.expect(jobs.length);
      for await (const run of runAll({ points, jobs }, { workers: given.workers ?? line.cores, clock: line.clock })) {
        runs.push(run);
        sequential.note(run, sequential.figureOf(run.result.metrics));
        progress.advance(run.point, run.result.metrics);
      }
    }
  } catch (error) {
    if (!(error instanceof RunFailed)) throw error;
    const { point, replication } = error.job;
    const values = Object.entries(points[point]!.labels).map(([path, value]) => ` --set '${path}=${value}'`);
    const set = [...given.set.map((text) => ` --set '${text}'`), ...values].join("");
    throw new CommandError(
      `${error.message}\nReproduce it with: snapback run ${given.scenario}${set} --seed ${seed} --replication ${replication}`,
    );
  } finally {
    progress.end();
  }
  return replication === undefined ? runs.filter((run) => run.replication < sequential.wanted(run.point)) : runs;
};

const columnsOf = (results: readonly PointResult[], { only, json }: RunArguments): readonly string[] => {
  const all = [...new Set(results.flatMap(({ metrics }) => Object.keys(metrics)))];
  try {
    if (only !== undefined)
      return chooseColumns(
        all,
        only.flatMap((list) => list.split(",")),
      );
  } catch (error) {
    throw error instanceof UnknownColumnError ? new CommandError(`--only: ${error.message}`) : error;
  }
  return json ? all : usualColumns(all, results.length);
};

/** Whether the precision that was asked for was reached. */
const precisionNotes = ({ stopping }: LoadedScenario, results: readonly PointResult[]): string[] => {
  if (stopping === undefined) return [];
  const { of, relative, ceiling } = stopping;
  const wide = results.filter(({ metrics }) => {
    const { mean = null, halfWidth = null } = metrics[of] ?? {};
    return mean === null || halfWidth === null || !isPrecise({ mean: judged(of, mean), halfWidth }, relative);
  });
  const within = `${of} is known within ${Number((100 * relative).toPrecision(3))} %${isLoss(of) ? " of what is missing from 1" : ""}`;
  if (wide.length === 0) return [`${within}${results.length === 1 ? "" : " at every point"}`];
  return [
    `${wide.length} of ${results.length} points ended at ${ceiling} replications or failed before ${within}: raise precision.most`,
  ];
};

/** The algebra of a single point's storage policy, beside what was simulated. */
const savingNotes = (scenario: Scenario, points: number): string[] => {
  if (scenario.model !== "cluster" || points > 1) return [];
  const { cluster, storage } = scenario;
  const sharing = sharingVms(scenario);
  if (sharing === undefined)
    return [
      "what a whole snapshot takes is not told: it is up to chance which VMs share a host and what they store once",
    ];
  const { saving, dropped, bytes } = storedMix(cluster.workload.classes, storage, 3, sharing);
  const per = (part: number): string => `${Number((100 * part).toPrecision(3))} %`;
  return [
    `a whole snapshot under ${storage.policy} takes ${Number(bytes.toPrecision(3))} bytes for each byte of memory, ${per(saving)} less than 3 copies of everything; ${per(dropped)} of the pages are not stored (without dropping, the most is ${per(savingCeiling(3))})`,
  ];
};

const machineForm = (
  { scenario, point, seed, policy, replications, metrics }: PointResult,
  columns: readonly string[],
): object => ({
  scenario,
  point,
  seed,
  ...(policy === undefined ? {} : { policy }),
  replications,
  metrics: Object.fromEntries(columns.map((column) => [column, metrics[column]])),
});

const report = (loaded: LoadedScenario, results: readonly PointResult[], columns: readonly string[]): string => {
  const { name, description, points, seed } = loaded;
  const [first] = results;
  const count = Math.min(...results.map(({ replications }) => replications));
  const title = `${name}${description === "" ? "" : `: ${description}`}`;
  const most = Math.max(...results.map(({ replications }) => replications));
  const range = most === count ? "" : ` to ${most}`;
  const runs = `${points.length === 1 ? "" : `${points.length} points, `}${count}${range} replication${most === 1 ? "" : "s"} each, seed ${seed}`;
  const table =
    results.length === 1
      ? pointTable(first!, columns, closedForms(points[0]!.scenario))
      : sweepTable(
          results,
          points.map(({ labels }) => labels),
          columns,
        );
  const alone =
    count === 1
      ? ["one replication has no confidence interval, so no figure is printed: raise --replications, or take --json"]
      : [];
  const calm = results.filter(({ metrics }) => metrics["rollbacks"]?.mean === 0).length;
  const unobserved =
    calm === 0
      ? []
      : [
          `${calm} of ${results.length} points saw no rollback, so these figures say nothing about failures: lengthen the horizon`,
        ];
  const notes = [
    ...alone,
    ...unobserved,
    ...precisionNotes(loaded, results),
    ...savingNotes(points[0]!.scenario, points.length),
    ...loaded.notes,
    ...collapseNotes(results.flatMap((result) => result.notes)),
  ];
  return [title, runs, "", table, ...(notes.length === 0 ? [] : ["", ...notes.map((note) => `- ${note}`)])].join("\n");
};
