import { Worker } from "node:worker_threads";
import type { Job, WorkerPlan, WorkerReply } from "./worker.ts";

const fromSource = import.meta.url.endsWith(".ts");
const entry = new URL(fromSource ? "./worker-from-source.mjs" : "./worker.js", import.meta.url);

/**
 * Runs jobs on `count` threads and yields the replies as they come, in any order. Batches shrink towards the end, so
 * that no thread idles for long. Leaving the loop early ends the threads.
 */
export async function* runOnWorkers(
  plan: WorkerPlan,
  jobs: readonly Job[],
  count: number,
): AsyncGenerator<WorkerReply> {
  const replies: WorkerReply[] = [];
  let wake = (): void => {};
  let failure: Error | undefined;
  let next = 0;

  const feed = (worker: Worker): number => {
    const size = Math.min(64, Math.ceil((jobs.length - next) / (4 * count)));
    if (size > 0) worker.postMessage(jobs.slice(next, next + size));
    next += size;
    return size;
  };
  const workers = Array.from({ length: Math.min(count, jobs.length) }, () => {
    const worker = new Worker(entry, { workerData: plan });
    let open = feed(worker);
    worker.on("message", (reply: WorkerReply) => {
      replies.push(reply);
      if (--open === 0) open = feed(worker);
      wake();
    });
    const fail = (error: Error): void => {
      failure ??= error;
      wake();
    };
    worker.on("error", fail);
    worker.on("exit", (code) => {
      if (open > 0) fail(new Error(`a worker thread ended with code ${code} before its runs were done`));
    });
    return worker;
  });

  try {
    for (let done = 0; done < jobs.length; ) {
      const reply = replies.shift();
      if (reply !== undefined) {
        done++;
        yield reply;
      } else if (failure !== undefined) throw failure;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
