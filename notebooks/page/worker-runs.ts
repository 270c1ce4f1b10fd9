import type { FromWorker, Progress, ToWorker } from "./progress.ts";

/** A run on its way: ever better results, and an element that shows how far it is and can stop it. */
export interface Run<T> extends AsyncIterable<T & Progress> {
  readonly status: HTMLElement;
}

/** Seconds that a worker gets to answer before it is ended: a long run does not hear that it should stop. */
const patience = 0.4;

/** Has work done in a worker of its own, one run at a time: a new one ends the one before it. */
export class WorkerRuns<Request, T extends object> {
  readonly #create: () => Worker;
  #worker: Worker | undefined = undefined;
  #last = 0;
  #current: Channel<T> | undefined = undefined;

  constructor(create: () => Worker) {
    this.#create = create;
  }

  /** Starts a run. The last of the results that it yields is the whole one; a run that is stopped before its first yields none. */
  start(request: Request): Run<T> {
    this.#current?.stop();
    const id = ++this.#last;
    const status = statusElement(() => channel.stop());
    const channel = new Channel<T>(
      () => this.#post({ kind: "stop", id }),
      () => this.#end(id),
      status,
    );
    this.#current = channel;
    this.#listen(id, channel);
    this.#post({ kind: "run", id, request });
    return { status: status.element, [Symbol.asyncIterator]: () => channel.values() };
  }

  #post(message: ToWorker<Request>): void {
    this.#worker ??= this.#create();
    this.#worker.postMessage(message);
  }

  #listen(id: number, channel: Channel<T>): void {
    this.#worker ??= this.#create();
    const hear = ({ data }: MessageEvent<FromWorker<T>>): void => {
      if (data.id !== id) return;
      if (data.kind === "error") channel.fail(data.message);
      else channel.put(data.progress, data.result, data.over);
    };
    this.#worker.addEventListener("message", hear);
    this.#worker.addEventListener("error", ({ message }) =>
      channel.fail(message || "the worker cannot be started: reload the page"),
    );
  }

  /** Ends the worker in the middle of a run, unless it serves another one by now. */
  #end(id: number): void {
    if (this.#last !== id) return;
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

/** Hands on the newest results of one run to whoever asks; what nobody took in time is replaced by what is newer. */
class Channel<T extends object> {
  #newest: (T & Progress) | undefined = undefined;
  #version = 0;
  #over = false;
  #failure: string | undefined = undefined;
  #waiting: (() => void)[] = [];
  readonly #askToStop: () => void;
  readonly #end: () => void;
  readonly #status: Status;

  constructor(askToStop: () => void, end: () => void, status: Status) {
    this.#askToStop = askToStop;
    this.#end = end;
    this.#status = status;
  }

  put(progress: Progress, result: T | undefined, over: boolean): void {
    if (this.#over) return;
    this.#over = over;
    this.#status.show(progress, over);
    if (result !== undefined) {
      this.#newest = { ...result, ...progress };
      this.#version++;
    }
    this.#tell();
  }

  fail(message: string): void {
    if (this.#over) return;
    this.#failure = message;
    this.#over = true;
    this.#status.fail(message);
    this.#tell();
  }

  stop(): void {
    if (this.#over) return;
    this.#askToStop();
    setTimeout(() => {
      if (this.#over) return;
      this.#end();
      const { done = 0, total = 0, seconds = 0 } = this.#newest ?? {};
      this.put({ done, total, seconds, stopped: true }, undefined, true);
    }, patience * 1000);
  }

  async *values(): AsyncGenerator<T & Progress> {
    for (let seen = 0; ; ) {
      if (this.#failure !== undefined) throw new Error(this.#failure);
      if (seen < this.#version) {
        seen = this.#version;
        yield this.#newest!;
      } else if (this.#over) return;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #tell(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

interface Status {
  readonly element: HTMLElement;
  show(progress: Progress, over: boolean): void;
  fail(message: string): void;
}

const statusElement = (stop: () => void): Status => {
  const element = document.createElement("div");
  element.className = "status";
  const text = element.appendChild(document.createElement("span"));
  text.setAttribute("role", "status");
  text.textContent = "starting …";
  const button = element.appendChild(document.createElement("button"));
  button.type = "button";
  button.textContent = "Stop";
  button.addEventListener("click", stop);
  const end = (state: string, message: string): void => {
    element.dataset["state"] = state;
    text.textContent = message;
    button.hidden = true;
  };
  return {
    element,
    show: ({ done, total, seconds, stopped }, over) => {
      const spent = seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
      if (!over) text.textContent = `${done} of ${total} runs …`;
      else if (stopped)
        end("stopped", done === 0 ? "stopped before the first run" : `stopped after ${done} of ${total} runs`);
      else end("done", `${total} runs in ${spent}`);
    },
    fail: (message) => end("failed", message),
  };
};
