import { bestStart } from "./best-start.ts";
import { bytesMoved, type SharedContent } from "./bytes-moved.ts";
import { cheapestFirst } from "./cheapest-first.ts";
import { packVms } from "./pack-vms.ts";
import type { NewCost } from "./placement-cost.ts";
import type { PlacementProblem } from "./vm-room.ts";

/**
 * Few bytes moved to hosts: VMs go where their content lies or where others want the same. The better of cheapest hosts
 * first and of few hosts, each after a local search; the least is not promised.
 *
 * @returns the host of every VM of the cluster
 * @throws {NoRoomForVms}
 */
export const similarityAware = (problem: PlacementProblem, contents: readonly SharedContent[]): number[] => {
  const newCost: NewCost = () => bytesMoved(contents, problem.stay.length, problem.hosts.length);
  return bestStart(problem, newCost, [cheapestFirst(problem, newCost), packVms(problem)]);
};
