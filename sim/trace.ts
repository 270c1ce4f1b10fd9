/** What can happen in a run, as an observer is told. */
export type Happening =
  | "start" // a process was created
  | "wait" // a process begins to wait; the detail says for what
  | "resume" // a process goes on; the detail names the event it waited for, if any
  | "interrupt" // a process is interrupted; the detail is the cause
  | "kill" // a process is being killed; it ends when its `finally` blocks have
  | "end" // a process has returned or was killed
  | "fail" // a process has thrown; the detail is the error
  | "event" // an event is processed
  | "timer" // a timer goes off
  | "acquire" // a process gets its turn; the detail names the resource
  | "release"; // a process gives its turn back, or loses it; the detail names the resource

/** What an observer is told about: a process, an event or a timer. It is the same object each time. */
export interface Subject {
  readonly name: string;
}

/**
 * An observer of the trail of events, passed as `new Simulation({ trace })`. It is told of each happening in the order
 * of the run, and must not act on the simulation.
 */
export interface Trace {
  /** @param time is the time of the simulation. */
  record(time: number, what: Happening, who: Subject, detail: string): void;
}
