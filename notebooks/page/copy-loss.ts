import { probabilitiesAfter } from "../../models/analytic/transient-chain.ts";
import type { LossSystem } from "../../models/rare-events/loss-system.ts";

/** Copies of one chunk, each on a host of its own; lives and repairs are exponential with these means, in one unit of time. */
export interface ChunkCopies {
  readonly copies: number;
  readonly life: number;
  readonly repair: number;
}

/** The chunk as the estimators of rare losses take it: every lost host is repaired at once. */
export const lossSystem = ({ copies, life, repair }: ChunkCopies): LossSystem => ({
  hosts: copies,
  life: { law: "exponential", mean: life },
  repair: { law: "exponential", mean: repair },
  repairs: "parallel",
  shocks: [],
  sets: [{ members: Array.from({ length: copies }, (_, i) => i), tolerates: copies - 1 }],
});

/** Probability that all copies are lost at once within a mission, exactly, by the Markov chain of how many are lost. */
export const exactLoss = ({ copies, life, repair, mission }: ChunkCopies & { readonly mission: number }): number => {
  const levels = Array.from({ length: copies }, (_, lost) => lost);
  const transitions = levels.flatMap((lost) => [
    { from: lost, to: lost + 1, rate: (copies - lost) / life },
    ...(lost === 0 ? [] : [{ from: lost, to: lost - 1, rate: lost / repair }]),
  ]);
  return probabilitiesAfter({ states: copies + 1, transitions }, 0, mission)[copies]!;
};
