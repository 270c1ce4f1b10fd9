/** The time of a simulation, all that an observer wants of it. */
export interface Clock {
  readonly now: number;
}

/** Something that watches a simulation and can forget what it saw of the warm-up. */
export interface Observer {
  /** Forgets all observations, as though watching began now; what is still going on (a level, an open cycle) stays known. */
  reset(): void;
}

/** Ends the warm-up for all observers at one instant: `sim.timer(() => resetAll(observers)).arm(warmUp)`. */
export const resetAll = (observers: Iterable<Observer>): void => {
  for (const observer of observers) observer.reset();
};
