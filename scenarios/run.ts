import { type RunResult, simulate } from "./simulate.ts";
import type { Job, RunPoint } from "./worker.ts";
import { WorkerPool } from "./worker-pool.ts";

export interface RunPlan {
  readonly points: readonly RunPoint[];
  readonly jobs: readonly Job[];
}

export interface RunOptions {
  /** Threads to use when there is enough to do; 1 runs everything in this one. */
  readonly workers?: number;
  /** Seconds from any origin, to tell when there is enough to do; without it, threads are used at once. */
  readonly clock?: () => number;
}

export interface FinishedRun {
  /** Index among the points of the plan. */
  readonly point: number;
  readonly replication: number;
  readonly result: RunResult;
}

/** Replications 0, 1, 2, … of each of so many points. */
export const everyJob = (points: number, replications: number): Job[] =>
  Array.from({ length: points * replications }, (_, i) => ({
    point: Math.floor(i / replications),
    replication: i % replications,
  }));

/** A run that ended with an error. */
export class RunFailed extends Error {
  override readonly name = "RunFailed";
  readonly job: Job;

  constructor(job: Job, message: string) {
    super(message);
    this.job = job;
  }
}

/** Seconds that a thread needs to load the code and to become as quick as one that has run for a while. */
const threadStart = 4;

/**
 * Whether the runs that are left are over sooner with threads that first have to start.
 *
 * @param looks at the clock: before the first run, and after each; the later half tells how long runs take, as the first are slow
 */
const areThreadsWorth = (workers: number, looks: readonly number[], left: number): boolean => {
  const last = looks.length - 1;
  if (last < 1 || looks[last]! - looks[0]! < threadStart / 4) return false;
  const half = Math.floor(last / 2);
  const each = (looks[last]! - looks[half]!) / (last - half);
  return each * left * (1 - 1 / workers) > threadStart;
};

/**
 * Runs jobs and yields each as it ends, in no promised order: what a run gives depends
 * on its scenario, the seed and its replication, never on where or when it ran.
 *
 * @throws RunFailed at the first run that ends with an error
 */
export async function* runAll(plan: RunPlan, { workers = 1, clock }: RunOptions = {}): AsyncGenerator<FinishedRun> {
  const { points, jobs } = plan;
  const looks: number[] = [];
  const isAlone = (): boolean => {
    if (workers <= 1) return true;
    if (clock === undefined) return false;
    looks.push(clock());
    return !areThreadsWorth(workers, looks, jobs.length - looks.length + 1);
  };
  let next = 0;
  while (next < jobs.length && isAlone()) {
    const job = jobs[next++]!;
    yield { ...job, result: runHere(points[job.point]!, job) };
    // Lets timers and output have their turn between runs.
    if (next % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  if (next === jobs.length) return;
  const pool = new WorkerPool({ points }, workers);
  try {
    for await (const reply of pool.replies({ source: jobs.slice(next), total: jobs.length - next })) {
      if (reply.kind === "error") throw new RunFailed(reply.job, reply.message);
      yield { ...reply.job, result: reply.result };
    }
  } finally {
    await pool.end();
  }
}

const runHere = ({ scenario, seed }: RunPoint, job: Job): RunResult => {
  try {
    return simulate(scenario, { seed, replication: job.replication });
  } catch (error) {
    throw new RunFailed(job, error instanceof Error ? error.message : String(error));
  }
};
