import { SimulationError } from "./errors.ts";

/** An observation that is not a finite number, or a clock that went back under an observer. */
export class InvalidObservation extends SimulationError {
  override readonly name = "InvalidObservation";
}

/** A statistic was asked for that the observer was not told to keep, or that does not exist. */
export class UnknownStatistic extends SimulationError {
  override readonly name = "UnknownStatistic";
}

/** Up and down have to alternate. */
export class BrokenCycle extends SimulationError {
  override readonly name = "BrokenCycle";
}
