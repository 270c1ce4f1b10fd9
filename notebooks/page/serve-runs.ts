import type { FromWorker, Progress, ToWorker } from "./progress.ts";

/** A piece of a run that is done. */
export interface Step<T> {
  readonly done: number;
  readonly total: number;
  /** What is known by now; asked for only when it is reported. */
  readonly result: () => T;
}

/** Seconds until the first report, which is waited for, and between two of the others. */
const [firstReport, reportEvery] = [0.05, 0.15];

const seconds = (): number => performance.now() / 1000;

/** Lets messages have their turn, sooner than a timer would. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });

/** Makes this worker do what it is asked for, one request at a time, step by step; another request, or none, ends it between two. */
export const serveRuns = <Request, T>(work: (request: Request) => Iterable<Step<T>>): void => {
  let current = -1;
  const send = (message: FromWorker<T>): void => postMessage(message);

  const serve = async (id: number, request: Request): Promise<void> => {
    const start = seconds();
    let [last, reported]: [Step<T> | undefined, number] = [undefined, start + firstReport - reportEvery];
    const report = (over: boolean): void => {
      const { done, total } = last ?? { done: 0, total: 0 };
      const stopped = over && current !== id;
      const result = last?.result();
      const progress: Progress = { done, total, seconds: seconds() - start, stopped };
      send({ kind: "progress", id, progress, ...(result !== undefined && { result }), over });
    };
    for (const step of work(request)) {
      last = step;
      await turn();
      if (current !== id) break;
      if (seconds() - reported < reportEvery || step.done === step.total) continue;
      reported = seconds();
      report(false);
    }
    report(true);
  };

  addEventListener("message", async ({ data }: MessageEvent<ToWorker<Request>>) => {
    if (data.kind === "stop") {
      if (current === data.id) current = -1;
      return;
    }
    current = data.id;
    try {
      await serve(data.id, data.request);
    } catch (error) {
      send({ kind: "error", id: data.id, message: error instanceof Error ? error.message : String(error) });
    }
  });
};
