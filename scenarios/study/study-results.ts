import { readJournal } from "../../results/store/journal.ts";
import { aggregatePoint, type PointResult } from "../aggregate.ts";
import type { FinishedRun } from "../run.ts";
import type { Scenario } from "../scenario.ts";
import { Sequential } from "../sequential.ts";
import { type FoundRun, readShard, type StoredRun, type Wanted } from "./finished-run.ts";
import type { Shard, StudyFolder } from "./study-folder.ts";
import { planId, plannedRun, type StudyPlan } from "./study-plan.ts";

/** Names of all figures that the runs of a folder have, in the order in which shards have them. */
export const storedColumns = (folder: StudyFolder): string[] => {
  const all = new Set(folder.shards.flatMap(({ metrics }) => metrics));
  for (const journal of folder.journals)
    for (const { metrics } of readJournal<StoredRun>(journal)) for (const name of Object.keys(metrics)) all.add(name);
  return [...all];
};

/** What is done of a point. */
export interface StoredPoint {
  readonly runs: readonly FinishedRun[];
  /** Replications that are wanted, as far as the known ones tell. */
  readonly wanted: number;
}

/**
 * The runs of a plan that are done, with these figures, point by point: just those that simulating it anew would give. No more
 * than the runs of one chunk is in memory, besides what lies in shards of no whole chunk.
 */
export async function* storedPoints(
  folder: StudyFolder,
  plan: StudyPlan,
  { columns, distributions = false }: Wanted,
): AsyncGenerator<StoredPoint> {
  const read = plan.stopping === undefined ? columns : [...new Set([...columns, plan.stopping.of])];
  const shelf = await Shelf.open(folder, plan, { columns: read, distributions });
  for (let point = 0; point < plan.points.length; point++) {
    const sequential = new Sequential(1, plan.replications, plan.stopping);
    const runs: FinishedRun[] = [];
    for (let replication = 0; replication < plan.replications; replication++) {
      const found = await shelf.find(point * plan.replications + replication);
      if (found === undefined) continue;
      const { error, metrics, distributions: kept, notes } = found;
      if (plan.stopping !== undefined)
        sequential.note({ point: 0, replication }, error === undefined ? sequential.figureOf(metrics) : undefined);
      if (error === undefined) runs.push({ point, replication, result: { metrics, distributions: kept, notes } });
    }
    // What was run beyond the replication at which the point stops does not count.
    const wanted = sequential.wanted(0);
    yield { runs: runs.filter(({ replication }) => replication < wanted), wanted };
  }
}

/** All of them together. */
export const storedRuns = async (folder: StudyFolder, plan: StudyPlan, wanted: Wanted): Promise<FinishedRun[]> => {
  const all: FinishedRun[] = [];
  for await (const { runs } of storedPoints(folder, plan, wanted)) for (const run of runs) all.push(run);
  return all;
};

/** Estimates of every point of a plan from the runs that are done. */
export const storedResults = async (
  folder: StudyFolder,
  plan: StudyPlan,
  columns: readonly string[],
  scenarios?: readonly Scenario[],
): Promise<PointResult[]> => {
  const results: PointResult[] = [];
  for await (const { runs } of storedPoints(folder, plan, { columns })) {
    const index = results.length;
    const scenario = scenarios?.[index];
    const point = { values: plan.points[index]!.values, ...(scenario === undefined ? {} : { scenario }) };
    const result = aggregatePoint(plan.study, point, plan.seed, runs);
    const shown = columns.flatMap((column) =>
      result.metrics[column] === undefined ? [] : [[column, result.metrics[column]]],
    );
    results.push({ ...result, metrics: Object.fromEntries(shown) });
  }
  return results;
};

/** The runs of a folder by their index in the plan: one chunk at a time, and all that is in no chunk of this plan. */
class Shelf {
  readonly #plan: StudyPlan;
  readonly #wanted: Wanted;
  readonly #shards: ReadonlyMap<number, readonly Shard[]>;
  readonly #loose: ReadonlyMap<string, FoundRun>;
  #open: { readonly chunk: number; readonly runs: ReadonlyMap<string, FoundRun> } | undefined;

  private constructor(
    plan: StudyPlan,
    wanted: Wanted,
    shards: ReadonlyMap<number, readonly Shard[]>,
    loose: ReadonlyMap<string, FoundRun>,
  ) {
    this.#plan = plan;
    this.#wanted = wanted;
    this.#shards = shards;
    this.#loose = loose;
  }

  static async open(folder: StudyFolder, plan: StudyPlan, wanted: Wanted): Promise<Shelf> {
    const id = planId(plan);
    const shards = new Map<number, Shard[]>();
    const loose = new Map<string, FoundRun>();
    for (const shard of folder.shards) {
      const { completes } = shard;
      if (completes?.plan === id) shards.set(completes.chunk, [...(shards.get(completes.chunk) ?? []), shard]);
      else for (const run of await readShard(shard, wanted)) keep(loose, run);
    }
    for (const journal of folder.journals) for (const run of readJournal<StoredRun>(journal)) keep(loose, run);
    return new Shelf(plan, wanted, shards, loose);
  }

  async find(index: number): Promise<FoundRun | undefined> {
    const chunk = Math.floor(index / this.#plan.chunk);
    if (this.#open?.chunk !== chunk) {
      const runs = new Map<string, FoundRun>();
      for (const shard of this.#shards.get(chunk) ?? [])
        for (const run of await readShard(shard, this.#wanted)) keep(runs, run);
      this.#open = { chunk, runs };
    }
    const { id } = plannedRun(this.#plan, index);
    const [sealed, loose] = [this.#open.runs.get(id), this.#loose.get(id)];
    return sealed === undefined || (sealed.error !== undefined && loose !== undefined) ? loose : sealed;
  }
}

/** A run that has succeeded once is done, whatever went wrong before. */
const keep = (runs: Map<string, FoundRun>, run: FoundRun): void => {
  const before = runs.get(run.id);
  if (before === undefined || before.error !== undefined) runs.set(run.id, run);
};
