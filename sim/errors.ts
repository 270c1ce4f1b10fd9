/** Every error of the core: it names the object, the law it broke, and what to do. The simulation stays usable. */
export abstract class SimulationError extends Error {}

const shown = (value: unknown): string => {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (typeof value !== "object" || value === null) return String(value);
  return `an object of class ${value.constructor?.name ?? "(none)"}`;
};

/** A delay that is negative, not a number, or no number at all. */
export class InvalidDelay extends SimulationError {
  override readonly name = "InvalidDelay";
  constructor(who: string, delay: unknown) {
    super(`${who}: a delay must be a number from 0 on, not ${shown(delay)}; time never goes back`);
  }
}

/** A time to run to, or to start from, that is before now or is not a number. */
export class InvalidTime extends SimulationError {
  override readonly name = "InvalidTime";
  constructor(time: unknown, now: number | null) {
    super(
      now === null
        ? `a simulation must start at a finite time, not ${shown(time)}`
        : `cannot run until ${shown(time)}: it is ${now} already and time never goes back; run until ${now} or later`,
    );
  }
}

/** A process yielded something that is neither a delay nor an event. */
export class NotAnEvent extends SimulationError {
  override readonly name = "NotAnEvent";
  constructor(who: string, value: unknown) {
    super(`${who} yielded ${shown(value)}: a process may yield only a delay or an event`);
  }
}

/** An event of one simulation was used in another. */
export class ForeignEvent extends SimulationError {
  override readonly name = "ForeignEvent";
  constructor(who: string, event: string) {
    super(`${who} cannot wait for ${event}: that belongs to another simulation`);
  }
}

/** The body of a process is not a generator. */
export class NotAGenerator extends SimulationError {
  override readonly name = "NotAGenerator";
  constructor(who: string, body: unknown) {
    const advice = typeof body === "function" ? "; call the generator function, and pass what it returns" : "";
    super(`${who}: the body of a process must be a generator, not ${shown(body)}${advice}`);
  }
}

/** An event was triggered a second time. */
export class AlreadyTriggered extends SimulationError {
  override readonly name = "AlreadyTriggered";
  constructor(event: string) {
    super(`${event} has been triggered already: an event happens once; ask .triggered first, or make a new event`);
  }
}

/** The value of an event was read before it had one. */
export class NotTriggered extends SimulationError {
  override readonly name = "NotTriggered";
  constructor(event: string) {
    super(`${event} has no value yet: it has not been triggered; wait for it, or ask .triggered first`);
  }
}

/** `succeed` or `fail` was called on an event whose outcome the engine decides. */
export class NotYoursToTrigger extends SimulationError {
  override readonly name = "NotYoursToTrigger";
  constructor(event: string) {
    super(`${event} cannot be triggered by hand: the engine decides when it happens; use sim.event() for your own`);
  }
}

/** `run` or `step` was called by something that is being run. */
export class ReentrantRun extends SimulationError {
  override readonly name = "ReentrantRun";
  constructor(who: string | null) {
    super(`${who ?? "a callback"} cannot run the simulation that is running it; yield to let time pass`);
  }
}

/** `step` was called with nothing left to happen. */
export class NothingToHappen extends SimulationError {
  override readonly name = "NothingToHappen";
  constructor(now: number) {
    super(`no step can be taken at ${now}: nothing is left to happen; ask sim.peek() first`);
  }
}

/** The event that was to be waited for can no longer happen. Lists who waits for what. */
export class Deadlock extends SimulationError {
  override readonly name = "Deadlock";
  constructor(event: string, now: number, waiting: readonly string[]) {
    const shownLines = waiting.slice(0, 20);
    if (waiting.length > shownLines.length) shownLines.push(`and ${waiting.length - shownLines.length} more`);
    const list = shownLines.length === 0 ? "no process is alive" : shownLines.join("; ");
    super(`${event} can no longer happen: nothing is left on the agenda at ${now}; ${list}`);
  }
}

