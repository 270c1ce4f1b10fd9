import { oneByOne } from "./one-by-one.ts";
import type { PlacementProblem } from "./vm-room.ts";

/**
 * Each VM on the first host with room.
 *
 * @throws {NoRoomForVms}
 */
export const firstFit = (problem: PlacementProblem): number[] => oneByOne(problem, (open) => open[0]!);
