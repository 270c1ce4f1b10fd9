import { oneByOne } from "./one-by-one.ts";
import type { PlacementProblem } from "./vm-room.ts";

/**
 * Each VM on any host with room, all such hosts alike.
 *
 * @param pick a whole number in [0, n)
 * @throws {NoRoomForVms}
 */
export const randomVms = (problem: PlacementProblem, pick: (n: number) => number): number[] =>
  oneByOne(problem, (open) => open[pick(open.length)]!);
