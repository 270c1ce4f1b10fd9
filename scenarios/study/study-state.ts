import { readJournal } from "../../results/store/journal.ts";
import { readShard, type StoredRun } from "./finished-run.ts";
import type { StudyFolder } from "./study-folder.ts";
import { chunkCount, chunkRuns, type PlannedRun, planId, runCount, type StudyPlan } from "./study-plan.ts";

/** How far a chunk is. */
export interface ChunkState {
  readonly chunk: number;
  readonly runs: number;
  readonly done: number;
  readonly failed: number;
  /** It has a shard of its own, so nothing of it has to be looked up run by run. */
  readonly sealed: boolean;
}

export interface StudyState {
  readonly chunks: readonly ChunkState[];
  readonly runs: number;
  readonly done: number;
  readonly failed: number;
  /** Runs in the folder that the plan does not ask for: of an older plan, or of other code. */
  readonly others: number;
}

/** How a run stands: done, failed or missing. */
export type RunState = { readonly error: string | undefined } | undefined;

/** What the folder knows of the runs of a plan. Chunks that have a shard are known without reading it. */
export class StudyRecord {
  readonly plan: StudyPlan;
  readonly #sealed: ReadonlyMap<number, { readonly failed: number }>;
  readonly #known: ReadonlyMap<string, RunState>;
  readonly #rows: number;

  private constructor(
    plan: StudyPlan,
    sealed: ReadonlyMap<number, { readonly failed: number }>,
    known: ReadonlyMap<string, RunState>,
    rows: number,
  ) {
    this.plan = plan;
    this.#sealed = sealed;
    this.#known = known;
    this.#rows = rows;
  }

  /** @throws BrokenTable when a shard cannot be read */
  static async read(folder: StudyFolder, plan: StudyPlan): Promise<StudyRecord> {
    const id = planId(plan);
    const { shards } = folder;
    const sealed = new Map<number, { readonly failed: number }>();
    const known = new Map<string, RunState>();
    let rows = 0;
    for (const shard of shards) {
      rows += shard.rows;
      const whole = shard.completes?.plan === id && shard.failed === 0;
      if (whole) sealed.set(shard.completes!.chunk, { failed: 0 });
      else for (const run of await readShard(shard, { columns: [] })) note(known, run.id, run.error);
    }
    for (const journal of folder.journals)
      for (const run of readJournal<StoredRun>(journal)) note(known, run.id, run.error);
    return new StudyRecord(plan, sealed, known, rows);
  }

  /** Of one run: undefined when it is missing. */
  of(run: PlannedRun): RunState {
    if (this.#sealed.has(Math.floor(run.index / this.plan.chunk))) return { error: undefined };
    return this.#known.get(run.id);
  }

  chunk(chunk: number): ChunkState {
    const runs = chunkRuns(this.plan, chunk);
    if (this.#sealed.has(chunk)) return { chunk, runs: runs.length, done: runs.length, failed: 0, sealed: true };
    const states = runs.map((run) => this.#known.get(run.id));
    return {
      chunk,
      runs: runs.length,
      done: states.filter((state) => state !== undefined && state.error === undefined).length,
      failed: states.filter((state) => state?.error !== undefined).length,
      sealed: false,
    };
  }

  get state(): StudyState {
    const chunks = Array.from({ length: chunkCount(this.plan) }, (_, k) => this.chunk(k));
    const sum = (of: (one: ChunkState) => number): number => chunks.reduce((total, one) => total + of(one), 0);
    const sealedRuns = sum((one) => (one.sealed ? one.runs : 0));
    const wanted = sum((one) => (one.sealed ? 0 : one.done + one.failed));
    return {
      chunks,
      runs: runCount(this.plan),
      done: sum(({ done }) => done),
      failed: sum(({ failed }) => failed),
      others: Math.max(0, this.#rows - sealedRuns) === 0 ? 0 : Math.max(0, this.#known.size - wanted),
    };
  }
}

/** A run that has succeeded once is done, whatever went wrong before. */
const note = (known: Map<string, RunState>, id: string, error: string | undefined): void => {
  const before = known.get(id);
  if (before === undefined || before.error !== undefined) known.set(id, { error });
};
