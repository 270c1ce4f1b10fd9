import { Worker } from "node:worker_threads";
import type { Job, WorkerPlan, WorkerReady, WorkerReply } from "./worker.ts";

const fromSource = import.meta.url.endsWith(".ts");
const entry = new URL(fromSource ? "./worker-from-source.mjs" : "./worker.js", import.meta.url);

/** What a single run may take; beyond it the run has failed. */
export interface RunLimits {
  /** Seconds of wall-clock time. */
  readonly time?: number;
  /** Bytes of the heap of its thread. */
  readonly memory?: number;
}

/** Jobs one by one, and how many they are. */
export interface Jobs {
  readonly source: Iterable<Job>;
  readonly total: number;
}

/** A thread, with the jobs that it was given and has not answered, in their order. */
interface Hand {
  readonly worker: Worker;
  readonly open: Job[];
  /** Its code is loaded: what it takes from here on is time of its runs. */
  ready: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Threads that run jobs and answer as they come, in any order. Batches shrink towards the end, so that no thread idles for long.
 * A run that goes beyond its limits is answered with an error, and another thread takes the place of its own. Threads start when
 * there is something to do, and stay for what is to do after that, until the end.
 */
export class WorkerPool {
  readonly #plan: WorkerPlan;
  readonly #count: number;
  readonly #limits: RunLimits;
  #jobs: Iterator<Job> = [].values();
  #total = 0;
  /** Jobs of threads that ended before they came to them. */
  readonly #again: Job[] = [];
  readonly #hands = new Set<Hand>();
  readonly #replies: WorkerReply[] = [];
  #given = 0;
  /** The source has no more. */
  #exhausted = true;
  #failure: Error | undefined;
  #wake = (): void => {};

  constructor(plan: WorkerPlan, count: number, limits: RunLimits = {}) {
    // Threads get a copy: no more of each point than its runs need.
    this.#plan = { points: plan.points.map(({ scenario, seed }) => ({ scenario, seed })) };
    this.#count = count;
    this.#limits = limits;
  }

  /**
   * Yields the replies to all jobs, in any order. Nothing more can be run after a loop that was left early.
   *
   * @param signal ends the loop, whatever the threads are at
   */
  async *replies(jobs: Jobs, signal?: AbortSignal): AsyncGenerator<WorkerReply> {
    this.#jobs = jobs.source[Symbol.iterator]();
    [this.#total, this.#given, this.#exhausted] = [jobs.total, 0, false];
    for (const hand of this.#hands) this.#give(hand, this.#batch());
    while (this.#hands.size < this.#count && this.#hire());
    const wake = (): void => this.#wake();
    signal?.addEventListener("abort", wake);
    try {
      for (let done = 0; !(this.#exhausted && done === this.#given) && signal?.aborted !== true; ) {
        const reply = this.#replies.shift();
        if (reply !== undefined) {
          done++;
          yield reply;
        } else if (this.#failure !== undefined) throw this.#failure;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal?.removeEventListener("abort", wake);
    }
  }

  /** Ends the threads with whatever they are at. */
  async end(): Promise<void> {
    const hands = [...this.#hands];
    this.#hands.clear();
    for (const { timer } of hands) clearTimeout(timer);
    await Promise.all(hands.map(({ worker }) => worker.terminate()));
  }

  /** Whether there was anything to do for one more. */
  #hire(): boolean {
    const batch = this.#batch();
    if (batch.length === 0) return false;
    const { memory } = this.#limits;
    const worker = new Worker(entry, {
      workerData: this.#plan,
      // The entry asks for what it needs: what loads sources in this thread would be loaded once more for nothing.
      ...(fromSource ? { execArgv: [] } : {}),
      ...(memory === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memory / 2 ** 20 } }),
    });
    const hand: Hand = { worker, open: [], ready: false, timer: undefined };
    this.#hands.add(hand);
    worker.on("message", (reply: WorkerReply | WorkerReady) => {
      if (!this.#hands.has(hand)) return;
      if (reply.kind === "ready") {
        hand.ready = true;
        this.#watch(hand);
        return;
      }
      hand.open.shift();
      this.#answer(reply);
      if (hand.open.length === 0) this.#give(hand, this.#batch());
      else this.#watch(hand);
    });
    worker.on("error", (error: Error & { readonly code?: string }) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY")
        this.#replace(hand, `took more memory than it may: ${show(memory)}`);
      else this.#fail(error);
    });
    worker.on("exit", (code) => {
      if (this.#hands.delete(hand) && hand.open.length > 0)
        this.#fail(new Error(`a worker thread ended with code ${code} before its runs were done`));
    });
    this.#give(hand, batch);
    return true;
  }

  #give(hand: Hand, batch: readonly Job[]): void {
    if (batch.length > 0) hand.worker.postMessage(batch);
    hand.open.push(...batch);
    this.#watch(hand);
  }

  #batch(): Job[] {
    if (this.#again.length > 0) return this.#again.splice(0);
    const size = Math.max(1, Math.min(64, Math.ceil((this.#total - this.#given) / (4 * this.#count))));
    const batch: Job[] = [];
    while (!this.#exhausted && batch.length < size) {
      const { done, value } = this.#jobs.next();
      if (done === true) this.#exhausted = true;
      else batch.push(value);
    }
    this.#given += batch.length;
    // Whoever waits for replies may have had the last.
    if (this.#exhausted) this.#wake();
    return batch;
  }

  /** The time of the run that a thread has begun just now. */
  #watch(hand: Hand): void {
    clearTimeout(hand.timer);
    const { time } = this.#limits;
    if (time === undefined || !hand.ready || hand.open.length === 0) return;
    hand.timer = setTimeout(() => this.#replace(hand, `took longer than it may: ${time} s`), 1000 * time);
  }

  /** The run that a thread is at has failed, and the thread with it. */
  #replace(hand: Hand, message: string): void {
    if (!this.#hands.delete(hand)) return;
    clearTimeout(hand.timer);
    void hand.worker.terminate();
    const [job, ...rest] = hand.open;
    this.#again.push(...rest);
    this.#hire();
    if (job !== undefined) this.#answer({ kind: "error", job, message });
  }

  #answer(reply: WorkerReply): void {
    this.#replies.push(reply);
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }
}

const show = (bytes = 0): string => `${Math.round(bytes / 2 ** 20)} MiB`;
