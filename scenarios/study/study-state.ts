import { readJournal } from "../../results/store/journal.ts";
import { Sequential } from "../sequential.ts";
import { readShard, type StoredRun } from "./finished-run.ts";
import type { StudyFolder } from "./study-folder.ts";
import { chunkCount, chunkRuns, type PlannedRun, planId, plannedRun, type StudyPlan } from "./study-plan.ts";

/** How far a chunk is. */
export interface ChunkState {
  readonly chunk: number;
  /** Runs that are wanted; where a precision is asked for, as far as it is known. */
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

type Found = Pick<StoredRun, "id" | "error" | "metrics">;

/** What the folder knows of the runs of a plan. Chunks that have a shard are known without reading it. */
export class StudyRecord {
  readonly plan: StudyPlan;
  /** Which runs are wanted, as far as the known ones tell; of chunks with a shard of their own it knows nothing. */
  readonly sequential: Sequential;
  /** Chunk → its runs. */
  readonly #sealed: ReadonlyMap<number, number>;
  readonly #known: ReadonlyMap<string, Found>;
  readonly #rows: number;

  private constructor(
    plan: StudyPlan,
    sealed: ReadonlyMap<number, number>,
    known: ReadonlyMap<string, Found>,
    rows: number,
  ) {
    this.plan = plan;
    this.#sealed = sealed;
    this.#known = known;
    this.#rows = rows;
    this.sequential = new Sequential(plan.points.length, plan.replications, plan.stopping);
    if (plan.stopping !== undefined) for (let k = 0; k < chunkCount(plan); k++) this.#note(k);
  }

  /** @throws BrokenTable when a shard cannot be read */
  static async read(folder: StudyFolder, plan: StudyPlan): Promise<StudyRecord> {
    const id = planId(plan);
    const { shards } = folder;
    const columns = plan.stopping === undefined ? [] : [plan.stopping.of];
    const sealed = new Map<number, number>();
    const known = new Map<string, Found>();
    let rows = 0;
    for (const shard of shards) {
      rows += shard.rows;
      const { completes, failed } = shard;
      if (completes?.plan === id && failed === 0) sealed.set(completes.chunk, completes.runs);
      else for (const run of await readShard(shard, { columns })) note(known, run);
    }
    for (const journal of folder.journals) for (const run of readJournal<StoredRun>(journal)) note(known, run);
    return new StudyRecord(plan, sealed, known, rows);
  }

  /** Of one run: undefined when it is missing. */
  of(run: PlannedRun): RunState {
    if (this.#sealed.has(Math.floor(run.index / this.plan.chunk))) return { error: undefined };
    const found = this.#known.get(run.id);
    return found && { error: found.error };
  }

  /** The runs of a chunk that are wanted, as far as it is known. */
  wanted(chunk: number): PlannedRun[] {
    const runs = chunkRuns(this.plan, chunk);
    if (this.plan.stopping === undefined) return runs;
    return runs.filter(({ point, replication }) => replication < this.sequential.wanted(point));
  }

  chunk(chunk: number): ChunkState {
    const sealed = this.#sealed.get(chunk);
    if (sealed !== undefined) return { chunk, runs: sealed, done: sealed, failed: 0, sealed: true };
    const states = this.wanted(chunk).map((run) => this.of(run));
    return {
      chunk,
      runs: states.length,
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
      runs: sum(({ runs }) => runs),
      done: sum(({ done }) => done),
      failed: sum(({ failed }) => failed),
      others: Math.max(0, this.#rows - sealedRuns) === 0 ? 0 : Math.max(0, this.#known.size - wanted),
    };
  }

  /** What the known runs of a chunk tell of where its points stop. */
  #note(chunk: number): void {
    if (this.#sealed.has(chunk) || this.#known.size === 0) return;
    const [first, last] = [chunkRuns(this.plan, chunk)[0]!.point, chunkRuns(this.plan, chunk).at(-1)!.point];
    for (let point = first; point <= last; point++)
      for (let replication = 0; replication < this.plan.replications; replication++) {
        const found = this.#known.get(plannedRun(this.plan, point * this.plan.replications + replication).id);
        // Runs end out of order: behind one that is missing there may be others.
        if (found === undefined) continue;
        const figure = found.error === undefined ? this.sequential.figureOf(found.metrics) : undefined;
        this.sequential.note({ point, replication }, figure);
      }
  }
}

/** A run that has succeeded once is done, whatever went wrong before. */
const note = (known: Map<string, Found>, { id, error, metrics }: Found): void => {
  const before = known.get(id);
  if (before === undefined || before.error !== undefined)
    known.set(id, { id, metrics, ...(error === undefined ? {} : { error }) });
};
