import { parentPort, workerData } from "node:worker_threads";
import type { Scenario } from "./scenario.ts";
import { type RunResult, simulate } from "./simulate.ts";

/** Which run of a plan: the index of its point, and its replication. */
export interface Job {
  readonly point: number;
  readonly replication: number;
}

/** A scenario, and the seed of its random numbers. */
export interface RunPoint {
  readonly scenario: Scenario;
  readonly seed: number;
}

export interface WorkerPlan {
  readonly points: readonly RunPoint[];
}

/** What a worker sends once it can begin. */
export type WorkerReady = { readonly kind: "ready" };

/** What a worker sends for each job of a batch, in order. */
export type WorkerReply =
  | { readonly kind: "result"; readonly job: Job; readonly result: RunResult }
  | { readonly kind: "error"; readonly job: Job; readonly message: string };

if (parentPort !== null) {
  const port = parentPort;
  const { points } = workerData as WorkerPlan;
  port.postMessage({ kind: "ready" } satisfies WorkerReady);
  port.on("message", (jobs: readonly Job[]) => {
    for (const job of jobs) {
      try {
        const { scenario, seed } = points[job.point]!;
        const result = simulate(scenario, { seed, replication: job.replication });
        port.postMessage({ kind: "result", job, result } satisfies WorkerReply);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        port.postMessage({ kind: "error", job, message } satisfies WorkerReply);
      }
    }
  });
}
