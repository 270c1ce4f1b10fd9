import { type RunResult, simulate } from "./simulate.ts";
import type { Job, RunPoint } from "./worker.ts";
import { runOnWorkers } from "./worker-pool.ts";

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

/** Starting threads costs about as much as this many seconds of runs. */
const worthThreads = 1;

/**
 * Runs jobs and yields each as it ends, in no promised order: what a run gives depends
 * on its scenario, the seed and its replication, never on where or when it ran.
 *
 * @throws RunFailed at the first run that ends with an error
 */
export async function* runAll(plan: RunPlan, { workers = 1, clock }: RunOptions = {}): AsyncGenerator<FinishedRun> {
  const { points, jobs } = plan;
  const start = clock?.() ?? 0;
  let next = 0;
  while (next < jobs.length && (workers <= 1 || (clock !== undefined && clock() - start < worthThreads))) {
    const job = jobs[next++]!;
    yield { ...job, result: runHere(points[job.point]!, job) };
    // Lets timers and output have their turn between runs.
    if (next % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  if (next === jobs.length) return;
  for await (const reply of runOnWorkers(
    { points },
    { source: jobs.slice(next), total: jobs.length - next },
    workers,
  )) {
    if (reply.kind === "error") throw new RunFailed(reply.job, reply.message);
    yield { ...reply.job, result: reply.result };
  }
}

const runHere = ({ scenario, seed }: RunPoint, job: Job): RunResult => {
  try {
    return simulate(scenario, { seed, replication: job.replication });
  } catch (error) {
    throw new RunFailed(job, error instanceof Error ? error.message : String(error));
  }
};
