import type { NewCost, PlacementCost } from "../../models/placement/placement-cost.ts";
import type { PlacementProblem } from "../../models/placement/vm-room.ts";

/**
 * The least cost of any placement, by branch and bound over all of them; undefined when there is none. It keeps account of
 * room by itself. No cost here falls when a VM is added, so the cost of those that are placed is a bound.
 */
export const leastCost = (problem: PlacementProblem, newCost: NewCost): number | undefined => {
  const { stay } = problem;
  const cost: PlacementCost = newCost();
  const places = [...stay];
  for (const [vm, host] of stay.entries()) if (host !== undefined) cost.put(vm, host);
  const waiting = stay.flatMap((host, vm) => (host === undefined ? [vm] : []));
  let least = Number.POSITIVE_INFINITY;
  const branch = (depth: number): void => {
    if (depth === waiting.length) {
      least = Math.min(least, cost.total);
      return;
    }
    const vm = waiting[depth]!;
    for (const { index } of problem.hosts) {
      if (!fits(problem, places, index)) continue;
      cost.put(vm, index);
      places[vm] = index;
      if (cost.total < least) branch(depth + 1);
      places[vm] = undefined;
      cost.take(vm, index);
    }
  };
  branch(0);
  return least === Number.POSITIVE_INFINITY ? undefined : least;
};

/** Whether one more VM fits on a host beside those of the cluster that stand at `places`. */
export const fits = (
  { hosts, vm, antiAffinity, stay }: PlacementProblem,
  places: readonly (number | undefined)[],
  host: number,
): boolean => {
  const { up, freeMemory, freeCores, rack } = hosts[host]!;
  const added = places.filter((place, i) => place === host && stay[i] === undefined).length + 1;
  if (!up || added * vm.memory > freeMemory || added * vm.cores > freeCores) return false;
  if (antiAffinity === "host") return !places.includes(host);
  if (antiAffinity === "rack") return places.every((place) => place === undefined || hosts[place]!.rack !== rack);
  return true;
};
