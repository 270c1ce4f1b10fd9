import SimulationWorker from "virtual:simulation-worker";
import type { FromWorker, Simulated, SimulationRequest, ToWorker } from "./simulation.ts";

/** A simulation on its way: what comes out of it, and an element that shows how far it is and can stop it. */
export interface Run extends AsyncIterable<Simulated> {
  readonly status: HTMLElement;
}

/** Seconds that a worker gets to answer before it is ended: a long run does not hear that it should stop. */
const patience = 0.4;

/** Runs simulations in a worker of its own, one at a time: a new one ends the one before it. */
export class Simulator {
  #worker: Worker | undefined = undefined;
  #last = 0;
  #current: Channel | undefined = undefined;

  /** Starts a simulation. What it yields are ever better estimates; the last one is the result. */
  start(request: SimulationRequest): Run {
    this.#current?.stop();
    const id = ++this.#last;
    const status = statusElement(() => channel.stop());
    const channel = new Channel(
      () => this.#post({ kind: "stop", id }),
      () => this.#end(id),
      status,
    );
    this.#current = channel;
    this.#listen(id, channel);
    this.#post({ kind: "run", id, request });
    return { status: status.element, [Symbol.asyncIterator]: () => channel.values() };
  }

  #post(message: ToWorker): void {
    this.#worker ??= new SimulationWorker();
    this.#worker.postMessage(message);
  }

  #listen(id: number, channel: Channel): void {
    this.#worker ??= new SimulationWorker();
    const hear = ({ data }: MessageEvent<FromWorker>): void => {
      if (data.id !== id) return;
      if (data.kind === "error") channel.fail(data.message);
      else channel.put(data.simulated, data.over);
    };
    this.#worker.addEventListener("message", hear);
    this.#worker.addEventListener("error", ({ message }) => channel.fail(message || "the simulator cannot be started"));
  }

  /** Ends the worker in the middle of a run, unless it serves another simulation by now. */
  #end(id: number): void {
    if (this.#last !== id) return;
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

/** Hands on the newest values of one simulation to whoever asks; what nobody took in time is replaced by what is newer. */
class Channel {
  #newest: Simulated | undefined = undefined;
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

  put(simulated: Simulated, over: boolean): void {
    if (this.#over) return;
    this.#newest = simulated;
    this.#over = over;
    this.#status.show(simulated, over);
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
      const nothing: Simulated = { done: 0, total: 0, points: [], notes: [], seconds: 0, stopped: true };
      this.put({ ...(this.#newest ?? nothing), stopped: true }, true);
    }, patience * 1000);
  }

  async *values(): AsyncGenerator<Simulated> {
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
    this.#version++;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

interface Status {
  readonly element: HTMLElement;
  show(simulated: Simulated, over: boolean): void;
  fail(message: string): void;
}

const statusElement = (stop: () => void): Status => {
  const element = document.createElement("div");
  element.className = "status";
  const text = element.appendChild(document.createElement("span"));
  text.setAttribute("role", "status");
  text.textContent = "starting the simulator …";
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
      else if (stopped) end("stopped", `stopped after ${done} of ${total} runs`);
      else end("done", `${total} runs in ${spent}`);
    },
    fail: (message) => end("failed", message),
  };
};
