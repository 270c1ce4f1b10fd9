import { localSearch } from "./local-search.ts";
import type { NewCost } from "./placement-cost.ts";
import { homeless, type PlacementProblem, VmRoom } from "./vm-room.ts";

/** Costs of a VM on a host that are looked at, about, over all forced moves: what keeps large problems fast. */
const budget = 400_000;

/**
 * Goes on where a local search has ended: puts one VM on another host although that is no better, there in the place of
 * another one if the host is full, and searches from there; starts anew from whatever is better. Ends when no such move
 * helps, or when the budget is spent, which for large problems it is at once.
 */
export const forcedMoves = (
  problem: PlacementProblem,
  newCost: NewCost,
  start: { readonly places: number[]; readonly cost: number },
): { readonly places: number[]; readonly cost: number } => {
  const vms = homeless(problem);
  let searches = searchesFor(problem);
  let best = start;
  for (let better = true; better && searches > 0; ) {
    better = false;
    for (const forced of neighbours(problem, vms, best.places)) {
      if (searches-- <= 0) break;
      const found = localSearch(problem, newCost, forced);
      if (found.cost < best.cost - 1e-9 * Math.abs(best.cost)) {
        best = found;
        better = true;
        break;
      }
    }
  }
  return best;
};

const searchesFor = (problem: PlacementProblem): number =>
  Math.floor(budget / Math.max(1, homeless(problem).length * problem.hosts.length));

/** Whether the budget allows for at least ten forced moves. */
export const isSmall = (problem: PlacementProblem): boolean => searchesFor(problem) >= 10;

function* neighbours(
  problem: PlacementProblem,
  vms: readonly number[],
  places: readonly number[],
): Generator<number[]> {
  const room = new VmRoom(problem);
  for (const vm of vms) room.take(places[vm]!);
  for (const vm of vms) {
    const from = places[vm]!;
    for (const { index } of problem.hosts) {
      if (index === from) continue;
      room.release(from);
      const has = room.has(index);
      room.take(from);
      if (has) yield places.with(vm, index);
      else
        for (const other of vms)
          if (other > vm && places[other] === index) yield places.with(vm, index).with(other, from);
    }
  }
}
