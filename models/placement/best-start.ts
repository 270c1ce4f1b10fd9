import { forcedMoves, isSmall } from "./forced-moves.ts";
import { localSearch } from "./local-search.ts";
import { costOf, type NewCost } from "./placement-cost.ts";
import type { PlacementProblem } from "./vm-room.ts";

/**
 * The cheapest of what a local search, and then forced moves, make of each start; of equal ones the first. Of a large
 * problem only the cheapest start is searched from.
 */
export const bestStart = (
  problem: PlacementProblem,
  newCost: NewCost,
  starts: readonly (readonly number[])[],
): number[] => {
  if (!isSmall(problem)) return localSearch(problem, newCost, cheapestOf(newCost, starts)).places;
  return starts
    .map((start) => forcedMoves(problem, newCost, localSearch(problem, newCost, start)))
    .reduce((best, one) => (one.cost < best.cost ? one : best)).places;
};

const cheapestOf = (newCost: NewCost, starts: readonly (readonly number[])[]): readonly number[] =>
  starts
    .map((places) => ({ places, cost: costOf(newCost, places) }))
    .reduce((best, one) => (one.cost < best.cost ? one : best)).places;
