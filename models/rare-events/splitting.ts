/** A process whose way to a rare event leads through levels. */
export interface Levels<State> {
  /** From the start to a state at level 1 or more, or undefined when it has come to its end before. */
  start(): State | undefined;
  /** Goes on from a copy of `state` until the level is reached, or the end. */
  climb(state: State, level: number): State | undefined;
  /** The level at which the event has happened. */
  readonly last: number;
}

/** One run of fixed-effort splitting. */
export interface SplittingRun {
  /** Product of the parts that reached the next level. */
  readonly probability: number;
  /** Of each level: the part of the trials that reached it from the one before. */
  readonly parts: readonly number[];
}

/**
 * Fixed-effort multilevel splitting: so many trials from each level, begun at states that reached it, chosen alike.
 * Unbiased whatever the levels (M. Garvels, The splitting method in rare event simulation, 2000).
 *
 * @param pick a whole number in [0, n)
 */
export const splittingRun = <State>(
  levels: Levels<State>,
  effort: number,
  pick: (n: number) => number,
): SplittingRun => {
  const parts: number[] = [];
  let entrances: State[] = [];
  for (let trial = 0; trial < effort; trial++) {
    const state = levels.start();
    if (state !== undefined) entrances.push(state);
  }
  parts.push(entrances.length / effort);
  for (let level = 2; level <= levels.last && entrances.length > 0; level++) {
    const next: State[] = [];
    for (let trial = 0; trial < effort; trial++) {
      const state = levels.climb(entrances[pick(entrances.length)]!, level);
      if (state !== undefined) next.push(state);
    }
    parts.push(next.length / effort);
    entrances = next;
  }
  return { probability: entrances.length === 0 ? 0 : parts.reduce((product, part) => product * part, 1), parts };
};
