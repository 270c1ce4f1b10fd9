/** What can happen in a run, as an observer is told. */
export type Happening =
  | "start" // a process was created; detail is empty
  | "wait" // a process begins to wait; detail says for what
  | "resume" // a process goes on; detail names the event it waited for, if any
  | "interrupt" // a process is interrupted; detail is the cause
  | "end" // a process returned, or was killed
  | "fail" // a process threw; detail is the error
  | "kill" // a process is being killed
  | "event" // an event is processed
  | "timer" // a timer goes off
  | "acquire" // a process gets its turn; detail names the resource
  | "release"; // a process gives its turn back, or loses it; detail names the resource

/**
 * An observer of the trail of events, passed as `new Simulation({ trace })`. It is told of each happening in the order
 * of the run, and must not act on the simulation.
 */
export interface Trace {
  /**
   * @param time is the time of the simulation.
   * @param who names the process, event or timer.
   */
  record(time: number, what: Happening, who: string, detail: string): void;
}
