import { Journal, readJournal } from "../../results/store/journal.ts";
import type { Metrics } from "../simulate.ts";
import type { Job, RunPoint, WorkerReply } from "../worker.ts";
import { type RunLimits, WorkerPool } from "../worker-pool.ts";
import { type StoredRun, writeShard } from "./finished-run.ts";
import type { StudyFolder } from "./study-folder.ts";
import { chunkCount, type PlannedRun, planId, plannedRun, type StudyPlan } from "./study-plan.ts";
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
  /** So many more runs are wanted: at first, and whenever a precision is not reached. */
  readonly onRound?: (missing: number) => void;
  readonly onRun?: (run: { readonly failed: boolean; readonly metrics: Metrics; readonly job: Job }) => void;
}

export interface StudyOutcome {
  /** Runs of the plan that were done before. */
  readonly had: number;
  /** Runs that were missing, and were run now; with a precision, also some that turned out not to be needed. */
  readonly ran: number;
  /** Of those, with their errors. */
  readonly failed: readonly StoredRun[];
  readonly interrupted: boolean;
}

/**
 * Runs what a plan asks for and the folder does not have. Every run is written down as soon as it is over; when the last of a
 * chunk is, they go into a shard. A process that is killed loses the runs that it was at, and nothing else.
 *
 * @param points those of the plan
 * @throws BrokenTable when a shard of the folder cannot be read
 * @throws an error of the file system when nothing more can be written, such as ENOSPC
 */
export const runStudy = async (
  folder: StudyFolder,
  plan: StudyPlan,
  points: readonly RunPoint[],
  options: StudyOptions,
): Promise<StudyOutcome> => {
  await sealLeftovers(folder, plan);
  const record = await StudyRecord.read(folder, plan);
  const chunks = options.chunk === undefined ? Array.from({ length: chunkCount(plan) }, (_, k) => k) : [options.chunk];
  const had = record.state.done;
  const books = new Map<number, ChunkBooks>();
  for (const k of chunks) {
    if (record.chunk(k).sealed) folder.forget(folder.journalOf(plan, k));
    else books.set(k, new ChunkBooks(folder, plan, k));
  }
  const failed: StoredRun[] = [];
  let ran = 0;
  // Where a precision is asked for, there are rounds, and what has been run in one is not run in the next.
  const tried = plan.stopping === undefined ? undefined : new Set<string>();
  const missingOf = (k: number): PlannedRun[] =>
    record.wanted(k).filter((run) => {
      const state = record.of(run);
      const again = options.retryFailed === true && state?.error !== undefined;
      return (state === undefined || again) && tried?.has(run.id) !== true;
    });
  const open = new Map<number, number>();
  const settle = (k: number): void => {
    if (tried === undefined || missingOf(k).length === 0) books.get(k)!.seal(record.wanted(k).length);
  };
  function* jobs(): Generator<Job> {
    for (const k of books.keys()) {
      const missing = missingOf(k);
      open.set(k, missing.length);
      // Also what was finished by a process that was killed before it could say so.
      if (missing.length === 0) settle(k);
      for (const { point, replication } of missing) yield { point, replication };
    }
  }
  const take = (reply: WorkerReply): StoredRun => {
    const run = plannedRun(plan, reply.job.point * plan.replications + reply.job.replication);
    const stored = storedRun(run, reply);
    tried?.add(run.id);
    if (tried !== undefined) {
      const figure = stored.error === undefined ? record.sequential.figureOf(stored.metrics) : undefined;
      record.sequential.note(run, figure);
    }
    const k = Math.floor(run.index / plan.chunk);
    books.get(k)!.add(stored);
    open.set(k, open.get(k)! - 1);
    if (open.get(k) === 0) settle(k);
    return stored;
  };
  const isAborted = (): boolean => options.signal?.aborted === true;
  const pool = new WorkerPool({ points }, options.workers, options.limits);
  try {
    for (;;) {
      const total = [...books.keys()].reduce((sum, k) => sum + missingOf(k).length, 0);
      options.onRound?.(total);
      if (total === 0 || isAborted()) {
        for (const k of books.keys()) if (total === 0) settle(k);
        break;
      }
      for await (const reply of pool.replies({ source: jobs(), total }, options.signal)) {
        const run = take(reply);
        ran += 1;
        if (run.error !== undefined) failed.push(run);
        options.onRun?.({ failed: run.error !== undefined, metrics: run.metrics, job: reply.job });
        if (run.error !== undefined && options.failFast === true) return { had, ran, failed, interrupted: false };
      }
      if (isAborted() || tried === undefined) break;
    }
  } finally {
    await pool.end();
    for (const book of books.values()) book.close();
  }
  return { had, ran, failed, interrupted: isAborted() };
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
  #journal: Journal | undefined;

  constructor(folder: StudyFolder, plan: StudyPlan, chunk: number) {
    this.#folder = folder;
    this.#plan = plan;
    this.#chunk = chunk;
  }

  add(run: StoredRun): void {
    this.#journal ??= new Journal(this.#path);
    this.#journal.add(run);
  }

  /** @param runs of the chunk in all */
  seal(runs: number): void {
    this.close();
    seal(this.#folder, this.#plan, this.#chunk, this.#path, runs);
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
const seal = (
  folder: StudyFolder,
  plan: StudyPlan,
  chunk: number,
  journal: string,
  complete: number | undefined,
): void => {
  const size = folder.sizeOf(journal);
  const latest = new Map<string, StoredRun>();
  for (const run of readJournal<StoredRun>(journal)) {
    const before = latest.get(run.id);
    if (before === undefined || before.error !== undefined) latest.set(run.id, run);
  }
  const runs = [...latest.values()].sort((a, b) => a.point - b.point || a.replication - b.replication);
  if (runs.length > 0) writeShard(folder, plan, chunk, runs, complete);
  // Whoever else writes to it has a run there that the shard lacks.
  if (folder.sizeOf(journal) === size) folder.forget(journal);
};

/** Journals of other plans will never be completed: what they have goes into shards of its own. */
const sealLeftovers = async (folder: StudyFolder, plan: StudyPlan): Promise<void> => {
  const own = planId(plan);
  for (const journal of folder.journals) {
    const [, id, chunk] = /([0-9a-f]+)-(\d+)\.jsonl$/.exec(journal) ?? [];
    if (id === undefined || id === own) continue;
    const old = folder.planOf(id);
    if (old !== undefined) seal(folder, old, Number(chunk), journal, undefined);
  }
};
