import { homeless, type PlacementProblem, VmRoom } from "./vm-room.ts";

/**
 * Places one VM after the other.
 *
 * @param choose one of the hosts with room; there is at least one
 * @returns the host of every VM of the cluster
 * @throws {NoRoomForVms}
 */
export const oneByOne = (
  problem: PlacementProblem,
  choose: (open: readonly number[], room: VmRoom, left: number) => number,
): number[] => {
  const room = new VmRoom(problem);
  const places = problem.stay.map((host) => host ?? -1);
  const waiting = homeless(problem);
  for (const [i, vm] of waiting.entries()) {
    const open = problem.hosts.flatMap(({ index }) => (room.has(index) ? [index] : []));
    const host = choose(open, room, waiting.length - i);
    room.take(host);
    places[vm] = host;
  }
  return places;
};

/** The first of the hosts than which none is better. */
export const bestOf = (open: readonly number[], isBetter: (one: number, other: number) => boolean): number =>
  open.reduce((best, host) => (isBetter(host, best) ? host : best));
