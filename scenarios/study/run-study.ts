import { Journal, readJournal } from "../../results/store/journal.ts";
import type { Scenario } from "../scenario.ts";
import type { Job, WorkerReply } from "../worker.ts";
import { type RunLimits, runOnWorkers } from "../worker-pool.ts";
import { type StoredRun, writeShard } from "./finished-run.ts";
import type { StudyFolder } from "./study-folder.ts";
import { chunkCount, chunkRuns, type PlannedRun, planId, plannedRun, type StudyPlan } from "./study-plan.ts";
import { StudyRecord } from "./study-state.ts";

export interface StudyOptions {
  readonly workers: number;
  readonly limits?: RunLimits;
  /** Only this chunk. */
  readonly chunk?: number;
  /** Runs that have failed are run once more. */
  readonly retryFailed?: boolean;
  /** The first run that fails ends the study. */
  readonly failFast?: boolean;
  /** Ends the study after the runs that are known by then. */
  readonly signal?: AbortSignal;
  readonly onStart?: (missing: number) => void;
  readonly onRun?: (run: { readonly failed: boolean }) => void;
}

export interface StudyOutcome {
  /** Runs that were missing, and were run now. */
  readonly ran: number;
  /** Of those, with their errors. */
  readonly failed: readonly StoredRun[];
  readonly interrupted: boolean;
}

/**
 * Runs what a plan asks for and the folder does not have. Every run is written down as soon as it is over; when the last of a
 * chunk is, they go into a shard. A process that is killed loses the runs that it was at, and nothing else.
 *
 * @param scenarios of the points of the plan
 * @throws BrokenTable when a shard of the folder cannot be read
 * @throws an error of the file system when nothing more can be written, such as ENOSPC
 */
export const runStudy = async (
  folder: StudyFolder,
  plan: StudyPlan,
  scenarios: readonly Scenario[],
  options: StudyOptions,
): Promise<StudyOutcome> => {
  await sealLeftovers(folder, plan);
  const record = await StudyRecord.read(folder, plan);
  const chunks = options.chunk === undefined ? Array.from({ length: chunkCount(plan) }, (_, k) => k) : [options.chunk];
  const books = new Map<number, ChunkBooks>();
  const jobs: Job[] = [];
  for (const k of chunks) {
    const missing = chunkRuns(plan, k).filter((run) => {
      const state = record.of(run);
      return state === undefined || (options.retryFailed === true && state.error !== undefined);
    });
    if (record.chunk(k).sealed) folder.forget(folder.journalOf(plan, k));
    else books.set(k, new ChunkBooks(folder, plan, k, missing));
    jobs.push(...missing.map(({ point, replication }) => ({ point, replication })));
  }
  options.onStart?.(jobs.length);
  const failed: StoredRun[] = [];
  let ran = 0;
  try {
    // What was finished by a process that was killed before it could say so.
    for (const book of books.values()) book.sealIfComplete();
    if (jobs.length > 0 && options.signal?.aborted !== true) {
      const { workers, limits, signal } = options;
      const pool = { ...(limits === undefined ? {} : { limits }), ...(signal === undefined ? {} : { signal }) };
      for await (const reply of runOnWorkers({ scenarios, seed: plan.seed }, jobs, workers, pool)) {
        const run = plannedRun(plan, reply.job.point * plan.replications + reply.job.replication);
        const stored = storedRun(run, reply);
        books.get(Math.floor(run.index / plan.chunk))!.add(stored);
        ran += 1;
        if (stored.error !== undefined) failed.push(stored);
        options.onRun?.({ failed: stored.error !== undefined });
        if (stored.error !== undefined && options.failFast === true) break;
      }
    }
  } finally {
    for (const book of books.values()) book.close();
  }
  return { ran, failed, interrupted: options.signal?.aborted === true };
};

const storedRun = ({ id, point, replication }: PlannedRun, reply: WorkerReply): StoredRun =>
  reply.kind === "result"
    ? { id, point, replication, ...reply.result }
    : { id, point, replication, metrics: {}, distributions: {}, notes: [], error: reply.message };

/** The runs of one chunk on their way into its shard. */
class ChunkBooks {
  readonly #folder: StudyFolder;
  readonly #plan: StudyPlan;
  readonly #chunk: number;
  #missing: number;
  #journal: Journal | undefined;

  constructor(folder: StudyFolder, plan: StudyPlan, chunk: number, missing: readonly PlannedRun[]) {
    this.#folder = folder;
    this.#plan = plan;
    this.#chunk = chunk;
    this.#missing = missing.length;
  }

  add(run: StoredRun): void {
    this.#journal ??= new Journal(this.#path);
    this.#journal.add(run);
    this.#missing -= 1;
    this.sealIfComplete();
  }

  sealIfComplete(): void {
    if (this.#missing > 0) return;
    this.close();
    seal(this.#folder, this.#plan, this.#chunk, this.#path, true);
  }

  close(): void {
    this.#journal?.close();
    this.#journal = undefined;
  }

  get #path(): string {
    return this.#folder.journalOf(this.#plan, this.#chunk);
  }
}

/** Puts the runs of a journal into a shard, in the order of the plan; the journal goes when the shard is there. */
const seal = (folder: StudyFolder, plan: StudyPlan, chunk: number, journal: string, isComplete: boolean): void => {
  const latest = new Map<string, StoredRun>();
  for (const run of readJournal<StoredRun>(journal)) {
    const before = latest.get(run.id);
    if (before === undefined || before.error !== undefined) latest.set(run.id, run);
  }
  const runs = [...latest.values()].sort((a, b) => a.point - b.point || a.replication - b.replication);
  if (runs.length > 0) writeShard(folder, plan, chunk, runs, isComplete);
  folder.forget(journal);
};

/** Journals of other plans will never be completed: what they have goes into shards of its own. */
const sealLeftovers = async (folder: StudyFolder, plan: StudyPlan): Promise<void> => {
  const own = planId(plan);
  for (const journal of folder.journals) {
    const [, id, chunk] = /([0-9a-f]+)-(\d+)\.jsonl$/.exec(journal) ?? [];
    if (id === undefined || id === own) continue;
    const old = folder.planOf(id);
    if (old !== undefined) seal(folder, old, Number(chunk), journal, false);
  }
};
