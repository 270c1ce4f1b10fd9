import { Arrival } from "./arrival.ts";
import { Deadlock, ForeignEvent, InvalidTime, SimulationError } from "./errors.ts";
import type { SimEvent } from "./sim-event.ts";
import type { Simulation } from "./simulation.ts";

export interface RealtimeOptions {
  /** Seconds of real time for one unit of simulated time: 1 unless told otherwise. */
  readonly factor?: number;
  /** Whether being late is an error (the default); otherwise a late run catches up as fast as it can. */
  readonly strict?: boolean;
  /** How many seconds late still counts as in time when strict: as many as one unit of time lasts unless told otherwise. */
  readonly tolerance?: number;
  /** The time in seconds, from wherever: the monotonic clock of the platform unless given. */
  readonly clock?: () => number;
  /** Waits for a number of seconds: `setTimeout` unless given. */
  readonly sleep?: (seconds: number) => Promise<void>;
}

/** A strict run in real time fell behind the clock. */
export class TooLate extends SimulationError {
  override readonly name = "TooLate";
  constructor(time: number, late: number, tolerance: number) {
    super(
      `what happens at ${time} is ${late.toFixed(3)} s late, more than ${tolerance} s: ` +
        `the simulation is too slow for real time; give a larger factor or tolerance, or strict: false`,
    );
  }
}

/** A factor or tolerance of real time that is no positive number. */
export class InvalidPace extends SimulationError {
  override readonly name = "InvalidPace";
  constructor(what: string, value: unknown) {
    super(`the ${what} of a run in real time must be a finite number above 0, not ${String(value)}`);
  }
}

/** Node and browsers take longer waits for none at all. */
const LONGEST_SLEEP = 2_000_000;

/**
 * `sim.run`, paced by the clock: each thing happens when `factor` times its simulated distance from now has passed.
 * Pacing is against the start of the run, so that small delays do not add up.
 * @param until is a time, an event, or nothing, as for `sim.run`.
 * @returns the value of the event, if one was given.
 * @throws TooLate if strict and late by more than the tolerance; the run may be continued.
 */
export async function runInRealTime(sim: Simulation, until?: number, options?: RealtimeOptions): Promise<void>;
export async function runInRealTime<T>(sim: Simulation, until: SimEvent<T>, options?: RealtimeOptions): Promise<T>;
export async function runInRealTime<T>(
  sim: Simulation,
  until: number | SimEvent<T> = Number.POSITIVE_INFINITY,
  options: RealtimeOptions = {},
): Promise<T | undefined> {
  const { factor = 1, strict = true, clock = monotonic, sleep = timeout } = options;
  if (!(factor > 0 && factor < Number.POSITIVE_INFINITY)) throw new InvalidPace("factor", factor);
  const { tolerance = factor } = options;
  if (!(tolerance > 0 && tolerance < Number.POSITIVE_INFINITY)) throw new InvalidPace("tolerance", tolerance);
  const begin = clock();
  const start = sim.now;

  /** Sleeps until the time of `time` has come; what happens while it sleeps may bring something earlier. */
  const pace = async (time: number): Promise<void> => {
    const due = begin + (time - start) * factor;
    for (let left = due - clock(); left > 0; left = due - clock()) await sleep(Math.min(left, LONGEST_SLEEP));
    const late = clock() - due;
    if (strict && late > tolerance) throw new TooLate(time, late, tolerance);
  };

  /** Does the next thing in its time. */
  const advance = async (time: number): Promise<void> => {
    await pace(time);
    if (sim.peek() <= time) sim.step();
  };

  if (typeof until === "number") {
    if (Number.isNaN(until) || until < sim.now) throw new InvalidTime(until, sim.now);
    for (let time = sim.peek(); time < until; time = sim.peek()) await advance(time);
    if (until !== Number.POSITIVE_INFINITY) await pace(until);
    sim.run(until);
    return undefined;
  }

  if (until.sim !== sim && until.sim !== null) throw new ForeignEvent("a run in real time", until.name);
  const arrival = new Arrival();
  try {
    if (!until.join(arrival)) arrival.wake();
    while (!arrival.happened) {
      const time = sim.peek();
      if (time === Number.POSITIVE_INFINITY) throw new Deadlock(until.name, sim.now, sim.waiting);
      await advance(time);
    }
  } finally {
    until.leave(arrival);
  }
  return sim.run(until);
}

const monotonic = (): number => performance.now() / 1000;

const timeout = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
