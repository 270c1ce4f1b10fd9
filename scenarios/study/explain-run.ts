import { readJournal } from "../../results/store/journal.ts";
import { readShard, type StoredRun } from "./finished-run.ts";
import type { StudyFolder } from "./study-folder.ts";
import type { PlannedRun, StudyPlan } from "./study-plan.ts";
import { storedPoints } from "./study-results.ts";

/** Where a run is, or why it is not there. */
export type Explanation =
  | { readonly state: "done"; readonly where: string }
  | { readonly state: "failed"; readonly where: string; readonly error: string }
  /** It was run before something that it depends on has changed. */
  | { readonly state: "stale"; readonly because: readonly string[] }
  | { readonly state: "missing" }
  /** Its point is known precisely enough without it; it may have been run all the same. */
  | { readonly state: "not wanted"; readonly replications: number };

/** Why a run of the plan is done, failed, stale or missing. @throws BrokenTable */
export const explainRun = async (folder: StudyFolder, plan: StudyPlan, run: PlannedRun): Promise<Explanation> => {
  const replications = plan.stopping === undefined ? plan.replications : await wantedOf(folder, plan, run.point);
  if (run.replication >= replications) return { state: "not wanted", replications };
  let failed: Explanation | undefined;
  const judge = (error: string | undefined, where: string): Explanation | undefined => {
    if (error === undefined) return { state: "done", where };
    failed ??= { state: "failed", where, error };
    return undefined;
  };
  for (const shard of folder.shards) {
    const found = (await readShard(shard, { columns: [] })).find(({ id }) => id === run.id);
    const verdict = found && judge(found.error, shard.path);
    if (verdict !== undefined) return verdict;
  }
  for (const journal of folder.journals) {
    for (const found of readJournal<StoredRun>(journal).filter(({ id }) => id === run.id)) {
      const verdict = judge(found.error, journal);
      if (verdict !== undefined) return verdict;
    }
  }
  return failed ?? staleOrMissing(folder, plan, run);
};

/** Replications of a point that are wanted. */
const wantedOf = async (folder: StudyFolder, plan: StudyPlan, point: number): Promise<number> => {
  let index = 0;
  for await (const { wanted } of storedPoints(folder, plan, { columns: [] })) if (index++ === point) return wanted;
  throw new RangeError(`the plan has no point ${point}`);
};

/** An older plan that had the same point, made of something else. */
const staleOrMissing = (folder: StudyFolder, plan: StudyPlan, run: PlannedRun): Explanation => {
  const labels = JSON.stringify(plan.points[run.point]!.labels);
  for (const old of folder.olderPlans) {
    const point = old.points.find((one) => JSON.stringify(one.labels) === labels);
    if (point === undefined || point.id === plan.points[run.point]!.id || run.replication >= old.replications) continue;
    const because = [
      ...(old.code === plan.code ? [] : [`the code has changed: ${old.code}, now ${plan.code}`]),
      ...(old.schema === plan.schema ? [] : [`the schema has changed: ${old.schema}, now ${plan.schema}`]),
      ...(old.seed === plan.seed ? [] : [`the seed was ${old.seed}, and is ${plan.seed}`]),
      ...(old.set.join(" ") === plan.set.join(" ") ? [] : [`--set was ${old.set.join(" ") || "not given"}`]),
    ];
    return { state: "stale", because: because.length > 0 ? because : ["the scenario has changed"] };
  }
  return { state: "missing" };
};
