import { acrossRacks } from "./across-racks.ts";
import type { CopyHost, CopyRequest, PlaceCopies } from "./copy-placement.ts";

/** A permutation of the hosts that is cut into sets of as many as there are copies; what is left over is no set. */
export interface CopysetFamily {
  readonly order: readonly number[];
  readonly size: number;
}

/**
 * ⌈S / (R − 1)⌉ permutations of the hosts, each across the racks, so that a host shares sets with S others.
 *
 * Source: A. Cidon et al., Copysets, USENIX ATC 2013.
 * @param pick a whole number in [0, n)
 */
export const copysetFamilies = (
  hosts: readonly Pick<CopyHost, "index" | "rack">[],
  size: number,
  scatterWidth: number,
  pick: (n: number) => number,
): CopysetFamily[] => {
  const shuffled = <H>(own: readonly H[]): H[] => {
    const left = [...own];
    for (let i = left.length - 1; i > 0; i--) {
      const j = pick(i + 1);
      [left[i], left[j]] = [left[j]!, left[i]!];
    }
    return left;
  };
  const permutations = size === 1 ? 1 : Math.ceil(scatterWidth / (size - 1));
  return Array.from({ length: permutations }, () => ({
    order: acrossRacks(shuffled(hosts), shuffled).map(({ index }) => index),
    size,
  }));
};

/** The sets of a family. */
export const copysetsOf = ({ order, size }: CopysetFamily): number[][] =>
  Array.from({ length: Math.floor(order.length / size) }, (_, i) => order.slice(i * size, (i + 1) * size));

interface Copyset {
  readonly members: readonly number[];
  /** Who stands in for members that are down, in this order: the hosts after it in its permutation. */
  readonly substitutes: readonly number[];
}

/**
 * All copies of a chunk in one copyset without the capturing host. The first time a set is chosen among those whose
 * members are up; a member that is down later is replaced by the next host of the permutation, which is the same for all
 * chunks of the set, so that failures do not add sets one chunk at a time.
 */
export const copysetPlacement = (
  hosts: readonly CopyHost[],
  scatterWidth: number,
  pick: (n: number) => number,
): PlaceCopies => {
  const bySize = new Map<number, Copyset[]>();
  const setsOf = (size: number): Copyset[] => {
    let sets = bySize.get(size);
    if (sets === undefined) {
      sets = copysetFamilies(hosts, size, scatterWidth, pick).flatMap((family) =>
        copysetsOf(family).map((members, i) => {
          const after = (i + 1) * family.size;
          return { members, substitutes: [...family.order.slice(after), ...family.order.slice(0, i * family.size)] };
        }),
      );
      bySize.set(size, sets);
    }
    return sets;
  };
  return ({ copies, of, capturing, holders }: CopyRequest) => {
    const free = (index: number): boolean => hosts[index]!.up && index !== capturing && !holders.includes(index);
    const without = setsOf(of).filter(({ members }) => !members.includes(capturing));
    const own = without.filter(({ members }) => holders.every((holder) => members.includes(holder)));
    // Holders of which no set holds all have had a substitute: the set with most of them goes on.
    const most = Math.max(0, ...without.map(({ members }) => shared(members, holders)));
    const near = own.length > 0 ? own : without.filter(({ members }) => shared(members, holders) === most);
    const standing = near.filter(({ members }) => members.filter(free).length >= copies);
    const candidates = standing.length > 0 ? standing : near;
    if (candidates.length === 0) return [];
    const { members, substitutes } = candidates[pick(candidates.length)]!;
    return [...members.filter(free), ...substitutes.filter(free)].slice(0, copies);
  };
};

const shared = (members: readonly number[], holders: readonly number[]): number =>
  holders.filter((holder) => members.includes(holder)).length;