/** A process or event failed and nobody was waiting for it, so that the failure would have been lost. `cause` has it. */
export class UnhandledFailure extends SimulationError {
  override readonly name = "UnhandledFailure";
  constructor(who: string, now: number, cause: unknown) {
    super(`${who} failed at ${now} and nobody was waiting for it: ${String(cause)}`, { cause });
  }
}

/** A process that is no longer alive was interrupted. */
export class InterruptedTheDead extends SimulationError {
  override readonly name = "InterruptedTheDead";
  constructor(who: string) {
    super(`${who} cannot be interrupted: it has ended; ask .isAlive first`);
  }
}

/** A process interrupted itself. */
export class InterruptedItself extends SimulationError {
  override readonly name = "InterruptedItself";
  constructor(who: string) {
    super(`${who} cannot interrupt itself: only one that waits can be interrupted; throw, or return`);
  }
}

/** A process was killed while it was running. */
export class KilledWhileRunning extends SimulationError {
  override readonly name = "KilledWhileRunning";
  constructor(who: string) {
    super(`${who} cannot be killed by itself or by what it is running: return instead`);
  }
}

/** A process waits for something that has left its queue. */
export class WaitedForCancelled extends SimulationError {
  override readonly name = "WaitedForCancelled";
  constructor(event: string) {
    super(`${event} was cancelled and can no longer happen: make a new one`);
  }
}

/** A process waits for a turn that it gave back or that was taken from it. */
export class WaitedForReleased extends SimulationError {
  override readonly name = "WaitedForReleased";
  constructor(request: string) {
    super(`${request} has been released and cannot be waited for: make a new request`);
  }
}

/** A turn was released twice, or after it had been preempted or withdrawn. */
export class ReleasedTwice extends SimulationError {
  override readonly name = "ReleasedTwice";
  constructor(request: string) {
    super(`${request} is not held any more: it was released, preempted or cancelled before; a turn is released once`);
  }
}

/** Something was cancelled that had happened already. */
export class CancelledTooLate extends SimulationError {
  override readonly name = "CancelledTooLate";
  constructor(event: string) {
    super(`${event} cannot be cancelled: it has happened; ask .triggered first`);
  }
}

/** A capacity that is not above zero, or is not whole where things are counted. */
export class InvalidCapacity extends SimulationError {
  override readonly name = "InvalidCapacity";
  constructor(who: string, capacity: unknown, kind: "whole number" | "number") {
    super(`${who}: a capacity must be a ${kind} above 0, not ${shown(capacity)}`);
  }
}

/** A first level of a container that is not between 0 and its capacity. */
export class InvalidLevel extends SimulationError {
  override readonly name = "InvalidLevel";
  constructor(who: string, level: unknown, capacity: number) {
    super(`${who}: a level must be from 0 to the capacity ${capacity}, not ${shown(level)}`);
  }
}

/** An amount that is not above zero, or that could never fit. */
export class InvalidAmount extends SimulationError {
  override readonly name = "InvalidAmount";
  constructor(who: string, amount: unknown, capacity: number) {
    super(`${who}: an amount must be above 0 and at most the capacity ${capacity}, not ${shown(amount)}`);
  }
}

/** The predicate of a get from a filter store threw. `cause` has what it threw. */
export class PredicateThrew extends SimulationError {
  override readonly name = "PredicateThrew";
  constructor(store: string, cause: unknown) {
    super(`${store}: the predicate of a get threw ${String(cause)}; it must answer true or false for every item`, {
      cause,
    });
  }
}

/** A priority that cannot be ordered. */
export class InvalidPriority extends SimulationError {
  override readonly name = "InvalidPriority";
  constructor(who: string, priority: unknown) {
    super(`${who}: a priority must be a number, smaller for more urgent, not ${shown(priority)}`);
  }
}
