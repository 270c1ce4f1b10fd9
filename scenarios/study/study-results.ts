import { readJournal } from "../../results/store/journal.ts";
import { aggregate, type PointResult } from "../aggregate.ts";
import type { FinishedRun } from "../run.ts";
import type { Scenario } from "../scenario.ts";
import { Sequential } from "../sequential.ts";
import { type FoundRun, readShard, type StoredRun } from "./finished-run.ts";
import type { StudyFolder } from "./study-folder.ts";
import { type PlannedRun, plannedRun, runCount, type StudyPlan } from "./study-plan.ts";

/** Names of all figures that the runs of a folder have, in the order in which shards have them. */
export const storedColumns = (folder: StudyFolder): string[] => {
  const all = new Set(folder.shards.flatMap(({ metrics }) => metrics));
  for (const journal of folder.journals)
    for (const { metrics } of readJournal<StoredRun>(journal)) for (const name of Object.keys(metrics)) all.add(name);
  return [...all];
};

/** The runs of a plan that are done, with these figures: just those that simulating it anew would give. */
export const storedRuns = async (
  folder: StudyFolder,
  plan: StudyPlan,
  columns: readonly string[],
  { distributions = false } = {},
): Promise<FinishedRun[]> => {
  const wanted = new Map<string, PlannedRun>();
  for (let index = 0; index < runCount(plan); index++) {
    const run = plannedRun(plan, index);
    wanted.set(run.id, run);
  }
  const found = new Map<string, FinishedRun>();
  const failed = new Map<string, PlannedRun>();
  const read = plan.stopping === undefined ? columns : [...new Set([...columns, plan.stopping.of])];
  const take = ({ id, error, metrics, distributions, notes }: FoundRun): void => {
    const run = wanted.get(id);
    if (run === undefined || found.has(id)) return;
    if (error !== undefined) {
      failed.set(id, run);
      return;
    }
    found.set(id, { point: run.point, replication: run.replication, result: { metrics, distributions, notes } });
  };
  for (const shard of folder.shards)
    for (const run of await readShard(shard, { columns: read, distributions })) take(run);
  for (const journal of folder.journals) for (const run of readJournal<StoredRun>(journal)) take(run);
  return stopped(plan, [...found.values()], failed);
};

/** Without the runs beyond the one at which their point stopped, so that figures do not depend on what else was run. */
const stopped = (
  plan: StudyPlan,
  runs: readonly FinishedRun[],
  failed: ReadonlyMap<string, PlannedRun>,
): FinishedRun[] => {
  if (plan.stopping === undefined) return [...runs];
  const sequential = new Sequential(plan.points.length, plan.replications, plan.stopping);
  for (const run of failed.values()) sequential.note(run, undefined);
  for (const run of runs) sequential.note(run, sequential.figureOf(run.result.metrics));
  return runs.filter(({ point, replication }) => replication < sequential.wanted(point));
};

/** Estimates of every point of a plan from the runs that are done. */
export const storedResults = async (
  folder: StudyFolder,
  plan: StudyPlan,
  columns: readonly string[],
  scenarios?: readonly Scenario[],
): Promise<PointResult[]> => {
  const points = plan.points.map(({ values }, i) => ({
    values,
    ...(scenarios === undefined ? {} : { scenario: scenarios[i]! }),
  }));
  const results = aggregate({ name: plan.study, points }, plan.seed, await storedRuns(folder, plan, columns));
  return results.map((result) => ({
    ...result,
    metrics: Object.fromEntries(
      columns.flatMap((column) => (result.metrics[column] === undefined ? [] : [[column, result.metrics[column]]])),
    ),
  }));
};
